// SPDX-License-Identifier: Apache-2.0

package breach

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
)

// maxLine is more bytes than a line has: 40 hex digits, a colon, a count of up to 20
// digits, CR and LF.
const maxLine = 64

// hash is the SHA-1 of a password.
type hash [sha1.Size]byte

// line is one line of a breached file.
type line struct {
	hash       hash
	start, end int64 // offsets; end is past the end of line
}

// What is wrong with a line. None of them shows it: when the wrong file was named,
// it may be somebody's password in clear.
var (
	errForm  = errors.New(`it is not "SHA-1 as 40 hex digits:count" and an end of line; the Pwned Passwords download ordered by hash is needed, unpacked`)
	errNTLM  = errors.New("it begins with 32 hex digits as NTLM hashes do; the Pwned Passwords download with SHA-1 hashes is needed")
	errOrder = errors.New("its hash is smaller than the one before; the Pwned Passwords download ordered by hash is needed, not the one by prevalence")
	errRange = errors.New("it begins with 35 hex digits as the files of single ranges do; the Pwned Passwords download in one file is needed")
)

// parseLine reads the line at the beginning of text and answers its length with its
// end of line, which only the last line of the file (atEnd) can do without.
func parseLine(text []byte, atEnd bool) (hash, int, error) {
	body, _, ended := bytes.Cut(text, []byte{'\n'})
	length := len(body)
	if ended {
		length++
	}
	digest, count, _ := bytes.Cut(bytes.TrimSuffix(body, []byte{'\r'}), []byte{':'})
	var h hash
	switch {
	case !ended && !atEnd, length > maxLine, !isNumber(count):
		return h, 0, errForm
	case len(digest) != hex.EncodedLen(len(h)):
		return h, 0, lengthError(digest)
	}
	if _, err := hex.Decode(h[:], digest); err != nil {
		return h, 0, errForm
	}
	return h, length, nil
}

// lengthError guesses which other file this is.
func lengthError(digest []byte) error {
	switch len(digest) {
	case 32:
		return errNTLM
	case 35:
		return errRange
	default:
		return errForm
	}
}

func isNumber(text []byte) bool {
	return len(text) > 0 && len(bytes.Trim(text, "0123456789")) == 0
}

const (
	head    = 1000 // lines at the beginning that are looked at
	samples = 256  // places spread over the file that are looked at
)

// check looks at the beginning of the file, at places spread over it and at its end.
// On 40 GB that is a few hundred short reads.
func (f *file) check() error {
	if f.size == 0 {
		return fmt.Errorf("breached passwords: %s is empty", f.name)
	}
	if err := f.checkHead(); err != nil {
		return err
	}
	var before line
	buffer := make([]byte, 2*maxLine)
	for i := range int64(samples + 1) {
		// The last place is the last byte. Halves keep the product from overflowing.
		at, err := f.lineAt(buffer, (f.size-1)/samples*i+(f.size-1)%samples*i/samples)
		if err != nil {
			return err
		}
		if bytes.Compare(at.hash[:], before.hash[:]) < 0 {
			return f.wrong(fmt.Sprintf("line at offset %d", at.start), errOrder)
		}
		before = at
	}
	return nil
}

// checkHead reads the first lines one after another.
func (f *file) checkHead() error {
	text, err := f.read(make([]byte, head*maxLine), 0)
	if err != nil {
		return err
	}
	whole := int64(len(text)) == f.size
	var before hash
	for number := 1; number <= head && len(text) > 0; number++ {
		h, length, err := parseLine(text, whole)
		if err == nil && bytes.Compare(h[:], before[:]) < 0 {
			err = errOrder
		}
		if err != nil {
			return f.wrong(fmt.Sprintf("line %d", number), err)
		}
		before, text = h, text[length:]
	}
	return nil
}
