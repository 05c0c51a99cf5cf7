// SPDX-License-Identifier: Apache-2.0

package api

// SignIn lets a user in by password.
type SignIn struct {
	Workspace string `json:"workspace,omitempty" doc:"Slug or id; the default workspace when absent."`
	Email     string `json:"email"`
	Password  string `json:"password"`
}

// SignInState says how far a sign-in came. With signed_in the answer carries the
// session's cookie; with second_factor the ticket goes to POST
// /v1/session/second-factor within ten minutes.
type SignInState struct {
	State  string `json:"state" enum:"signed_in,second_factor"`
	Ticket string `json:"ticket,omitempty"`
}

// SecondFactor ends a sign-in.
type SecondFactor struct {
	Ticket string `json:"ticket"`
	Code   string `json:"code" doc:"Six digits of the device, or a recovery code."`
}

// Proof says again that the session's user is there.
type Proof struct {
	Password string `json:"password,omitempty"`
	Code     string `json:"code,omitempty" doc:"Six digits of the device, or a recovery code; instead of the password."`
}

// Session is who is signed in, and what they may do.
type Session struct {
	ID          string             `json:"id"`
	User        SessionUser        `json:"user"`
	Permissions []string           `json:"permissions"`
	MayOwn      bool               `json:"mayOwn" doc:"Objects may be owned, and worked on then."`
	AuditWindow *AuditWindow       `json:"auditWindow" doc:"The evidence that is shown; null: all of it."`
	Workspace   Workspace          `json:"workspace"`
	Workspaces  []SessionWorkspace `json:"workspaces" doc:"Those that this browser can switch to, this one included."`
	Method      string             `json:"method" enum:"password,passkey,magic_link,oidc,saml,invitation,set_up"`
	Provider    *string            `json:"provider" doc:"Name of the identity provider; null for other methods."`
	CreatedAt   string             `json:"createdAt" format:"date-time"`
	ExpiresAt   string             `json:"expiresAt" format:"date-time"`
	IdleEndsAt  string             `json:"idleEndsAt" format:"date-time" doc:"The session ends then, unless it is used before."`
	ProvedAt    string             `json:"provedAt" format:"date-time" doc:"When the user last proved to be there; credentials change within 15 minutes of it."`
}

// SessionUser is the user of a session.
type SessionUser struct {
	ID          string  `json:"id"`
	Email       string  `json:"email"`
	DisplayName string  `json:"displayName" doc:"Empty when none was given."`
	Role        RoleRef `json:"role"`
}

// SessionWorkspace is a workspace that a browser can switch to.
type SessionWorkspace struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Current bool   `json:"current"`
}

// SessionSummary is a line of a list of sessions.
type SessionSummary struct {
	ID         string  `json:"id"`
	UserID     string  `json:"userId"`
	Current    bool    `json:"current" doc:"It is the one that asks."`
	Method     string  `json:"method"`
	Provider   *string `json:"provider"`
	Address    string  `json:"address"`
	Agent      string  `json:"agent" doc:"What the browser calls itself."`
	CreatedAt  string  `json:"createdAt" format:"date-time"`
	LastSeenAt string  `json:"lastSeenAt" format:"date-time" doc:"To the minute."`
	ExpiresAt  string  `json:"expiresAt" format:"date-time"`
}

// SessionList answers live sessions, newest first.
type SessionList struct {
	Sessions []SessionSummary `json:"sessions"`
}

// SwitchWorkspace gives the browser to its session in another workspace.
type SwitchWorkspace struct {
	Workspace string `json:"workspace" doc:"Slug or id."`
}

// SignInOffer is what a sign-in page shows.
type SignInOffer struct {
	Workspace SignInWorkspace  `json:"workspace"`
	Password  bool             `json:"password"`
	Passkey   bool             `json:"passkey"`
	MagicLink bool             `json:"magicLink" doc:"False also where the server sends no mail."`
	Providers []SignInProvider `json:"providers"`
	SetUp     bool             `json:"setUp" doc:"There is no Admin yet: the server's log has the set-up link."`
}

// SignInWorkspace is where somebody signs in.
type SignInWorkspace struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// SignInProvider is an identity provider on the sign-in page.
type SignInProvider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind" enum:"oidc,saml"`
	Path string `json:"path" doc:"Where the browser goes to begin."`
}

// SignInSettings say how users of a workspace get in.
type SignInSettings struct {
	Methods   SignInMethods   `json:"methods"`
	Session   SessionSettings `json:"session"`
	Mail      bool            `json:"mail" doc:"The server can send mail, which magic links need."`
	Passwords PasswordRules   `json:"passwords"`
}

// SignInMethods says which methods are on.
type SignInMethods struct {
	Password  bool `json:"password"`
	Passkey   bool `json:"passkey"`
	MagicLink bool `json:"magicLink"`
	OIDC      bool `json:"oidc"`
	SAML      bool `json:"saml"`
}

// SessionSettings say how long sessions last.
type SessionSettings struct {
	IdleMinutes     int64 `json:"idleMinutes" doc:"Without a request, 5 to 43200."`
	LifetimeMinutes int64 `json:"lifetimeMinutes" doc:"After the sign-in, 15 to 129600."`
}

// PasswordRules are what every password must keep.
type PasswordRules struct {
	MinLength int `json:"minLength"`
	MaxLength int `json:"maxLength"`
}

// SignInSettingsChange changes settings; what is left out stays.
type SignInSettingsChange struct {
	Methods *SignInMethodsChange   `json:"methods,omitempty"`
	Session *SessionSettingsChange `json:"session,omitempty"`
}

// SignInMethodsChange switches methods.
type SignInMethodsChange struct {
	Password  *bool `json:"password,omitempty"`
	Passkey   *bool `json:"passkey,omitempty"`
	MagicLink *bool `json:"magicLink,omitempty"`
	OIDC      *bool `json:"oidc,omitempty"`
	SAML      *bool `json:"saml,omitempty"`
}

// SessionSettingsChange changes how long sessions last.
type SessionSettingsChange struct {
	IdleMinutes     *int64 `json:"idleMinutes,omitempty"`
	LifetimeMinutes *int64 `json:"lifetimeMinutes,omitempty"`
}

// LinkRequest asks for a mailed link. The answer is the same whether the e-mail
// is known or not.
type LinkRequest struct {
	Workspace string `json:"workspace,omitempty" doc:"Slug or id; the default workspace when absent."`
	Email     string `json:"email"`
}

// LinkToken is what follows # in a mailed link.
type LinkToken struct {
	Token string `json:"token"`
}

// PasswordReset sets a new password by a mailed link.
type PasswordReset struct {
	Token    string `json:"token"`
	Password string `json:"password"`
}

// SetUp makes the first Admin of a workspace.
type SetUp struct {
	Token    string `json:"token" doc:"What follows # in the set-up link."`
	Email    string `json:"email"`
	Name     string `json:"name,omitempty"`
	Password string `json:"password"`
}

// InvitationLink is a one-time link for a user, shown once.
type InvitationLink struct {
	URL       string `json:"url"`
	ExpiresAt string `json:"expiresAt" format:"date-time"`
	Mailed    bool   `json:"mailed" doc:"It is on its way by mail as well."`
}

// Invitation is what the one who opens the link may see.
type Invitation struct {
	Email         string `json:"email"`
	DisplayName   string `json:"displayName"`
	Role          string `json:"role"`
	Workspace     string `json:"workspace"`
	TakesPassword bool   `json:"takesPassword"`
}

// InvitationAcceptance takes an invitation up.
type InvitationAcceptance struct {
	Token    string `json:"token"`
	Password string `json:"password,omitempty" doc:"May be left out where there is another way to sign in."`
}

// Account is a user's credentials, without any secret.
type Account struct {
	User              SessionUser `json:"user"`
	PasswordSet       bool        `json:"passwordSet"`
	TOTP              bool        `json:"totp" doc:"A device is confirmed: sign-ins by password and link ask for its code."`
	RecoveryCodesLeft int         `json:"recoveryCodesLeft"`
}

// PasswordChange sets the caller's password.
type PasswordChange struct {
	Current  string `json:"current,omitempty" doc:"The present one, where there is one."`
	Password string `json:"password"`
}

// TOTPEnrolment sets a device up; it is shown once.
type TOTPEnrolment struct {
	Secret string `json:"secret" doc:"Base32 (RFC 4648), to be typed."`
	URI    string `json:"uri" doc:"otpauth://, to be shown as a QR code."`
}

// TOTPCode is a code of the device.
type TOTPCode struct {
	Code string `json:"code"`
}

// RecoveryCodes each stand in for the device once. They are shown only now.
type RecoveryCodes struct {
	RecoveryCodes []string `json:"recoveryCodes"`
}
