// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/json"
)

func TestEncodeIsCanonical(t *testing.T) {
	e := testEntry(0)
	want := `{"actor":{"id":"app1","kind":"application","name":"Inventory \"north\" é"},` +
		`"body":{"created":0,"ratio":0.25,"reason":null,"records":{"digest":"q83vEg=="}},` +
		`"id":"65f2a0b1c3d4e5f600000000","kind":"sync","sequence":1,"stream":"definition/res1",` +
		`"subject":{"id":"res1","kind":"resource","name":"Server"},"time":"2026-01-01T00:00:00.000Z","v":1,` +
		`"workspace":"65f2a0b1c3d4e5f60718293a"}`
	if diff := cmp.Diff(want, string(encode(t, e))); diff != "" {
		t.Error(diff)
	}
	e.Stream, e.Sequence, e.Body = "", 0, json.Value(" { \"b\" : 1.50e1, \"a\" : [ true ] } ")
	if got := string(encode(t, e)); !strings.Contains(got, `"body":{"a":[true],"b":15},"id"`) || strings.Contains(got, "sequence") {
		t.Error(got)
	}
	e.Body = nil
	if got := string(encode(t, e)); !strings.Contains(got, `"body":{},`) {
		t.Error(got)
	}
}

func TestEncodeRefuses(t *testing.T) {
	cases := map[string]struct {
		change func(*Entry)
		want   string
	}{
		"no workspace":           {func(e *Entry) { e.Workspace = "" }, "workspace"},
		"no id":                  {func(e *Entry) { e.ID = "" }, "id"},
		"no kind":                {func(e *Entry) { e.Kind = "" }, "kind"},
		"kind in capitals":       {func(e *Entry) { e.Kind = "Sync" }, "kind"},
		"negative sequence":      {func(e *Entry) { e.Sequence = -1 }, "sequence"},
		"large sequence":         {func(e *Entry) { e.Sequence = 1 << 53 }, "sequence"},
		"sequence, no stream":    {func(e *Entry) { e.Stream = "" }, "sequence"},
		"year 10000":             {func(e *Entry) { e.Time = 253402300800000 }, "years"},
		"year -1":                {func(e *Entry) { e.Time = -62167219200001 }, "years"},
		"bytes that are no text": {func(e *Entry) { e.Subject.Name = "\xff" }, "UTF-8"},
		"body is a list":         {func(e *Entry) { e.Body = json.Value(`[]`) }, "object"},
		"body is nothing":        {func(e *Entry) { e.Body = json.Value(``) }, "body"},
		"body repeats a name":    {func(e *Entry) { e.Body = json.Value(`{"a":1,"a":1}`) }, "duplicate"},
		"body has two values":    {func(e *Entry) { e.Body = json.Value(`{} {}`) }, "body"},
		"number loses digits":    {func(e *Entry) { e.Body = json.Value(`{"a":"1","b":[{"c":9007199254740993}]}`) }, "9007199254740993"},
		"entry too long":         {func(e *Entry) { e.Actor.Name = strings.Repeat("x", MaxEntry) }, "bytes"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e := testEntry(0)
			c.change(&e)
			_, err := Encode(e)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestDecodeRefusesOtherSpellings(t *testing.T) {
	good := string(encode(t, testEntry(0)))
	if _, err := Decode([]byte(good)); err != nil {
		t.Fatal(err)
	}
	cases := map[string][2]string{
		"white space":        {`"kind":"sync"`, `"kind": "sync"`},
		"white space in it":  {`"created":0,`, `"created":0 ,`},
		"order of members":   {`"id":"app1","kind":"application"`, `"kind":"application","id":"app1"`},
		"order in the body":  {`"created":0,"ratio":0.25`, `"ratio":0.25,"created":0`},
		"other escape":       {`é`, `\u00e9`},
		"other number":       {`0.25`, `2.5e-1`},
		"unknown member":     {`"v":1`, `"u":1,"v":1`},
		"unknown version":    {`"v":1`, `"v":2`},
		"member missing":     {`,"v":1`, ``},
		"repeated member":    {`"v":1`, `"v":1,"v":1`},
		"time without ms":    {`:00.000Z`, `:00Z`},
		"time with offset":   {`.000Z`, `.000+00:00`},
		"time with comma":    {`.000Z`, `,000Z`},
		"no such day":        {`2026-01-01`, `2026-02-30`},
		"empty stream":       {`"stream":"definition/res1"`, `"stream":""`},
		"no sequence":        {`"sequence":1,`, ``},
		"kind of other type": {`"kind":"sync"`, `"kind":1`},
		"line feed behind":   {`3a"}`, `3a"}` + "\n"},
		"case of a member":   {`"workspace"`, `"Workspace"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bad := strings.Replace(good, c[0], c[1], 1)
			if bad == good {
				t.Fatal("the case changes nothing")
			}
			if _, err := Decode([]byte(bad)); err == nil {
				t.Errorf("accepted %s", bad)
			}
		})
	}
}

func TestNumbersThatSurvive(t *testing.T) {
	for _, literal := range []string{
		"0", "-0", "0.0", "0e9", "1", "-1", "8192", "8192.000", "0.1", "1e3", "1E+3", "1e-7", "123456789012345", "9007199254740992",
		"-9007199254740992", "0.30000000000000004", "1.7976931348623157e-300", "5e-324", "9007199254740991.0", "100e-2",
	} {
		if found, bad := lossyNumber([]byte(`{"9007199254740993":["1e999\"",` + literal + `,true,false,null]}`)); bad {
			t.Errorf("%s is refused (%s)", literal, found)
		}
	}
	for _, literal := range []string{
		"9007199254740993", "-9007199254740993", "9007199254740994", "1e16", "1e300", "1e400", "1e-400", "0.1234567890123456789",
		"3.14159265358979323846", "1e99999999999999999999", "1e-99999999999999999999", "0.30000000000000000004",
	} {
		if found, bad := lossyNumber([]byte(`{"a":[1,` + literal + `]}`)); !bad || found != literal {
			t.Errorf("%s is accepted (found %q)", literal, found)
		}
	}
}

func TestEntriesSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		ref := rapid.Custom(func(t *rapid.T) Ref {
			return Ref{Kind: text.Draw(t, "k"), ID: text.Draw(t, "i"), Name: text.Draw(t, "n")}
		})
		e := Entry{
			Workspace: text.Draw(t, "workspace") + "w", ID: text.Draw(t, "id") + "i", Kind: rapid.StringMatching(`[a-z][a-z0-9_]{0,9}`).Draw(t, "kind"),
			Time:  rapid.Int64Range(-62167219200000, 253402300799999).Draw(t, "time"),
			Actor: ref.Draw(t, "actor"), Subject: ref.Draw(t, "subject"), Stream: text.Draw(t, "stream"),
		}
		if e.Stream != "" {
			e.Sequence = rapid.Int64Range(0, maxSafe).Draw(t, "sequence")
		}
		body, err := json.Marshal(map[string]any{
			text.Draw(t, "name"): rapid.Float64Range(-1<<53, 1<<53).Draw(t, "number"), "list": rapid.SliceOf(text).Draw(t, "list"),
		})
		if err != nil {
			t.Fatal(err)
		}
		e.Body = body
		encoded, err := Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		if canonical, err := json.Canonical(encoded); err != nil || !bytes.Equal(canonical, encoded) {
			t.Fatalf("%s is not canonical: %v", encoded, err)
		}
		got, err := Decode(encoded)
		if err != nil {
			t.Fatal(err)
		}
		if e.Body, err = json.Canonical(body); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for i := range 4 {
		f.Add(encode(f, testEntry(i)))
	}
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := Decode(text)
		if err != nil {
			return
		}
		again, err := Encode(e)
		if err != nil || !bytes.Equal(again, text) {
			t.Errorf("%s became %s, %v", text, again, err)
		}
		if canonical, err := json.Canonical(text); err != nil || !bytes.Equal(canonical, text) {
			t.Errorf("%s is not canonical: %s, %v", text, canonical, err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	e := testEntry(0)
	for b.Loop() {
		if _, err := Encode(e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	text := encode(b, testEntry(0))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Decode(text); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleEncode() {
	text, err := Encode(Entry{
		Workspace: "w1", ID: "e1", Kind: "role", Time: 1_767_225_600_000,
		Actor: Ref{Kind: "person", ID: "p1", Name: "Ada"}, Subject: Ref{Kind: "person", ID: "p2", Name: "Bob"},
		Body: json.Value(`{"to": "Editor", "from": "Viewer"}`),
	})
	fmt.Println(string(text), err)
	// Output: {"actor":{"id":"p1","kind":"person","name":"Ada"},"body":{"from":"Viewer","to":"Editor"},"id":"e1","kind":"role","subject":{"id":"p2","kind":"person","name":"Bob"},"time":"2026-01-01T00:00:00.000Z","v":1,"workspace":"w1"} <nil>
}
