// SPDX-License-Identifier: Apache-2.0

package breach

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MinLength is the number of characters (code points) that a password of the common
// list has at least. Shorter ones are refused for their length everywhere.
const MinLength = 8

const (
	title   = "Muster: hashes of common passwords, format 1\n"
	buckets = 1 << 16 // by the first two bytes of the hash
	rest    = 3       // bytes of the hash that are stored
)

// digest is the part of a hash that counts.
type digest [2 + rest]byte

// table is the common list, ready to be searched.
type table struct {
	rests  string             // rest bytes for each hash, ordered
	starts [buckets + 1]int32 // index of the first hash of each bucket
}

// Pack makes the text of a common list out of words, which may come in any order,
// repeatedly and in capitals. Words of less than MinLength characters are left out.
// note is for whoever opens the file, and must not contain an empty line.
func Pack(note string, words []string) ([]byte, error) {
	note = strings.TrimSpace(note)
	if strings.Contains(note, "\n\n") {
		return nil, errors.New("the note contains an empty line, which ends the header")
	}
	digests := make([]digest, 0, len(words))
	for _, word := range words {
		if utf8.RuneCountInString(word) >= MinLength {
			digests = append(digests, digestOf(word))
		}
	}
	slices.SortFunc(digests, func(a, b digest) int { return bytes.Compare(a[:], b[:]) })
	digests = slices.Compact(digests)

	header := title + note + "\n\n"
	packed := append([]byte(header), make([]byte, buckets)...)
	for _, d := range digests {
		count := &packed[len(header)+d.bucket()]
		if *count == 255 {
			return nil, fmt.Errorf("more than 255 of %d words in one bucket; that many need another format", len(digests))
		}
		*count++
		packed = append(packed, d[2:]...)
	}
	return packed, nil
}

// parse reads what Pack made.
func parse(packed string) (*table, error) {
	header, body, found := strings.Cut(packed, "\n\n")
	if !found || !strings.HasPrefix(header, title) {
		return nil, errors.New("common passwords: the header is not one of this format")
	}
	if len(body) < buckets {
		return nil, errors.New("common passwords: the counts are cut off")
	}
	t := &table{rests: body[buckets:]}
	for i := range buckets {
		t.starts[i+1] = t.starts[i] + int32(body[i])
	}
	if want := t.size() * rest; len(t.rests) != want {
		return nil, fmt.Errorf("common passwords: %d bytes of hashes where the counts add up to %d", len(t.rests), want)
	}
	return t, nil
}

func (t *table) size() int { return int(t.starts[buckets]) }

// has says whether the password is in the table. A bucket has four or five hashes,
// so they are read one after another.
func (t *table) has(password string) bool {
	d := digestOf(password)
	bucket := d.bucket()
	from, to := t.starts[bucket]*rest, t.starts[bucket+1]*rest
	for at := from; at < to; at += rest {
		if t.rests[at:at+rest] == string(d[2:]) {
			return true
		}
	}
	return false
}

// digestOf hashes the lower-case form of a password. Bytes that are not UTF-8 count
// as U+FFFD.
func digestOf(password string) digest {
	var buffer [128]byte // no allocation for passwords of usual length
	lower := buffer[:0]
	for _, r := range password {
		lower = utf8.AppendRune(lower, unicode.ToLower(r))
	}
	sum := sha256.Sum256(lower)
	return digest(sum[:2+rest])
}

func (d digest) bucket() int { return int(d[0])<<8 | int(d[1]) }
