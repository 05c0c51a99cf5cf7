// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// heard is an event of a stream.
type heard struct{ id, kind, data string }

// hear opens GET /v1/events/stream and answers a function that reads its next event, the
// zero one at the end.
func hear(t *testing.T, s *server, query string, header ...string) func() heard {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1/events/stream"+query, nil)
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
	return func() (e heard) {
		for {
			line, err := lines.ReadString('\n')
			if err != nil && err != io.EOF {
				t.Fatalf("the stream broke: %v", err)
			}
			if err == io.EOF {
				return heard{}
			}
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch name {
			case "id":
				e.id = value
			case "event":
				e.kind = value
			case "data":
				e.data = value
				return e
			}
		}
	}
}

// TestEventStream hears a push from another server where two share a database, goes on
// behind an event, and sees streams end with the session and with the server.
func TestEventStream(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p place) {
		p.run(t, "admin", "migrate")
		s := p.serve(t, "--drain-timeout=10m") // a stream that held the stop up would do so for long
		other := s
		if p.database != "" {
			other = p.serve(t, "--drain-timeout=10m")
		}
		e := newEstate(t, s, openLedger(t, p), "maple")
		leaving, deaf := e.enlist(t, "admin", "maple leaver"), e.enlist(t, "employee", "maple employee")
		ends := hear(t, other, "", leaving.headers...)
		manage := bearer(s.token(t, p.application(t, "Hearer", "manage", "--workspace", "maple")))
		next := hear(t, other, "?types=sync.pushed,test.*", manage)
		if a := deaf.ask(t, "GET", "/v1/events", ""); a.status != 403 {
			t.Errorf("who may read nothing: got %s", a)
		}
		body := e.fill(t, `{"resourceId":"{resourceId}","resources":[{servers},`+newServer+`]}`)
		if a := s.call(t, "PUT", "/v1/resources/custom_resource", body, bearer(e.values["token"])); a.status != 200 {
			t.Fatalf("push: got %s", a)
		}
		first := next()
		if first.kind != "sync.pushed" || !strings.Contains(first.data, `"id":"`+first.id+`"`) {
			t.Fatalf("got %+v", first)
		}
		again := hear(t, s, "?after=0.0", manage, "Last-Event-ID: "+first.id)
		if a := s.call(t, "PUT", "/v1/resources/custom_resource", body, bearer(e.values["token"])); a.status != 200 {
			t.Fatalf("push: got %s", a)
		}
		var one, two heard
		for one = again(); one.kind != "sync.pushed"; one = again() {
		}
		for two = next(); two.kind != "sync.pushed"; two = next() {
		}
		if one != two || one.id == first.id {
			t.Errorf("behind an event: got %+v and %+v", one, two)
		}
		lines := s.call(t, "GET", "/v1/events/export?types=sync.*&after="+first.id, "", manage)
		for line := range strings.SplitSeq(strings.TrimSpace(lines.text), "\n") {
			var event struct{ ID, Type string }
			if err := json.Unmarshal([]byte(line), &event); err != nil || !strings.HasPrefix(event.Type, "sync.") || event.ID == first.id {
				t.Errorf("a line of an export: %q, %v", line, err)
			}
		}
		for path, want := range map[string]int{"?types=test.status_chnaged": 400, "?after=x": 400, "?after=newest": 200, "?types=outcome.*,user.*": 200} {
			if a := s.call(t, "GET", "/v1/events"+path, "", manage); a.status != want {
				t.Errorf("%s: got %s, want %d", path, a, want)
			}
		}
		if a := leaving.ask(t, "DELETE", "/v1/session", ""); a.status != 204 {
			t.Fatalf("sign out: got %s", a)
		}
		for ends() != (heard{}) { // what came before the end
		}
		other.stop(t)
		for next() != (heard{}) {
		}
	})
}
