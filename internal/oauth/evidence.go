// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// change is the body of an application's entry of evidence. What an action does
// not touch is left out. No secret and no token stands here.
type change struct {
	Action       string         `json:"action"`
	ClientID     string         `json:"clientId,omitempty"`
	Distribution Distribution   `json:"distribution,omitempty"`
	RedirectURIs []string       `json:"redirectUris,omitempty"`
	Scopes       []caller.Scope `json:"scopes,omitempty"`
	Settings     *settings      `json:"settings,omitempty"`
	Type         Type           `json:"type,omitempty"`
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
		Action: "created", ClientID: app.ClientID, Distribution: app.Distribution, RedirectURIs: app.RedirectURIs,
		Scopes: app.Scopes, Settings: settingsOf(app), Type: app.Type,
	}
}

func configured(app Application) change {
	return change{Action: "configured", RedirectURIs: app.RedirectURIs, Settings: settingsOf(app)}
}

func rotated(app Application) change {
	return change{Action: "secret_rotated", Settings: settingsOf(app)}
}

func deleted() change { return change{Action: "deleted"} }

// appendChange leaves the entry in the transaction of the change itself.
func appendChange(ctx context.Context, tx *db.Tx, c caller.Caller, now time.Time, app Application, body change) error {
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor:   c,
		Kind:    "application",
		Subject: evidence.Subject{Kind: "application", ID: string(app.ID), Name: app.Name},
		Body:    body,
	})
}
