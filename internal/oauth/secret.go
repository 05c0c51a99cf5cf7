// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// The forms of contract section 1. Clients check the prefixes.
const (
	clientPrefix  = "vci_"
	codePrefix    = "vac_"
	refreshPrefix = "vrt_"
	secretPrefix  = "vcs_"
	tokenPrefix   = "vat_"

	clientBytes    = 24 // written as 48 hex digits
	codeLetters    = 32
	hintBytes      = 3 // written as 6
	refreshLetters = 64
	requestLetters = 32
	secretLetters  = 64
	tokenLetters   = 32
)

// digest is what is kept of a secret or token.
type digest [sha256.Size]byte

func hashOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

func (s *Service) newClientID() (string, error) {
	var b [clientBytes]byte
	if _, err := io.ReadFull(s.random, b[:]); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	return clientPrefix + hex.EncodeToString(b[:]), nil
}

func (s *Service) newSecret() (string, error) { return s.credential(secretPrefix, secretLetters) }

func (s *Service) newCode() (string, error) { return s.credential(codePrefix, codeLetters) }

func (s *Service) newRefresh() (string, error) { return s.credential(refreshPrefix, refreshLetters) }

func (s *Service) newToken() (string, error) { return s.credential(tokenPrefix, tokenLetters) }

// hintOf answers the hex digits by which people tell tokens apart.
func hintOf(token string) string {
	return token[len(tokenPrefix) : len(tokenPrefix)+2*hintBytes]
}

// tokenForm says whether a text has the form of an access token.
func tokenForm(text string) bool {
	return len(text) == len(tokenPrefix)+2*hintBytes+1+tokenLetters && text[:len(tokenPrefix)] == tokenPrefix
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// credential answers prefix, six hex digits, an underscore and n letters or
// digits. A byte past the last whole round of the alphabet is drawn again: all
// letters are equally likely.
func (s *Service) credential(prefix string, n int) (string, error) {
	text := make([]byte, 0, len(prefix)+2*hintBytes+1+n)
	var buffer [128]byte
	if _, err := io.ReadFull(s.random, buffer[:]); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	text = append(text, prefix...)
	text = hex.AppendEncode(text, buffer[:hintBytes])
	text = append(text, '_')
	fresh := buffer[hintBytes:]
	const rounds = 256 / len(letters) * len(letters)
	for n > 0 {
		if len(fresh) == 0 {
			if _, err := io.ReadFull(s.random, buffer[:]); err != nil {
				return "", fmt.Errorf("read random bytes: %w", err)
			}
			fresh = buffer[:]
		}
		if b := int(fresh[0]); b < rounds {
			text = append(text, letters[b%len(letters)])
			n--
		}
		fresh = fresh[1:]
	}
	return string(text), nil
}
