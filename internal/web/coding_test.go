// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/passmuster/muster/internal/web"
)

func TestTakesCoding(t *testing.T) {
	for _, test := range []struct {
		name, accept string
		want         bool
	}{
		{"nothing named", "", false},
		{"a browser", "gzip, deflate, br, zstd", true},
		{"another", "br", false},
		{"a weight", "br, GZip;q=0.5", true},
		{"a small weight", "gzip; q=0.001", true},
		{"refused", "gzip;q=0", false},
		{"refused at length", "gzip; q=0.000", false},
		{"a longer name", "gzipped", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := web.TakesCoding(test.accept, "gzip"); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// TestTheDocumentIsServedSmall checks that the document comes compressed to who
// takes it, as it is to others, and not twice to who has it.
func TestTheDocumentIsServedSmall(t *testing.T) {
	f := start(t, nil)
	plain := f.do(t, "GET", "/openapi.json", "", "Accept-Encoding", "identity")
	if coding := plain.header.Get("Content-Encoding"); coding != "" || !json.Valid([]byte(plain.body)) {
		t.Errorf("got %q coded %q, want JSON as it is", web.Shorten(plain.body), coding)
	}
	small := f.do(t, "GET", "/openapi.json", "", "Accept-Encoding", "gzip")
	if got := small.header.Get("Content-Encoding"); got != "gzip" || small.header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("coded %q, Vary %q", got, small.header.Get("Vary"))
	}
	reader, err := gzip.NewReader(strings.NewReader(small.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil || string(text) != plain.body {
		t.Errorf("%v, got %q, want what comes as it is", err, web.Shorten(string(text)))
	}
	if len(small.body)*3 > len(plain.body) {
		t.Errorf("%d bytes of %d", len(small.body), len(plain.body))
	}
	if plain.header.Get("ETag") == small.header.Get("ETag") {
		t.Error("two codings have one ETag")
	}
	again := f.do(t, "GET", "/openapi.json", "", "Accept-Encoding", "gzip", "If-None-Match", small.header.Get("ETag"))
	if again.status != http.StatusNotModified || again.body != "" {
		t.Errorf("asked again: %d, %d bytes", again.status, len(again.body))
	}
}

// TestTheDocumentSaysWhoMay checks the members that say what a role must give.
func TestTheDocumentSaysWhoMay(t *testing.T) {
	f := start(t, nil)
	var document struct {
		Paths map[string]map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal([]byte(f.do(t, "GET", "/openapi.json", "").body), &document); err != nil {
		t.Fatal(err)
	}
	operation := document.Paths["/v1/widgets/{id}"]["put"]
	if got := operation["x-permission"]; got != "write resources" {
		t.Errorf("x-permission: %v", got)
	}
	if got := operation["x-rate-limit"]; got != "integration" {
		t.Errorf("x-rate-limit: %v", got)
	}
	if _, there := operation["x-owners"]; there {
		t.Error("x-owners where owning gives nothing")
	}
}
