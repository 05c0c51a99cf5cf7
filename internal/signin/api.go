// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// Offers answers the identity providers of a workspace's sign-in page.
type Offers func(ctx context.Context, workspace int64) ([]api.SignInProvider, error)

// Mount mounts the routes of sessions, links and one's own account.
func (s *Service) Mount(server *web.Server, offers Offers) {
	f := &face{service: s, offers: offers, web: server}
	route := func(method, path, id, summary string, more web.Route) web.Route {
		more.Method, more.Path, more.ID, more.Summary = method, "/v1"+path, id, summary
		more.Class, more.Tag = web.ClassManage, "Sign-in"
		if more.Permission == "" {
			more.Permission = caller.OwnAccount
		}
		return more
	}
	open, own, gone := web.Route{Open: true}, web.Route{}, web.Route{Status: http.StatusNoContent}
	taken, made := web.Route{Open: true, Status: http.StatusAccepted}, web.Route{Open: true, Status: http.StatusCreated}
	web.Register(server, route("GET", "/sign-in", "getSignIn", "What a sign-in page shows", open), f.getOffer)
	web.Register(server, route("POST", "/session", "signIn", "Sign in by password", open), f.postSession)
	web.Register(server, route("POST", "/session/second-factor", "proveSecondFactor", "End a sign-in with a code", open), f.postSecondFactor)
	web.Register(server, route("POST", "/session/link", "signInByLink", "Sign in by a mailed link", open), f.postLink)
	web.Register(server, route("GET", "/session", "getSession", "Who is signed in, and what they may do", own), f.getSession)
	web.Register(server, route("DELETE", "/session", "signOut", "Sign out of this browser", gone), f.deleteSession)
	web.Register(server, route("POST", "/session/proof", "proveSession", "Say again that you are there", own), f.postProof)
	web.Register(server, route("POST", "/session/workspace", "switchWorkspace", "Switch to another workspace", own), f.postWorkspace)
	web.Register(server, route("GET", "/sessions", "listSessions", "List live sessions", own), f.getSessions)
	web.Register(server, route("DELETE", "/sessions", "endOtherSessions", "End one's other sessions", gone), f.deleteSessions)
	web.Register(server, route("DELETE", "/sessions/{sessionId}", "endSession", "End a session", gone), f.deleteOneSession)
	web.Register(server, route("POST", "/sign-in/links", "mailSignInLink", "Mail a link that signs in", taken), f.postSignInLink)
	web.Register(server, route("POST", "/password/reset-links", "mailResetLink", "Mail a link that sets a new password", taken), f.postResetLink)
	web.Register(server, route("POST", "/password/reset", "resetPassword", "Set a new password by a mailed link", web.Route{Open: true, Status: http.StatusNoContent}), f.postReset)
	web.Register(server, route("POST", "/setup", "setUp", "Make the first Admin", made), f.postSetUp)
	web.Register(server, route("POST", "/invitations/look", "lookInvitation", "Whom an invitation is for", open), f.postLook)
	web.Register(server, route("POST", "/invitations/accept", "acceptInvitation", "Take an invitation up", open), f.postAccept)
	f.mountAccount(route)
}

// mountAccount mounts what a user does to the own account, and an Admin to
// others' and to the settings.
func (f *face) mountAccount(route func(method, path, id, summary string, more web.Route) web.Route) {
	own, gone := web.Route{}, web.Route{Status: http.StatusNoContent}
	users := web.Route{Permission: caller.ManageUsers}
	web.Register(f.web, route("GET", "/account", "getAccount", "One's own credentials, without secrets", own), f.getAccount)
	web.Register(f.web, route("PUT", "/account/password", "changePassword", "Change one's password", gone), f.putPassword)
	web.Register(f.web, route("POST", "/account/totp", "enrolTOTP", "Begin to set a device up as second factor", own), f.postTOTP)
	web.Register(f.web, route("POST", "/account/totp/confirm", "confirmTOTP", "Put the device to use", own), f.postConfirm)
	web.Register(f.web, route("DELETE", "/account/totp", "removeTOTP", "Take the device away", gone), f.deleteTOTP)
	web.Register(f.web, route("POST", "/account/recovery-codes", "replaceRecoveryCodes", "Make new recovery codes", own), f.postCodes)
	invite := users
	invite.Status = http.StatusCreated
	web.Register(f.web, route("POST", "/users/{userId}/invitation", "inviteUser", "Make a one-time link for a user", invite), f.postInvitation)
	web.Register(f.web, route("GET", "/users/{userId}/credentials", "getUserCredentials", "What a user signs in with, without secrets", web.Route{Permission: caller.ManageUsers}), f.getUserAccount)
	reset := users
	reset.Status = http.StatusNoContent
	web.Register(f.web, route("DELETE", "/users/{userId}/totp", "resetUserTOTP", "Take away the device of a user who has lost it", reset), f.deleteUserTOTP)
	web.Register(f.web, route("GET", "/sign-in/settings", "getSignInSettings", "How users get in", web.Route{Permission: caller.ReadSettings}), f.getSettings)
	web.Register(f.web, route("PATCH", "/sign-in/settings", "updateSignInSettings", "Change how users get in", web.Route{Permission: caller.ManageSignIn}), f.patchSettings)
}

// face is the service as HTTP shows it.
type face struct {
	offers  Offers
	service *Service
	web     *web.Server
}

// from answers where a request came from.
func (f *face) from(ctx context.Context) From {
	return From{Agent: web.UserAgent(ctx), Cookie: f.web.SessionOf(ctx), Visitor: caller.From(ctx)}
}

type (
	nothing     struct{}
	stateOutput struct {
		SetCookie string `header:"Set-Cookie"`
		Body      api.SignInState
	}
	cookieOutput struct {
		SetCookie string `header:"Set-Cookie"`
	}
)

// signedIn is the answer to a sign-in, as far as it came.
func (f *face) signedIn(out Outcome, err error) (*stateOutput, error) {
	if err != nil {
		return nil, err
	}
	if out.Ticket != "" {
		return &stateOutput{Body: api.SignInState{State: "second_factor", Ticket: out.Ticket}}, nil
	}
	return &stateOutput{SetCookie: f.web.SessionCookie(out.Opened.Cookie, out.Opened.Expires), Body: api.SignInState{State: "signed_in"}}, nil
}

func (f *face) postSession(ctx context.Context, in *struct{ Body api.SignIn }) (*stateOutput, error) {
	return f.signedIn(f.service.SignIn(ctx, in.Body.Workspace, in.Body.Email, in.Body.Password, f.from(ctx)))
}

func (f *face) postSecondFactor(ctx context.Context, in *struct{ Body api.SecondFactor }) (*stateOutput, error) {
	opened, err := f.service.SecondFactor(ctx, in.Body.Ticket, in.Body.Code, f.from(ctx))
	return f.signedIn(Outcome{Opened: opened}, err)
}

func (f *face) postLink(ctx context.Context, in *struct{ Body api.LinkToken }) (*stateOutput, error) {
	return f.signedIn(f.service.EnterByLink(ctx, in.Body.Token, f.from(ctx)))
}

func (f *face) postSetUp(ctx context.Context, in *struct{ Body api.SetUp }) (*stateOutput, error) {
	opened, err := f.service.SetUp(ctx, in.Body.Token, FirstAdmin{
		Email: in.Body.Email, Name: in.Body.Name, Password: in.Body.Password,
	}, f.from(ctx))
	return f.signedIn(Outcome{Opened: opened}, err)
}

func (f *face) postAccept(ctx context.Context, in *struct{ Body api.InvitationAcceptance }) (*stateOutput, error) {
	return f.signedIn(f.service.Accept(ctx, in.Body.Token, in.Body.Password, f.from(ctx)))
}

func (f *face) postLook(ctx context.Context, in *struct{ Body api.LinkToken }) (*struct{ Body api.Invitation }, error) {
	who, err := f.service.LookInvitation(ctx, in.Body.Token)
	return &struct{ Body api.Invitation }{api.Invitation{
		DisplayName: who.Name, Email: who.Email, Role: who.Role, TakesPassword: who.Password, Workspace: who.Workspace,
	}}, err
}

func (f *face) postSignInLink(ctx context.Context, in *struct{ Body api.LinkRequest }) (*nothing, error) {
	return nil, f.service.SendMagicLink(ctx, in.Body.Workspace, in.Body.Email, f.from(ctx))
}

func (f *face) postResetLink(ctx context.Context, in *struct{ Body api.LinkRequest }) (*nothing, error) {
	return nil, f.service.SendReset(ctx, in.Body.Workspace, in.Body.Email, f.from(ctx))
}

func (f *face) postReset(ctx context.Context, in *struct{ Body api.PasswordReset }) (*nothing, error) {
	return nil, f.service.Reset(ctx, in.Body.Token, in.Body.Password, f.from(ctx))
}

func (f *face) deleteSession(ctx context.Context, _ *nothing) (*cookieOutput, error) {
	gone := f.service.Now()
	return &cookieOutput{SetCookie: f.web.SessionCookie("", gone)}, f.service.SignOut(ctx, caller.From(ctx))
}

func (f *face) postProof(ctx context.Context, in *struct{ Body api.Proof }) (*sessionOutput, error) {
	if err := f.service.Prove(ctx, caller.From(ctx), in.Body.Password, in.Body.Code); err != nil {
		return nil, err
	}
	return f.getSession(ctx, nil)
}

func (f *face) postWorkspace(ctx context.Context, in *struct{ Body api.SwitchWorkspace }) (*stateOutput, error) {
	opened, err := f.service.Switch(ctx, caller.From(ctx), in.Body.Workspace)
	return f.signedIn(Outcome{Opened: opened}, err)
}
