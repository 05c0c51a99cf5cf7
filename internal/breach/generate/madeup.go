// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	longest   = 20   // characters of a sequence or repetition
	firstYear = 2015 // of the years behind words
	lastYear  = 2035
)

// madeUp is every password that follows from a simple rule: what people arrive at
// when they must think of something, and what attackers try without any list.
// Words shorter than the least length are among them; the caller drops those.
func madeUp() []string {
	return slices.Concat(repetitions(), sequences(), dates(), decorated(), walks())
}

// repetitions are one character, two or four digits, over and over.
func repetitions() []string {
	var words []string
	for c := '!'; c <= '~'; c++ {
		for n := 1; n <= longest; n++ {
			words = append(words, strings.Repeat(string(c), n))
		}
	}
	pairs := "0123456789abcdefghijklmnopqrstuvwxyz"
	for _, a := range pairs {
		for _, b := range pairs {
			for n := 4; n <= 6; n++ {
				words = append(words, strings.Repeat(string(a)+string(b), n))
			}
		}
	}
	for n := range 10_000 {
		words = append(words, strings.Repeat(fmt.Sprintf("%04d", n), 2))
	}
	return words
}

// sequences are parts of the digits and of the alphabet, both ways and going round,
// also with the other behind.
func sequences() []string {
	digits := windows(strings.Repeat("0123456789", 4), 1, longest)
	letters := windows(strings.Repeat("abcdefghijklmnopqrstuvwxyz", 2), 1, longest)
	words := slices.Concat(digits, letters)
	for n := 2; n <= 12; n++ {
		abc, count := "abcdefghijkl"[:n], "123456789012"
		for m := 1; m <= len(count); m++ {
			words = append(words, abc+count[:m], count[:m]+abc)
		}
	}
	return words
}

// windows are all parts of row of from to to characters, read forwards and backwards.
func windows(row string, from, to int) []string {
	known := make(map[string]bool)
	var words []string
	for start := range row {
		for n := from; n <= to && start+n <= len(row); n++ {
			part := row[start : start+n]
			if !known[part] {
				known[part] = true
				words = append(words, part, reversed(part))
			}
		}
	}
	return words
}

func reversed(word string) string {
	bytes := []byte(word)
	slices.Reverse(bytes)
	return string(bytes)
}

// dates are days in eight digits, as birthdays are typed.
func dates() []string {
	var words []string
	end := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)
	for day := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC); day.Before(end); day = day.AddDate(0, 0, 1) {
		words = append(words, day.Format("02012006"), day.Format("01022006"), day.Format("20060102"))
	}
	return words
}

// decorated are words that come to mind at a prompt for a password, with what people
// put behind them when a digit and a sign are demanded.
func decorated() []string {
	disguised := disguises("password")
	likely := slices.Concat(seasons, products, []string{"password", "p@ssw0rd", "welcome", "admin"})
	return slices.Concat(
		combine(slices.Concat(seasons, prompts, products, disguised), numbers()),
		combine(slices.Concat(prompts, disguised), years([]string{""}, []string{"", "!"})),
		combine(likely, years([]string{""}, []string{"", "!", "!!", "?", ".", "#", "$", "*", "@", "1"})),
		combine(likely, years(strings.Split("@#!-_. ", ""), []string{""})),
	)
}

// combine puts every ending behind every base.
func combine(bases, endings []string) []string {
	words := make([]string, 0, len(bases)*len(endings))
	for _, base := range bases {
		for _, ending := range endings {
			words = append(words, base+ending)
		}
	}
	return words
}

// Words that are decorated, in lower case.
var (
	seasons = strings.Fields(`
		spring summer autumn fall winter
		frühling fruehling sommer herbst
		printemps été ete automne hiver
		primavera verano otoño otono invierno verão verao estate autunno inverno
		lente zomer herfst
		january february march april may june july august september october november december
		januar februar märz maerz mai juni juli oktober dezember
		monday tuesday wednesday thursday friday saturday sunday`)
	prompts = strings.Fields(`
		password passwort passw0rt motdepasse contraseña contrasena senha wachtwoord passphrase
		pass secret changeme change letmein welcome welcome1 login access hello iloveyou
		admin administrator root user guest test testing temp temporary default demo master
		company office work team work1 monkey dragon qwerty sunshine princess football baseball`)
	products = strings.Fields(`
		muster passmuster compliance compliant security secure cybersecurity audit auditor
		audits evidence policy policies control controls governance risk privacy assurance
		certified certification trust trustcenter soc2 iso27001 iso9001 gdpr dsgvo hipaa pcidss nist`)
)

// numbers are the endings that count, and signs alone.
func numbers() []string {
	words := strings.Fields("! !! !!! ? . # $ * @ 1! 12! 123! 1234! 01! #1 @1 !1 123# 123@ 123456 1234567 12345678 123456789 1234567890")
	for n := range 100 {
		words = append(words, fmt.Sprint(n))
	}
	for n := range 10 {
		words = append(words, fmt.Sprintf("%02d", n), fmt.Sprintf("%03d", n), fmt.Sprint(n)+"!", strings.Repeat(fmt.Sprint(n), 3))
	}
	for _, join := range []string{"", "@", "#", "!", "-", "_", "."} {
		words = append(words, join+"12", join+"123", join+"1234", join+"12345", join+"123456")
	}
	return append(words, "")
}

// years are the endings that are years, between each two of the signs.
func years(before, after []string) []string {
	var words []string
	for year := firstYear; year <= lastYear; year++ {
		words = append(words, combine(combine(before, []string{fmt.Sprint(year)}), after)...)
	}
	return words
}

// disguises are the ways to write a word with look-alikes for some of its letters.
func disguises(word string) []string {
	looks := map[rune]string{'a': "a@4", 'e': "e3", 'i': "i1!", 'o': "o0", 's': "s$5"}
	words := []string{""}
	for _, letter := range word {
		alike := looks[letter]
		if alike == "" {
			alike = string(letter)
		}
		var longer []string
		for _, word := range words {
			for _, c := range alike {
				longer = append(longer, word+string(c))
			}
		}
		words = longer
	}
	return words
}
