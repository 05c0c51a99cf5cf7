// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"
)

// layout is the rows of keys, each half a key further right than the one above.
type layout []string

// plain are the common layouts, and shifted is what some of them give with Shift.
var (
	plain = []layout{
		{"1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"},
		{"1234567890", "qwertzuiopü", "asdfghjklöä", "yxcvbnm,.-"},
		{"1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn,;:"},
	}
	shifted = []layout{
		{"!@#$%^&*()_+", "qwertyuiop{}", `asdfghjkl:"`, "zxcvbnm<>?"},
		{`!"§$%&/()=`, "qwertzuiopü", "asdfghjklöä", "yxcvbnm;:_"},
	}
)

// step is one key further in a direction, and place is where a key is.
type (
	step  struct{ row, column int }
	place struct{ row, column int }
)

// steps are the directions on a keyboard: along a row, and along both slants.
var steps = []step{{0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, -1}, {-1, 1}}

// board is the keys of a layout by row and column.
type board [][]rune

// walks are what fingers do that run over the keyboard: straight or with one turn,
// two short straight runs, and the blocks at the left edge.
func walks() []string {
	words := slices.Concat(columns(), blocks())
	for _, rows := range slices.Concat(plain, shifted) {
		keys := newBoard(rows)
		for n := 8; n <= 12; n++ {
			words = append(words, keys.runs(n)...)
		}
		for n := 8; n <= 10; n++ {
			words = append(words, keys.turns(n)...)
		}
		for n := 4; n <= 6; n++ {
			words = append(words, doubles(keys.runs(n))...)
		}
	}
	for _, rows := range plain {
		short := newBoard(rows).runs(4)
		words = append(words, combine(short, short)...) // "1qaz2wsx", "qwer1234"
	}
	return words
}

func newBoard(rows layout) board {
	var keys board
	for _, row := range rows {
		keys = append(keys, []rune(row))
	}
	return keys
}

// runs are the straight runs of n keys in every direction.
func (b board) runs(n int) []string {
	var words []string
	for row := range b {
		for column := range b[row] {
			for _, to := range steps {
				if word := b.walk(place{row, column}, to, n); word != "" {
					words = append(words, word)
				}
			}
		}
	}
	return words
}

// turns are the runs of n keys that change their direction once, with two keys or
// more on either side.
func (b board) turns(n int) []string {
	var words []string
	for row := range b {
		for column := range b[row] {
			for _, first := range steps {
				for before := 2; before <= n-2; before++ {
					words = append(words, b.turned(place{row, column}, first, before, n)...)
				}
			}
		}
	}
	return words
}

// turned are the runs of n keys from a place that leave their first direction after
// some keys, in all the ways.
func (b board) turned(from place, first step, before, n int) []string {
	start := b.walk(from, first, before)
	if start == "" {
		return nil
	}
	var words []string
	turn := place{from.row + first.row*(before-1), from.column + first.column*(before-1)}
	for _, then := range steps {
		next := place{turn.row + then.row, turn.column + then.column}
		if end := b.walk(next, then, n-before); then != first && end != "" {
			words = append(words, start+end)
		}
	}
	return words
}

// walk is the run of n keys from a place in one direction, "" when it leaves the
// keyboard.
func (b board) walk(from place, to step, n int) string {
	var word strings.Builder
	for range n {
		if from.row < 0 || from.row >= len(b) || from.column < 0 || from.column >= len(b[from.row]) {
			return ""
		}
		word.WriteRune(b[from.row][from.column])
		from = place{from.row + to.row, from.column + to.column}
	}
	return word.String()
}

// doubles are the runs twice.
func doubles(runs []string) []string {
	var words []string
	for _, run := range runs {
		words = append(words, run+run)
	}
	return words
}

// columns are the first slanting columns, each with Shift or without: "1qaz@wsx".
func columns() []string {
	words := []string{"1qaz", "!qaz"}
	var all []string
	for _, next := range [][]string{{"2wsx", "@wsx"}, {"3edc", "#edc"}, {"4rfv", "$rfv"}} {
		words = combine(words, next)
		all = append(all, words...)
	}
	return all
}

// blocks are the rows of the left edge in any order: "qweasdzxc", "123qweasd".
func blocks() []string {
	rows := strings.Fields("123 qwe asd zxc 321 ewq dsa cxz")
	three := combine(combine(rows, rows), rows)
	longer := strings.Fields("1234 qwer asdf zxcv")
	return slices.Concat(three, combine(three, rows), combine(combine(longer, longer), longer))
}
