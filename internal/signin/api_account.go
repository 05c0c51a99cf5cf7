// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
)

func (f *face) getAccount(ctx context.Context, _ *nothing) (*struct{ Body api.Account }, error) {
	return f.account(ctx, "")
}

func (f *face) getUserAccount(ctx context.Context, in *userInput) (*struct{ Body api.Account }, error) {
	return f.account(ctx, in.User)
}

func (f *face) account(ctx context.Context, ref string) (*struct{ Body api.Account }, error) {
	a, err := f.service.Account(ctx, caller.From(ctx), ref)
	return &struct{ Body api.Account }{api.Account{
		User: wireUser(a.User), PasswordSet: a.Password, RecoveryCodesLeft: a.CodesLeft, TOTP: a.TOTP,
	}}, err
}

func (f *face) putPassword(ctx context.Context, in *struct{ Body api.PasswordChange }) (*nothing, error) {
	return nil, f.service.ChangePassword(ctx, caller.From(ctx), in.Body.Current, in.Body.Password)
}

func (f *face) postTOTP(ctx context.Context, _ *nothing) (*struct{ Body api.TOTPEnrolment }, error) {
	e, err := f.service.EnrolTOTP(ctx, caller.From(ctx))
	return &struct{ Body api.TOTPEnrolment }{api.TOTPEnrolment{Secret: e.Secret, URI: e.URI}}, err
}

type codesOutput struct{ Body api.RecoveryCodes }

func (f *face) postConfirm(ctx context.Context, in *struct{ Body api.TOTPCode }) (*codesOutput, error) {
	codes, err := f.service.ConfirmTOTP(ctx, caller.From(ctx), in.Body.Code)
	return &codesOutput{api.RecoveryCodes{RecoveryCodes: codes}}, err
}

func (f *face) postCodes(ctx context.Context, _ *nothing) (*codesOutput, error) {
	codes, err := f.service.NewCodes(ctx, caller.From(ctx))
	return &codesOutput{api.RecoveryCodes{RecoveryCodes: codes}}, err
}

func (f *face) deleteTOTP(ctx context.Context, _ *nothing) (*nothing, error) {
	return nil, f.service.RemoveTOTP(ctx, caller.From(ctx))
}

type userInput struct {
	User string `doc:"Id or e-mail." path:"userId"`
}

func (f *face) postInvitation(ctx context.Context, in *userInput) (*struct{ Body api.InvitationLink }, error) {
	l, err := f.service.Invite(ctx, caller.From(ctx), in.User)
	return &struct{ Body api.InvitationLink }{api.InvitationLink{ExpiresAt: timeText(l.ExpiresAt), Mailed: l.Sent, URL: l.URL}}, err
}

func (f *face) deleteUserTOTP(ctx context.Context, in *userInput) (*nothing, error) {
	return nil, f.service.ResetTOTP(ctx, caller.From(ctx), in.User)
}
