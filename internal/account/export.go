// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/sheet"
)

// exportPage is how many accounts an export reads at once.
const exportPage = 500

// Columns answers the columns of a table of accounts; Cells fills them.
func Columns() []sheet.Column {
	return []sheet.Column{
		{Name: "accountId", Width: 26},
		{Name: "integration", Width: 24},
		{Name: "system", Width: 24},
		{Name: "uniqueId"},
		{Name: "displayName", Width: 28},
		{Name: "fullName", Width: 24},
		{Name: "accountName", Width: 24},
		{Name: "emailAddress", Width: 32},
		{Name: "status"},
		{Name: "leftOut"},
		{Name: "deactivatedDate", Width: 20},
		{Name: "permissionLevel"},
		{Name: "roleDescription", Width: 24},
		{Name: "authMethod"},
		{Name: "mfaStatus"},
		{Name: "lastLoginDate", Width: 20},
		{Name: "sourceCreatedDate", Width: 20},
		{Name: "ownerKind"},
		{Name: "ownerName", Width: 28},
		{Name: "ownerEmail", Width: 32},
		{Name: "ownerEmployment"},
		{Name: "linkedBy"},
		{Name: "linkedDate", Width: 20},
		{Name: "externalUrl", Width: 40},
	}
}

// Cells answers an account as a row of Columns; names are those of applications.
func (a Account) Cells(names map[string]string, now time.Time) []any {
	cells := []any{
		string(a.ID), names[a.Definition.Application], a.Definition.Name, a.UniqueID, a.DisplayName, a.FullName, a.AccountName, a.Email,
		a.Status.String(), a.Status == Left, a.DeactivatedAt, a.Level.String(), a.RoleDescription, a.AuthMethod, a.MFA.String(),
		a.LastLoginAt, a.MadeAt,
	}
	owner := []any{KindNone.String(), "", "", "", "", nil}
	if o := a.Owner.wire(now); o != nil {
		employment := ""
		if o.EmploymentStatus != nil {
			employment = *o.EmploymentStatus
		}
		owner = []any{o.Kind, o.DisplayName, a.Owner.Email, employment, o.LinkedBy, a.Owner.LinkedAt}
	}
	return append(append(cells, owner...), a.ExternalURL)
}

// Export writes the accounts of a query, whose place and limit do not count, as a
// table. It reads page by page and keeps none of it.
func (s *Service) Export(ctx context.Context, c caller.Caller, q Query, f sheet.Format, w io.Writer) (err error) {
	names, err := s.Applications.ApplicationNames(ctx, c)
	if err != nil {
		return err
	}
	out, err := sheet.New(w, f, "Accounts", Columns())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Discard()) }()
	now := s.instant()
	for q.After, q.Limit = (facet.Key{}), exportPage; ; {
		list, more, err := s.List(ctx, c, q)
		if err != nil {
			return err
		}
		for _, a := range list {
			if err := out.Row(a.Cells(names, now)...); err != nil {
				return err
			}
		}
		if !more {
			return out.Close()
		}
		last := list[len(list)-1]
		q.After = facet.Key{Definition: int64(last.Definition.Number), Item: int64(last.Item)}
	}
}
