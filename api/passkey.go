// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// Passkey is one of the caller's own passkeys. Times are RFC 3339 in UTC with
// milliseconds.
type Passkey struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	CreatedAt  string  `json:"createdAt" format:"date-time"`
	LastUsedAt *string `json:"lastUsedAt" format:"date-time" doc:"Null before the first sign-in with it."`
}

// PasskeyChallenge is what a browser asks an authenticator with. The ticket goes
// back with the authenticator's answer, once, within five minutes.
type PasskeyChallenge struct {
	Ticket    string     `json:"ticket"`
	PublicKey json.Value `json:"publicKey" doc:"For parseCreationOptionsFromJSON or parseRequestOptionsFromJSON (WebAuthn Level 3 sections 5.1.8 and 5.1.9)."`
}

// PasskeyInput registers a passkey.
type PasskeyInput struct {
	Ticket     string     `json:"ticket"`
	Name       string     `json:"name" doc:"What its owner calls it, 1 to 100 characters."`
	Credential json.Value `json:"credential" doc:"toJSON() of what navigator.credentials.create answered (WebAuthn Level 3 section 5.1)."`
}

// PasskeyChange renames a passkey.
type PasskeyChange struct {
	Name string `json:"name" doc:"1 to 100 characters."`
}

// PasskeySignInStart begins a sign-in.
type PasskeySignInStart struct {
	Workspace string `json:"workspace,omitempty" doc:"Slug of the only workspace to sign in to; any when absent."`
}

// PasskeySignIn ends a sign-in.
type PasskeySignIn struct {
	Ticket     string     `json:"ticket"`
	Credential json.Value `json:"credential" doc:"toJSON() of what navigator.credentials.get answered."`
}

// PasskeySignedIn says that the cookie of the answer is a session.
type PasskeySignedIn struct {
	State string `json:"state" enum:"signed_in"`
}
