// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// What authenticator apps take without being told (RFC 6238 section 4).
const (
	totpPeriod = 30 // seconds
	totpSkew   = 1  // periods that a device's clock may be off
	totpBytes  = 20
)

// sealTOTP is what the secret of a user's device is sealed for.
func sealTOTP(user access.UserID) string { return "signin_totp.secret " + string(user) }

// recoveryCodes are made at a time; each works once.
const recoveryCodes = 10

// secondFactor is a user's device.
type secondFactor struct {
	confirmed *time.Time // nil until its first code was right
	lastStep  int64
	secret    string // sealed
	user      access.UserID
}

// Enrolment is what a user's device is set up with; it is shown once.
type Enrolment struct {
	Secret string // base32, to be typed
	URI    string // otpauth://, to be scanned
}

// EnrolTOTP makes a secret for a device of the caller. It counts when ConfirmTOTP
// gets a code of it. Conflict when a device is confirmed already.
func (s *Service) EnrolTOTP(ctx context.Context, c caller.Caller) (Enrolment, error) {
	if err := s.CheckRecent(ctx, c); err != nil {
		return Enrolment{}, err
	}
	secret := make([]byte, totpBytes)
	if _, err := rand.Read(secret); err != nil {
		return Enrolment{}, err
	}
	sealed, err := s.Sealer.Seal(sealTOTP(access.UserID(c.ID)), secret)
	if err != nil {
		return Enrolment{}, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := holdUser(ctx, tx, c.Workspace.Number, access.UserID(c.ID)); err != nil {
			return err
		}
		old, err := selectTOTP(ctx, tx, c.Workspace.Number, access.UserID(c.ID))
		if err != nil && !errors.Is(err, db.ErrNoRow) {
			return err
		}
		if old.confirmed != nil {
			return fault.New(fault.Conflict, "a device is set up already; remove it first")
		}
		return putTOTP(ctx, tx, c.Workspace.Number, access.UserID(c.ID), sealed, s.instant())
	})
	if err != nil {
		return Enrolment{}, err
	}
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	issuer := uriText("Muster (" + c.Workspace.Name + ")")
	return Enrolment{Secret: text, URI: "otpauth://totp/" + issuer + ":" + uriText(c.Name) + "?secret=" + text + "&issuer=" + issuer}, nil
}

// uriText escapes a text for any place of a URI. Apps show a plus as it stands,
// and take a colon for the end of the issuer.
func uriText(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// ConfirmTOTP puts the device to use, once a code of it is right, and answers
// the recovery codes, which are shown only now.
func (s *Service) ConfirmTOTP(ctx context.Context, c caller.Caller, code string) (codes []string, err error) {
	if err := s.CheckRecent(ctx, c); err != nil {
		return nil, err
	}
	now, user := s.instant(), access.UserID(c.ID)
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := holdUser(ctx, tx, c.Workspace.Number, user); err != nil {
			return err
		}
		device, err := selectTOTP(ctx, tx, c.Workspace.Number, user)
		switch {
		case errors.Is(err, db.ErrNoRow):
			return fault.New(fault.Conflict, "there is no device to confirm; begin with POST /v1/account/totp")
		case err != nil:
			return err
		case device.confirmed != nil:
			return fault.New(fault.Conflict, "the device is confirmed already")
		}
		step, err := s.matchCode(device, code, now)
		if err != nil {
			return err
		}
		if step == 0 {
			return fault.At(fault.Problem{Pointer: "/code", Message: "the code is wrong; check the clock of the device"})
		}
		if err := confirmTOTP(ctx, tx, c.Workspace.Number, user, step, now); err != nil {
			return err
		}
		if codes, err = replaceCodes(ctx, tx, c.Workspace.Number, user); err != nil {
			return err
		}
		return s.noteCredential(ctx, tx, c, user, "totp", "added")
	})
	return codes, err
}

// RemoveTOTP takes the caller's device and recovery codes away.
func (s *Service) RemoveTOTP(ctx context.Context, c caller.Caller) error {
	if err := s.CheckRecent(ctx, c); err != nil {
		return err
	}
	return s.removeTOTP(ctx, c, access.UserID(c.ID))
}

// ResetTOTP is RemoveTOTP for another user, who has lost the device: for who may
// manage users and has proved to be there lately, and for the command line.
func (s *Service) ResetTOTP(ctx context.Context, c caller.Caller, ref string) error {
	if err := s.CheckRecent(ctx, c); err != nil {
		return err
	}
	user, err := s.Access.Get(ctx, c, ref)
	if err != nil {
		return err
	}
	return s.removeTOTP(ctx, c, user.ID)
}

func (s *Service) removeTOTP(ctx context.Context, c caller.Caller, user access.UserID) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := holdUser(ctx, tx, c.Workspace.Number, user); err != nil {
			return err
		}
		removed, err := deleteTOTP(ctx, tx, c.Workspace.Number, user)
		if err != nil {
			return err
		}
		if removed == 0 {
			return fault.New(fault.NotFound, "no device is set up")
		}
		if err := deleteCodes(ctx, tx, c.Workspace.Number, user); err != nil {
			return err
		}
		return s.noteCredential(ctx, tx, c, user, "totp", "removed")
	})
}

// NewCodes replaces the caller's recovery codes.
func (s *Service) NewCodes(ctx context.Context, c caller.Caller) (codes []string, err error) {
	if err := s.CheckRecent(ctx, c); err != nil {
		return nil, err
	}
	user := access.UserID(c.ID)
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := holdUser(ctx, tx, c.Workspace.Number, user); err != nil {
			return err
		}
		device, err := selectTOTP(ctx, tx, c.Workspace.Number, user)
		if errors.Is(err, db.ErrNoRow) || err == nil && device.confirmed == nil {
			return fault.New(fault.Conflict, "recovery codes stand in for a device; set one up first")
		}
		if err != nil {
			return err
		}
		if codes, err = replaceCodes(ctx, tx, c.Workspace.Number, user); err != nil {
			return err
		}
		return s.noteCredential(ctx, tx, c, user, "recovery_codes", "replaced")
	})
	return codes, err
}

// matchCode answers the period that a code belongs to, 0 for none. Periods up to
// the last one used are passed over (RFC 6238 section 5.2).
func (s *Service) matchCode(device secondFactor, code string, now time.Time) (int64, error) {
	secret, err := s.Sealer.Open(sealTOTP(device.user), device.secret)
	if err != nil {
		return 0, fmt.Errorf("read the device's secret: %w", err)
	}
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	code = plainCode(code)
	period := now.Unix() / totpPeriod
	for step := max(period-totpSkew, device.lastStep+1); step <= period+totpSkew; step++ {
		want, err := totp.GenerateCodeCustom(text, time.Unix(step*totpPeriod, 0), totp.ValidateOpts{
			Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
		})
		if err != nil {
			return 0, fmt.Errorf("make a code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, nil
		}
	}
	return 0, nil
}

// useCode takes a code of the device or a recovery code, once.
func (s *Service) useCode(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, code string, now time.Time) (bool, error) {
	device, err := selectTOTP(ctx, tx, workspace, user)
	if errors.Is(err, db.ErrNoRow) || err == nil && device.confirmed == nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if plain := plainCode(code); len(plain) == codeLetters {
		used, err := useRecovery(ctx, tx, workspace, user, hashOf(plain), now)
		return used > 0, err
	}
	step, err := s.matchCode(device, code, now)
	if err != nil || step == 0 {
		return false, err
	}
	moved, err := moveTOTP(ctx, tx, workspace, user, step)
	return moved > 0, err
}

// A recovery code is 16 letters of base32, 80 bits, shown in groups of four.
const (
	codeBytes   = 10
	codeLetters = 16
	codeGroup   = 4
)

func replaceCodes(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) ([]string, error) {
	if err := deleteCodes(ctx, tx, workspace, user); err != nil {
		return nil, err
	}
	codes := make([]string, 0, recoveryCodes)
	for range recoveryCodes {
		raw := make([]byte, codeBytes)
		if _, err := rand.Read(raw); err != nil {
			return nil, err
		}
		plain := base32.StdEncoding.EncodeToString(raw)
		if err := insertCode(ctx, tx, workspace, user, hashOf(plain)); err != nil {
			return nil, err
		}
		var groups []string
		for at := 0; at < codeLetters; at += codeGroup {
			groups = append(groups, plain[at:at+codeGroup])
		}
		codes = append(codes, strings.Join(groups, "-"))
	}
	return codes, nil
}

// plainCode undoes what people and mail programs do to a code: it leaves letters
// and digits.
func plainCode(code string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, code)
}

// noteCredential leaves the entry of a change of somebody's credentials.
func (s *Service) noteCredential(ctx context.Context, tx *db.Tx, c caller.Caller, id access.UserID, kind, what string) error {
	user, err := s.Access.ByID(ctx, tx, c.Workspace.Number, id)
	if err != nil {
		return err
	}
	return evidence.Append(ctx, tx, s.instant(), evidence.Entry{
		Actor: c, Kind: kind, Subject: subjectOf(user), Body: map[string]any{"what": what},
	})
}
