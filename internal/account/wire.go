// SPDX-License-Identifier: Apache-2.0

package account

import (
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/web"
)

func (s systems) wire(d resource.Definition) api.AccountSystem {
	return api.AccountSystem{
		IntegrationID: d.Application, IntegrationName: s.names[d.Application], ResourceID: string(d.ID), ResourceKind: d.Name,
	}
}

// systems names the systems of accounts.
type systems struct{ names map[string]string }

// account answers the account as the API shows it at an instant.
func (s systems) account(a Account, now time.Time) api.AccessAccount {
	return api.AccessAccount{
		AccountName: a.AccountName, AuthMethod: a.AuthMethod, CreationDate: wireTime(a.CreatedAt), DeactivatedDate: wireMaybe(a.DeactivatedAt),
		DisplayName: a.DisplayName, EmailAddress: a.Email, ExternalURL: a.ExternalURL, FullName: a.FullName, ID: string(a.ID),
		IsLeftOut: a.Status == Left, IsMFAEnabled: a.MFAEnabled, LastLoginDate: wireMaybe(a.LastLoginAt), MFAStatus: a.MFA.String(),
		Owner: a.Owner.wire(now), PermissionLevel: a.Level.String(), RoleDescription: orNull(a.RoleDescription), SourceDate: wireMaybe(a.MadeAt),
		Status: a.Status.String(), System: s.wire(a.Definition), UniqueID: a.UniqueID, UpdatedDate: wireTime(a.UpdatedAt),
	}
}

func (o *Owner) wire(now time.Time) *api.AccountOwner {
	if o == nil {
		return nil
	}
	w := &api.AccountOwner{
		DisplayName: o.Name, EmailAddress: orNull(o.Email), Kind: o.Kind.String(), LinkedBy: "HAND", LinkedDate: wireTime(o.LinkedAt),
	}
	if o.ByEmail {
		w.LinkedBy = "EMAIL"
	}
	if o.Person != nil {
		w.PersonID, w.EmploymentStatus = orNull(string(o.Person.ID)), orNull(string(o.Person.Employment(now)))
	}
	return w
}

func (s systems) summary(sum Summary) api.AccountSummary {
	w := api.AccountSummary{
		ByMFA: api.AccountMFACounts{
			Disabled: sum.MFA[MFADisabled], Enabled: sum.MFA[MFAEnabled], NotRequired: sum.MFA[MFANotRequired], Unknown: sum.MFA[MFAUnknown],
		},
		ByOwner: api.AccountOwnerCounts{
			External: sum.Kinds[KindExternal], None: sum.Kinds[KindNone], Person: sum.Kinds[KindPerson], Service: sum.Kinds[KindService],
		},
		ByPermission: api.AccountLevelCounts{Admin: sum.Levels[Admin], Base: sum.Levels[Base], Editor: sum.Levels[Editor]},
		ByStatus:     api.AccountStatusCounts{Active: sum.Statuses[Active], Deactivated: sum.Statuses[Deactivated]},
		LeftOut:      sum.Left,
		Systems:      make([]api.AccountSystemSummary, len(sum.Systems)),
		Total:        sum.Total,
	}
	for i, x := range sum.Systems {
		w.Systems[i] = api.AccountSystemSummary{
			Active: x.Active, Admins: x.Admins, Deactivated: x.Deactivated, System: s.wire(x.Definition), Total: x.Total, Unowned: x.Unowned,
			WithoutMFA: x.WithoutMFA,
		}
	}
	return w
}

func wireTime(at time.Time) string { return web.TimeOf(db.Millis(at)).String() }

func wireMaybe(at *time.Time) *string {
	if at == nil {
		return nil
	}
	s := wireTime(*at)
	return &s
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
