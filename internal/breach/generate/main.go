// SPDX-License-Identifier: Apache-2.0

// Command generate makes the list of common passwords that package breach embeds,
// out of word files and of what it makes up itself. README.md in this folder says
// where the word files come from. From the root of the repository:
//
//	go run ./internal/breach/generate WORDFILE…
//
// A word file is text with a word a line, compressed when its name ends in .gz. The
// same files, in any order, always make the same list.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/breach"
)

// target is the list, seen from the root of the repository.
const target = "internal/breach/common.bin"

// note stands at the head of the list.
const note = `SPDX-License-Identifier: Apache-2.0
Made by internal/breach/generate, whose README names the sources: leaked and
common passwords of SecLists (MIT), zxcvbn-ts (MIT) and Django (BSD-3-Clause),
and sequences, keyboard walks, dates and the like that the program makes up.
Hashes only, shortened to 40 bits: no word of them is in here.`

func main() {
	if err := run(target, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:forbidigo // this is main
	}
}

// run makes the list at path out of word files, and reports what each of them added.
func run(path string, wordFiles []string, report io.Writer) error {
	all := collection{known: make(map[string]bool)}
	all.add("made up", madeUp())
	for _, name := range wordFiles {
		words, err := readWords(name)
		if err != nil {
			return err
		}
		all.add(filepath.Base(name), words)
	}
	packed, err := breach.Pack(note, all.words)
	if err != nil {
		return fmt.Errorf("pack %d words: %w", len(all.words), err)
	}
	if err := os.WriteFile(path, packed, 0o644); err != nil {
		return fmt.Errorf("write list: %w", err)
	}
	_, err = fmt.Fprintf(report, "%s%s: %d words, %d bytes\n", all.report.String(), path, len(all.words), len(packed))
	return err
}

// collection is the words so far, in lower case and each once.
type collection struct {
	known  map[string]bool
	report strings.Builder
	words  []string
}

// add takes the words that can be passwords and are new.
func (c *collection) add(source string, words []string) {
	before, fit := len(c.words), 0
	for _, word := range words {
		word = strings.ToLower(word)
		if !usable(word) {
			continue
		}
		fit++
		if !c.known[word] {
			c.known[word] = true
			c.words = append(c.words, word)
		}
	}
	fmt.Fprintf(&c.report, "%-30s %7d words, %7d fit, %7d new\n", source, len(words), fit, len(c.words)-before)
}

// usable leaves out what is too short and what was damaged on its way into the file.
func usable(word string) bool {
	return utf8.ValidString(word) && utf8.RuneCountInString(word) >= breach.MinLength &&
		!strings.ContainsFunc(word, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError })
}

// readWords reads a word file.
func readWords(name string) ([]string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read words: %w", err)
	}
	if filepath.Ext(name) == ".gz" {
		if text, err = decompress(text); err != nil {
			return nil, fmt.Errorf("read words of %s: %w", name, err)
		}
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' || r == '\r' }), nil
}

func decompress(text []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}
