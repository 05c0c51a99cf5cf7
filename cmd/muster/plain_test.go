// SPDX-License-Identifier: Apache-2.0

package main

import "testing"

func TestPlainNamesNoLibrary(t *testing.T) {
	for message, want := range map[string]string{
		`schema: jsontext: duplicate object member name "a"`:                                      `schema: duplicate object member name "a"`,
		"jsontext: invalid character 'h' at start of value (line 1)":                              "invalid character 'h' at start of value (line 1)",
		`a pack: json: cannot unmarshal JSON string into Go proof.headerLine (line 1)`:            `a pack: a JSON string has no place here (line 1)`,
		`json: unable to unmarshal JSON number 1.5 into Go map[string]jsontext.Value`:             `a JSON number has no place here`,
		`json: cannot unmarshal JSON string into Go proof.headerLine: unknown object member name`: `unknown object member name`,
		"bad.json: cannot be read":     "bad.json: cannot be read",
		"open json: no such file":      "open json: no such file",
		"c.json: line 1, column 2: no": "c.json: line 1, column 2: no",
	} {
		if got := plain(message); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
