// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// changes answers what differs between two states of a provider, in words. Of a
// secret it says no more than that there is one or that it changed. A new
// provider has no state that it was in before.
func changes(before, after Provider) (list []evidence.Change) {
	note := func(field string, a, b any) {
		switch {
		case a == b:
		case before.ID == "":
			list = append(list, evidence.Change{Field: field, After: absent(b)})
		default:
			list = append(list, evidence.Change{Field: field, Before: absent(a), After: absent(b)})
		}
	}
	note("name", before.Name, after.Name)
	note("kind", string(before.Kind), string(after.Kind))
	note("enabled", before.Enabled, after.Enabled)
	note("createUsers", before.CreateUsers, after.CreateUsers)
	note("trustEmail", before.TrustEmail, after.TrustEmail)
	note("domains", strings.Join(before.Domains, ", "), strings.Join(after.Domains, ", "))
	if after.Kind == OIDC {
		note("issuer", before.OIDC.Issuer, after.OIDC.Issuer)
		note("clientId", before.OIDC.ClientID, after.OIDC.ClientID)
		note("scopes", strings.Join(before.OIDC.Scopes, " "), strings.Join(after.OIDC.Scopes, " "))
		note("clientSecret", "", secretWord(before, after))
		return list
	}
	note("entityId", before.SAML.EntityID, after.SAML.EntityID)
	note("ssoUrl", before.SAML.SSOURL, after.SAML.SSOURL)
	note("certificates", fingerprints(before.SAML), fingerprints(after.SAML))
	note("emailAttribute", before.SAML.EmailAttribute, after.SAML.EmailAttribute)
	return list
}

// all lists what a provider was that is taken away, and how many users lose their
// link.
func all(p Provider, linked int64) []evidence.Change {
	list := changes(Provider{}, p)
	for i, c := range list {
		list[i] = evidence.Change{Field: c.Field, Before: c.After}
	}
	if linked > 0 {
		list = append(list, evidence.Change{Field: "linkedUsers", Before: linked})
	}
	return list
}

// absent answers nil for an empty text, which an entry leaves out.
func absent(value any) any {
	if value == "" {
		return nil
	}
	return value
}

// secretWord answers what happened to the client secret; "" for nothing. Sealed
// texts differ whenever a secret was written.
func secretWord(before, after Provider) string {
	switch {
	case before.secret == after.secret:
		return ""
	case after.secret == "":
		return "removed"
	case before.secret == "":
		return "set"
	}
	return "changed"
}

func fingerprints(saml SAMLSettings) string {
	all := make([]string, len(saml.Certificates))
	for i, c := range saml.Certificates {
		all[i] = c.Fingerprint()
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// dropped says how many users lost their link.
func dropped(gone int64) []evidence.Change {
	if gone == 0 {
		return nil
	}
	return []evidence.Change{{Field: "linkedUsers", Before: gone, After: 0}}
}

// deed is what somebody did, and when.
type deed struct {
	actor caller.Caller
	at    time.Time
	what  string
}

func appendChange(ctx context.Context, tx *db.Tx, by deed, p Provider, list []evidence.Change) error {
	body := map[string]any{"what": by.what}
	if len(list) > 0 {
		body["changes"] = list
	}
	return evidence.Append(ctx, tx, by.at, evidence.Entry{
		Actor: by.actor, Kind: "identity_provider", Body: body,
		Subject: evidence.Subject{Kind: "identity_provider", ID: string(p.ID), Name: p.Name},
	})
}

// What may happen to the link of a user.
const (
	linked   = "linked"
	unlinked = "unlinked"
)

// appendLink leaves the entry that says that a user and a subject belong together
// from now on, or do no more.
func appendLink(ctx context.Context, tx *db.Tx, by deed, p Provider, u access.User) error {
	change := evidence.Change{Field: "identityProvider"}
	if by.what == linked {
		change.After = p.Name
	} else {
		change.Before = p.Name
	}
	return evidence.Append(ctx, tx, by.at, evidence.Entry{
		Actor: by.actor, Kind: "user", Subject: evidence.Subject{Kind: "user", ID: string(u.ID), Name: u.Label()},
		Body: map[string]any{"what": by.what, "changes": []evidence.Change{change}},
	})
}

// refused writes down what the guard of Admins did not allow.
func (s *Service) refused(ctx context.Context, c caller.Caller, attempt string, err error) error {
	var lockout *access.LockoutError
	if errors.As(err, &lockout) {
		lockout.Attempt = attempt
	}
	return s.access.NoteRefused(ctx, c, err)
}
