// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Cost of a hash, as OWASP recommends for argon2id.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashThreads = 1
	hashBytes   = 32
	saltBytes   = 16
)

// Bounds of a password, in characters. The upper one only keeps a request from
// costing more than a hash should.
const (
	minPassword = 8
	maxPassword = 1024
)

// checkStrength answers an Invalid fault for a password that nobody may take:
// by length and by what is known from breaches, and not by the kinds of its
// characters (NIST SP 800-63B-4 section 3.1.1.2).
func (s *Service) checkStrength(password string, user access.User) error {
	bad := func(format string, args ...any) error {
		return fault.At(fault.Problem{Pointer: "/password", Message: fmt.Sprintf(format, args...)})
	}
	if n := utf8.RuneCountInString(password); n < minPassword || n > maxPassword {
		return bad("the password has %d characters; it must have %d to %d", n, minPassword, maxPassword)
	}
	if !web.Storable(password) {
		return bad("the password must be text")
	}
	local, _, _ := strings.Cut(user.Email, "@")
	for _, word := range []string{user.Email, local, user.Name} {
		if strings.EqualFold(strings.TrimSpace(word), password) {
			return bad("the password must not be the e-mail or the name")
		}
	}
	known, err := s.Breached.Has(password)
	if err != nil {
		return fmt.Errorf("look up breached passwords: %w", err)
	}
	if known {
		return bad("this password is known from breaches of other services; take another")
	}
	return nil
}

// hashed answers the argon2id hash of a password as a PHC string.
func (s *Service) hashed(password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	return phc(salt, s.derive(password, salt)), nil
}

// decoy is the hash of no password; it makes an e-mail that nobody has cost as
// much as one that somebody has.
var decoy = phc(make([]byte, saltBytes), make([]byte, hashBytes)) //nolint:gochecknoglobals // never changes

// verify says whether a password fits a stored hash, "" when there is none. It
// costs one hash either way.
func (s *Service) verify(stored, password string) bool {
	there := stored != ""
	if !there {
		stored = decoy
	}
	if utf8.RuneCountInString(password) > maxPassword {
		password = ""
	}
	return s.fits(stored, password) && there
}

// fits says whether a password fits a hash in PHC form.
func (s *Service) fits(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(hash), []byte(phc(salt, s.derive(password, salt)))) == 1
}

// derive computes a hash, with no more at once than memory is meant for.
func (s *Service) derive(password string, salt []byte) []byte {
	s.hashing <- struct{}{}
	defer func() { <-s.hashing }()
	s.hashes.Add(1)
	return argon2.IDKey([]byte(password), salt, hashPasses, hashMemory, hashThreads, hashBytes)
}

func phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}
