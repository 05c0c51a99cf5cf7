// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
)

// events opens a stream and answers a function that reads its next event: kind and
// data, "" at the end.
func events(t *testing.T, s *server, header ...string) func() string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || kind != "text/event-stream" {
		t.Fatalf("events: got %d of %s", response.StatusCode, kind)
	}
	lines := bufio.NewReader(response.Body)
	return func() string {
		event := ""
		for {
			line, err := lines.ReadString('\n')
			if err != nil && err != io.EOF {
				t.Fatalf("the stream broke: %v", err)
			}
			if err == io.EOF {
				return ""
			}
			kind, isKind := strings.CutPrefix(line, "event: ")
			data, isData := strings.CutPrefix(line, "data: ")
			switch {
			case isKind:
				event = strings.TrimSpace(kind)
			case isData:
				return event + " " + strings.TrimSpace(data)
			}
		}
	}
}

// TestEvents listens at one server to what another one does, where two may share a
// database, and sees streams end with their session and with their server.
func TestEvents(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p place) {
		p.run(t, "admin", "migrate")
		s := p.serve(t, "--drain-timeout=10m") // a stream that held the stop up would do so for long
		heard := s
		if p.database != "" {
			heard = p.serve(t, "--drain-timeout=10m")
		}
		e := newEstate(t, s, openLedger(t, p), "cedar")
		leaving, staying := e.enlist(t, "admin", "cedar leaver"), e.enlist(t, "view-only-admin", "cedar stayer")
		employee := e.enlist(t, "employee", "cedar employee")
		next, ends := events(t, heard, staying.headers...), events(t, heard, leaving.headers...)
		deaf := events(t, heard, employee.headers...)
		for name, one := range map[string]func() string{"who stays": next, "who leaves": ends, "who may read nothing": deaf} {
			if got := one(); got != "hello {}" {
				t.Errorf("%s: got %q, want hello", name, got)
			}
		}
		again := events(t, heard, append(staying.headers, "Last-Event-ID: x")...)
		if got := again(); got != "resync {}" {
			t.Errorf("after another connection: got %q, want resync", got)
		}
		body := e.fill(t, `{"resourceId":"{resourceId}","resources":[{servers},`+newServer+`]}`)
		if a := s.call(t, "PUT", "/v1/resources/custom_resource", body, bearer(e.values["token"])); a.status != 200 {
			t.Fatalf("push: got %s", a)
		}
		for {
			got := next()
			if strings.HasPrefix(got, "sync ") && strings.Contains(got, e.values["resourceId"]) {
				break
			}
			if got == "" {
				t.Fatal("the stream ended without a word of the push")
			}
		}
		if a := leaving.ask(t, "DELETE", "/v1/session", ""); a.status != 204 {
			t.Fatalf("sign out: got %s", a)
		}
		for got := ends(); got != ""; got = ends() { // what came before the end
		}
		heard.stop(t)
		for got := next(); got != ""; got = next() {
		}
		if got := deaf(); got != "" {
			t.Errorf("who may read nothing was told %q", got)
		}
	})
}
