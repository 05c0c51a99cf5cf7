// SPDX-License-Identifier: Apache-2.0

package api

// Application is a program that calls the API.
type Application struct {
	ID                   string   `json:"id"`
	Name                 string   `json:"name"`
	Description          string   `json:"description"`
	Type                 string   `json:"type" enum:"build,manage,audit"`
	Distribution         string   `json:"distribution" enum:"private,public"`
	ClientID             string   `json:"clientId" doc:"Empty for an installed application, which has no credentials of its own."`
	Publisher            *string  `json:"publisher" doc:"Of an installed application: the name of the workspace that made it; null: it is this workspace's own."`
	Scopes               []string `json:"scopes" doc:"What its tokens may hold."`
	RedirectURIs         []string `json:"redirectUris" doc:"Of a public application."`
	AcceptForm           bool     `json:"acceptForm" doc:"Token requests may be form-encoded."`
	OverlappingTokens    int      `json:"overlappingTokens" doc:"Live tokens at once."`
	RotationGraceSeconds float64  `json:"rotationGraceSeconds" doc:"How long a rotated secret and its tokens live on."`
	SecretDate           *string  `json:"secretDate" format:"date-time" doc:"When its secret was made; null: it has none yet."`
	LastTokenDate        *string  `json:"lastTokenDate" format:"date-time" doc:"When it last asked for a token; null: never."`
	CreatedDate          string   `json:"createdDate" format:"date-time"`
	UpdatedDate          string   `json:"updatedDate" format:"date-time"`
}

// ApplicationInput is what an application is made from.
type ApplicationInput struct {
	Name         string   `json:"name" doc:"1 to 100 characters, unique in the workspace, ignoring case."`
	Description  string   `json:"description,omitempty" doc:"At most 1000 characters."`
	Type         string   `json:"type,omitempty" enum:"build,manage,audit" doc:"build when absent."`
	Distribution string   `json:"distribution,omitempty" enum:"private,public" doc:"private when absent; public only for type build."`
	Scopes       []string `json:"scopes,omitempty" nullable:"false" doc:"All of the type when absent. They never change."`
	RedirectURIs []string `json:"redirectUris,omitempty" nullable:"false" doc:"Only of a public application."`
}

// ApplicationChange changes an application; what is left out stays.
type ApplicationChange struct {
	Name                 *string   `json:"name,omitempty"`
	Description          *string   `json:"description,omitempty"`
	RedirectURIs         *[]string `json:"redirectUris,omitempty"`
	AcceptForm           *bool     `json:"acceptForm,omitempty"`
	OverlappingTokens    *int      `json:"overlappingTokens,omitempty" doc:"1 to 50. With fewer than before, the oldest tokens end at once."`
	RotationGraceSeconds *float64  `json:"rotationGraceSeconds,omitempty" doc:"0 to 30 days."`
}

// ApplicationSecret is a new secret. Nobody can read it again.
type ApplicationSecret struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
}

// ApplicationToken is a live access token as people see it: without itself.
type ApplicationToken struct {
	ID           string   `json:"id"`
	Hint         string   `json:"hint" doc:"How the token begins."`
	Source       string   `json:"source" doc:"The installation of a public application; empty for others."`
	Scopes       []string `json:"scopes"`
	CreatedDate  string   `json:"createdDate" format:"date-time"`
	ExpiresDate  string   `json:"expiresDate" format:"date-time"`
	LastUsedDate *string  `json:"lastUsedDate" format:"date-time" doc:"Null: never."`
}
