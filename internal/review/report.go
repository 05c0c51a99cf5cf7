// SPDX-License-Identifier: Apache-2.0

package review

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/sheet"
)

// reportPage is how many accounts a report reads at once.
const reportPage = 500

// each calls fn for every account of a review that the caller may see.
func (s *Service) each(ctx context.Context, c caller.Caller, id ID, fn func(Review, Item) error) error {
	for q := (ItemQuery{Limit: reportPage}); ; {
		r, list, more, err := s.Items(ctx, c, id, q)
		if err != nil {
			return err
		}
		for _, i := range list {
			if err := fn(r, i); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
		q.After = list[len(list)-1].Number
	}
}

func reportColumns() []sheet.Column {
	return []sheet.Column{
		{Name: "system", Width: 24},
		{Name: "reviewer", Width: 28},
		{Name: "accountId", Width: 26},
		{Name: "displayName", Width: 28},
		{Name: "accountName", Width: 24},
		{Name: "emailAddress", Width: 32},
		{Name: "permissionLevel"},
		{Name: "roleDescription", Width: 24},
		{Name: "mfaStatus"},
		{Name: "lastLoginDate", Width: 20},
		{Name: "ownerKind"},
		{Name: "ownerName", Width: 28},
		{Name: "ownerEmail", Width: 32},
		{Name: "ownerEmployment"},
		{Name: "status"},
		{Name: "decidedBy", Width: 28},
		{Name: "decisionDate", Width: 20},
		{Name: "ownAccount"},
		{Name: "reason", Width: 40},
		{Name: "removeByDate", Width: 20},
		{Name: "goneDate", Width: 20},
	}
}

func cells(r Review, i Item) []any {
	system, _ := r.of(int64(i.Definition))
	f := i.Frozen
	return []any{
		system.Definition.Name, system.Reviewer.label(), string(i.Account), f.DisplayName, f.AccountName, f.Email, f.PermissionLevel,
		f.RoleDescription, f.MFA, f.LastLoginAt, f.OwnerKind, f.OwnerName, f.OwnerEmail, f.OwnerEmployment, i.State.String(), i.DecidedBy.Name,
		i.DecidedAt, i.Own, i.Reason, i.DueAt, i.GoneAt,
	}
}

// Table writes the accounts of a review as they stand. It reads page by page.
func (s *Service) Table(ctx context.Context, c caller.Caller, id ID, f sheet.Format, w io.Writer) (err error) {
	out, err := sheet.New(w, f, "Access review", reportColumns())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Discard()) }()
	if err := s.each(ctx, c, id, func(r Review, i Item) error { return out.Row(cells(r, i)...) }); err != nil {
		return err
	}
	return out.Close()
}

// Report writes a review and its accounts as they stand, as JSON. It reads page by
// page.
func (s *Service) Report(ctx context.Context, c caller.Caller, id ID, w io.Writer) error {
	r, err := s.Get(ctx, c, id)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	head, err := json.Marshal(r.wire())
	if err != nil {
		return err
	}
	now, separator := s.Now(), ""
	if _, err := fmt.Fprintf(out, `{"accessReview":%s,"accounts":[`, head); err != nil {
		return err
	}
	err = s.each(ctx, c, id, func(r Review, i Item) error {
		text, err := json.Marshal(i.wire(r, now))
		if err == nil {
			_, err = fmt.Fprintf(out, "%s%s", separator, text)
		}
		separator = ","
		return err
	})
	if err == nil {
		_, err = out.WriteString("]}\n")
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// wire answers the item as the API shows it at an instant.
func (i Item) wire(r Review, now time.Time) api.AccessReviewAccount {
	system, _ := r.of(int64(i.Definition))
	f := i.Frozen
	w := api.AccessReviewAccount{
		AccountID: string(i.Account), AccountName: f.AccountName, DecisionDate: wireMaybe(i.DecidedAt), DisplayName: f.DisplayName,
		EmailAddress: f.Email, FullName: f.FullName, GoneDate: wireMaybe(i.GoneAt), IsOwnAccount: i.Own,
		IsRemovalOverdue: i.State == ToRemove && i.DueAt != nil && now.After(*i.DueAt), LastLoginDate: wireMaybe(f.LastLoginAt), MFAStatus: f.MFA,
		PermissionLevel: f.PermissionLevel, Reason: orNull(i.Reason), RemoveByDate: wireMaybe(i.DueAt), ResourceID: string(system.Definition.ID),
		ResourceKind: system.Definition.Name, Reviewer: system.Reviewer.wire(), RoleDescription: orNull(f.RoleDescription), Status: i.State.String(),
		UniqueID: f.UniqueID,
	}
	if i.decided() {
		w.DecidedBy = i.DecidedBy.wire()
	}
	if f.OwnerKind != "NONE" {
		w.Owner = &api.AccessReviewOwner{
			DisplayName: f.OwnerName, EmailAddress: orNull(f.OwnerEmail), EmploymentStatus: orNull(f.OwnerEmployment), Kind: f.OwnerKind,
			PersonID: orNull(f.OwnerPerson),
		}
	}
	return w
}
