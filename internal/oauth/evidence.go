// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// change is the body of an application's entry of evidence. What an action does
// not touch is left out. No secret and no token stands here.
type change struct {
	Changes      []evidence.Change `json:"changes,omitempty"`
	ClientID     string            `json:"clientId,omitempty"`
	Distribution Distribution      `json:"distribution,omitempty"`
	Publisher    string            `json:"publisher,omitempty"` // of an installed application: the workspace that made it
	RedirectURIs []string          `json:"redirectUris,omitempty"`
	Scopes       []caller.Scope    `json:"scopes,omitempty"`
	Settings     *settings         `json:"settings,omitempty"`
	Type         Type              `json:"type,omitempty"`
	What         string            `json:"what"`
}

type settings struct {
	AcceptForm        bool  `json:"acceptForm"`
	OverlappingTokens int   `json:"overlappingTokens"`
	RotationGraceMS   int64 `json:"rotationGraceMs"`
}

func settingsOf(app Application) *settings {
	return &settings{
		AcceptForm: app.AcceptForm, OverlappingTokens: app.OverlappingTokens, RotationGraceMS: app.RotationGrace.Milliseconds(),
	}
}

func created(app Application) change {
	return change{
		Changes: differences(Application{}, app), ClientID: app.ClientID, Distribution: app.Distribution, RedirectURIs: app.RedirectURIs,
		Scopes: app.Scopes, Settings: settingsOf(app), Type: app.Type, What: "created",
	}
}

func configured(before, after Application) change {
	return change{
		Changes: differences(before, after), RedirectURIs: after.RedirectURIs, Settings: settingsOf(after), What: "configured",
	}
}

func rotated(app Application) change {
	return change{
		Changes: []evidence.Change{{Field: "secret", After: "changed"}}, Settings: settingsOf(app), What: "secret_rotated",
	}
}

func revoked(t Token) change {
	return change{Changes: []evidence.Change{{Field: "token", Before: tokenPrefix + t.Hint + "…"}}, What: "token_revoked"}
}

func deleted(app Application) change {
	return change{Changes: differences(app, Application{}), What: "deleted"}
}

// differences answers what distinguishes two states of an application, for
// people. One without a name is not there, yet or any more.
func differences(before, after Application) (list []evidence.Change) {
	was, is := fieldsOf(before), fieldsOf(after)
	for i := range was {
		if was[i].value != is[i].value {
			list = append(list, evidence.Change{Field: was[i].name, Before: was[i].shown(), After: is[i].shown()})
		}
	}
	return list
}

// part is a piece of an application as text; "" when it is not there.
type part struct{ name, value string }

func (f part) shown() any {
	if f.value == "" {
		return nil
	}
	return f.value
}

func fieldsOf(app Application) []part {
	scopes := make([]string, len(app.Scopes))
	for i, scope := range app.Scopes {
		scopes[i] = string(scope)
	}
	list := []part{
		{"name", app.Name},
		{"description", app.Description},
		{"type", string(app.Type)},
		{"distribution", string(app.Distribution)},
		{"scopes", strings.Join(scopes, ", ")},
		{"redirectUris", strings.Join(app.RedirectURIs, ", ")},
		{"acceptForm", ""},
		{"overlappingTokens", ""},
		{"rotationGrace", ""},
	}
	if app.Name != "" {
		list[6].value = strconv.FormatBool(app.AcceptForm)
		list[7].value = strconv.Itoa(app.OverlappingTokens)
		list[8].value = app.RotationGrace.String()
	}
	return list
}

// appendChange leaves the entry in the transaction of the change itself.
func appendChange(ctx context.Context, tx *db.Tx, c caller.Caller, now time.Time, app Application, body change) error {
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor:   c,
		Kind:    "application",
		Subject: evidence.Subject{Kind: "application", ID: string(app.ID), Name: app.Name},
		Body:    body,
	})
}

// consented is the body of the entry that a decision about a request leaves.
type consented struct {
	Publisher string         `json:"publisher"`
	Scopes    []caller.Scope `json:"scopes,omitempty"`
	Source    string         `json:"source"`
	What      string         `json:"what"` // allowed, refused
}

func appendConsent(ctx context.Context, tx *db.Tx, c caller.Caller, now time.Time, app Application, body consented) error {
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor:   c,
		Kind:    "connection",
		Subject: evidence.Subject{Kind: "application", ID: string(app.ID), Name: app.Name},
		Body:    body,
	})
}

// connectionChange is the body of a connection's entry.
type connectionChange struct {
	AllowedBy string         `json:"allowedBy,omitempty"` // name
	Reason    string         `json:"reason,omitempty"`    // word
	Scopes    []caller.Scope `json:"scopes,omitempty"`
	Source    string         `json:"source"`
	What      string         `json:"what"` // made, disconnected, token_reuse_detected
	Why       string         `json:"why,omitempty"`
}

// subject answers a connection as entries name it: by its application.
func (n Connection) subject(app Application) evidence.Subject {
	return evidence.Subject{Kind: "connection", ID: string(n.ID), Name: app.Name}
}

func appendConnection(ctx context.Context, tx *db.Tx, c caller.Caller, now time.Time, subject evidence.Subject, body connectionChange) error {
	return evidence.Append(ctx, tx, now, evidence.Entry{Actor: c, Kind: "connection", Subject: subject, Body: body})
}
