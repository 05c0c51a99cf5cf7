// SPDX-License-Identifier: Apache-2.0

package jtd_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/jtd"
)

func TestMembersAndElements(t *testing.T) {
	const text = ` { "a" : 1 ,"b":[ 1 , {"x":[]} , "]," ],"\u0063":{ "d" : null } , "e":"\\\"" } `
	type pair struct{ Name, Value string }
	var got []pair
	for m := jtd.MembersOf([]byte(text)); m.Next(); {
		if len(got)%2 == 0 { // every second value is left to be skipped
			got = append(got, pair{string(m.Name()), string(m.Value())})
		} else {
			got = append(got, pair{string(m.Name()), ""})
		}
	}
	want := []pair{{`"a"`, `1`}, {`"b"`, ``}, {`"\u0063"`, `{ "d" : null }`}, {`"e"`, ``}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	var elements []string
	for e := jtd.ElementsOf([]byte(` [ 1 , {"x":[]} , "],",true,[ ] ] `)); e.Next(); {
		elements = append(elements, string(e.Value()))
	}
	if diff := cmp.Diff([]string{"1", `{"x":[]}`, `"],"`, "true", "[ ]"}, elements); diff != "" {
		t.Error(diff)
	}
}

func TestNothingToGoThrough(t *testing.T) {
	for _, text := range []string{``, ` `, `{}`, ` { } `, `[]`, `[ ]`, `null`, `"{"`, `7`} {
		m, e := jtd.MembersOf([]byte(text)), jtd.ElementsOf([]byte(text))
		for range 2 { // also when asked again
			if m.Next() || e.Next() {
				t.Errorf("%q has something inside", text)
			}
		}
	}
}

func TestSkip(t *testing.T) {
	tests := []struct {
		text string
		end  int
	}{
		{`1,2`, 1},
		{` -1.5e+3]`, 8},
		{`true}`, 4},
		{`"a\"b\\",1`, 8},
		{`"long enough for words \\\" of eight" `, 37},
		{`{"a":[1,"}"]},`, 13},
		{`[[],[[]]]]`, 9},
		{`null`, 4},
		{`"open`, 5},
		{`"\`, 2},
		{`[[`, 2},
		{``, 0},
		{`   `, 3},
	}
	for _, test := range tests {
		if got := jtd.SkipValue([]byte(test.text), 0); got != test.end {
			t.Errorf("SkipValue(%s) = %d, want %d", test.text, got, test.end)
		}
	}
	if got := jtd.SkipSpace([]byte(" \t\r\n\vx"), 0); got != 4 {
		t.Errorf("SkipSpace = %d, want 4", got)
	}
	if got := jtd.SkipSpace([]byte("x"), 9); got != 1 {
		t.Errorf("SkipSpace past the end = %d, want 1", got)
	}
}

func TestStrings(t *testing.T) {
	quoted := []string{
		`""`, `"a"`, `"\u0061"`, `"\"\\\/\b\f\n\r\t"`, `"\u00e9\u20AC\ud83d\ude00"`, `"é€😀"`,
		`"\ud83d"`, `"\ud83dx"`, `"\ud83d\u0061"`, `"\ude00\ud83d"`, `"seven by seven\u0020and more than that"`,
	}
	for _, text := range quoted {
		var want string
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if got := jtd.Unquote([]byte(text)); got != want {
			t.Errorf("Unquote(%s) = %q, want %q", text, got, want)
		}
		if got := string(jtd.AppendUnquote([]byte("+"), []byte(text))); got != "+"+want {
			t.Errorf("AppendUnquote(%s) = %q, want %q", text, got, "+"+want)
		}
		if !jtd.StringEqual([]byte(text), want) || jtd.StringEqual([]byte(text), want+"x") || jtd.StringEqual([]byte(text), "?") {
			t.Errorf("StringEqual(%s) is wrong", text)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, seed := range []string{benchRecord, `{"a`, `{"a":`, `{"a"1}`, `[1 2`, `"\`, `"\u12`, `{"a":1,}`, `{,}`, `[,`, "{\"\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		end := jtd.SkipValue(text, 0)
		if end > len(text) {
			t.Fatalf("SkipValue = %d of %d", end, len(text))
		}
		for m := jtd.MembersOf(text); m.Next(); {
			_, _ = jtd.Unquote(m.Name()), m.Value()
		}
		for e := jtd.ElementsOf(text); e.Next(); {
			_ = e.Value()
		}
		_, _ = jtd.ParseTimestamp(text)
		quoted, err := json.Marshal(string(text))
		if err != nil {
			t.Fatal(err)
		}
		var want string
		if err := json.Unmarshal(quoted, &want); err != nil {
			t.Fatal(err)
		}
		if got := jtd.Unquote(quoted); got != want || !jtd.StringEqual(quoted, want) {
			t.Errorf("Unquote(%s) = %q, want %q", quoted, got, want)
		}
		if json.Valid(text) && jtd.SkipSpace(text, end) != len(text) {
			t.Errorf("SkipValue(%q) = %d, want %d", text, end, len(text))
		}
	})
}
