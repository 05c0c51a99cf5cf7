// SPDX-License-Identifier: Apache-2.0

// Package breach knows the passwords that nobody may take: those that leaked from
// other services, those that many people choose, and those that are expected here.
// Whoever attacks a sign-in page tries them first. NIST SP 800-63B-4, section
// 3.1.1.2, asks for such a list wherever a password is set or changed.
//
// # Nouns
//
//	common list    built into the program: passwords of [MinLength] characters or
//	               more, as hashes
//	breached file  on disk, if the operator keeps one: the "Pwned Passwords" download
//	               ordered by hash, some 40 GB of lines
//
//	              in the common list?      in the breached file?
//	password ───────── no ────────────────────── no ──────────▶ may be taken
//	                  │ yes                     │ yes
//	                  └────────────▶ listed ◀───┘
//
// # What counts as listed
//
// Only the whole password counts; a listed one with something added does not, for
// that would refuse too much. In the common list capitals do not matter: what
// "PASSWORD1" adds to "password1" is tried just as soon. The breached file is asked
// for the password as it was typed, because that is what the file was made of.
//
// What is known of one person or one organisation (its name, its e-mail address)
// cannot stand in a list. Comparing with that is the duty of the caller, as is the
// length: shorter passwords than MinLength are not in the common list.
//
// # The common list
//
// It is the file common.bin, made by the program in the folder generate, whose
// README names the sources and their licences. No password stands in it: of each
// there are the first 40 bits of the SHA-256 of its lower-case form, in
// UTF-8. The file is
//
//	header    lines of text that say what it is; an empty line ends them
//	counts    65,536 bytes: how many hashes begin with each two bytes
//	rests     the other three bytes of every hash, ordered, without gaps
//
// A password that is not in the list is taken for one that is with a probability of
// [List.Size] / 2^40. For 300,000 hashes that is 2.7e-7, one in 3.7 million.
//
// # The breached file
//
// Each line is the SHA-1 of one password as 40 hex digits, a colon and how often it
// was seen; lines end in LF or CRLF and are ordered by hash. The file is never
// loaded: a look-up bisects it, some 27 short reads in 40 GB. How often a password
// was seen does not matter. SHA-1 is the choice of whoever publishes the file, and
// protects nothing here.
//
// [New] looks at the beginning, at the end and at places spread over the file, so
// that a file of another sort is refused at start and not at the first sign-in. It
// keeps the file open. A new edition is put in place by renaming it over the old
// one, and used from the next start on; do not write into a file that is in use.
//
// # Invariants
//
//   - Neither passwords nor lines of the breached file are in any error.
//   - A List does not change after New and may be used by many goroutines at once.
//   - What cannot be looked up is an error, never "not listed".
package breach
