// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/feed"
	"github.com/passmuster/muster/internal/stream"
	"github.com/passmuster/muster/internal/workspace"
)

// house is a workspace whose trail is written by hand.
type house struct {
	after   string // the role that is given
	clock   time.Time
	db      *db.DB
	events  *evidence.Service
	streams *stream.Service
	t       *testing.T
	user    caller.Caller
	written int
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{after: "Admin", clock: time.UnixMilli(1_790_000_000_000).UTC(), db: d, t: t}
	w, err := workspace.New(d, h.now).Get(t.Context(), workspace.Default)
	h.ok(err)
	h.user = caller.Caller{Address: "192.0.2.7", ID: db.NewID(h.clock), Kind: caller.User, Name: `Ada "A" [x]`, Workspace: w.Caller(), Grants: caller.Permissions()}
	h.events, err = evidence.New(t.Context(), evidence.Options{DB: d, Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: h.now})
	h.ok(err)
	h.streams = stream.New(stream.Options{
		AllowPrivate: true, DB: d, Feed: &feed.Service{DB: d}, Host: func(context.Context) (string, error) { return "https://muster.example.com", nil }, Now: h.now,
	})
	return h
}

func (h *house) now() time.Time {
	h.clock = h.clock.Add(time.Millisecond)
	return h.clock
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// write writes entries of the trail, numbered.
func (h *house) write(count int) {
	h.t.Helper()
	for range count {
		h.written++
		h.ok(h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return evidence.Append(ctx, tx, h.now(), evidence.Entry{
				Actor: h.user, Kind: "user", Subject: evidence.Subject{ID: fmt.Sprint(h.written), Kind: "user", Name: fmt.Sprintf("User\n%d", h.written)},
				Body: map[string]any{"what": "role changed", "changes": []evidence.Change{{Field: "role", Before: "Viewer", After: h.after}}},
			})
		}))
	}
	h.ok(h.events.Drain(h.t.Context()))
}

func (h *house) make(name, url string, more ...func(*stream.Form)) stream.Stream {
	h.t.Helper()
	types := []string{"user.*"}
	form := stream.Form{Name: &name, Types: &types, URL: &url}
	for _, change := range more {
		change(&form)
	}
	x, err := h.streams.Create(h.t.Context(), h.user, form)
	h.ok(err)
	h.ok(h.events.Drain(h.t.Context()))
	return x
}

func (h *house) get(x stream.Stream) stream.Stream {
	h.t.Helper()
	x, err := h.streams.Get(h.t.Context(), h.user, x.ID)
	h.ok(err)
	return x
}

// subjects answers whom messages are about, in order.
func subjects(list []message) (ids []string) {
	for _, m := range list {
		ids = append(ids, m.fields["subjectId"])
	}
	return ids
}

// TestReceiverGoesAndComesBack has a receiver that is away, one that dies with messages
// unread, and one that is well: nothing is lost, and it comes in order.
func TestReceiverGoesAndComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		first := receive(t, "127.0.0.1:0", nil)
		address := first.address
		x := h.make("Logs", "syslog+tcp://"+address)
		h.write(3)
		h.ok(h.streams.Send(t.Context()))
		if got := subjects(first.messages()); !slices.Equal(got, []string{"1", "2", "3"}) {
			t.Fatalf("got %v", got)
		}
		first.stop()
		h.write(700)
		h.ok(h.streams.Send(t.Context()))
		away := h.get(x)
		if away.Failing == nil || away.LastError == "" || away.Behind != 700 || away.NextAt <= db.Millis(h.clock) || away.Sent != 3 {
			t.Errorf("while it is away: got %+v", away)
		}
		second := receive(t, address, nil)
		second.breaks = 1
		if due, err := h.streams.HasWork(t.Context()); err != nil || due {
			t.Errorf("it is tried again at once: %v, %v", due, err)
		}
		for range 10 { // one of these is broken off
			h.clock = h.clock.Add(time.Minute)
			h.ok(h.streams.Send(t.Context()))
		}
		if back := h.get(x); back.Failing != nil || back.LastError != "" || back.Behind != 0 || back.Sent != 703 {
			t.Errorf("when it is back: got %+v", back)
		}
		seen := map[string]bool{}
		var order []string
		for _, id := range subjects(second.messages()) {
			if !seen[id] {
				seen[id], order = true, append(order, id)
			}
		}
		want := []string{}
		for i := range 700 {
			want = append(want, fmt.Sprint(i+4))
		}
		if diff := cmp.Diff(want, order); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestMessage looks at one, over TLS with an authority of its own.
func TestMessage(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	authority := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}))
	r := receive(t, "127.0.0.1:0", &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12})
	local := "local3"
	strange := h.make("Stranger", "syslog+tls://"+r.address)
	h.make("Logs", "syslog+tls://"+r.address, func(f *stream.Form) { f.Authority, f.Facility = &authority, &local })
	h.write(1)
	h.ok(h.streams.Send(t.Context()))
	if got := h.get(strange); !strings.Contains(got.LastError, "certificate") {
		t.Errorf("an authority that nobody knows: got %q", got.LastError)
	}
	list := r.messages()
	if len(list) != 1 {
		t.Fatalf("got %d messages, want 1", len(list))
	}
	got := list[0]
	id := got.fields["id"]
	delete(got.fields, "id")
	want := message{
		app: "muster", host: "muster.example.com", id: "user.role_changed", priority: 19*8 + 5, when: got.when,
		text: `Ada "A" [x] gave User 1 the role Admin (was Viewer)`,
		fields: map[string]string{
			"actor": `Ada "A" [x]`, "actorId": h.user.ID, "actorKind": "user", "address": "192.0.2.7", "subject": "User 1", "subjectId": "1", "subjectKind": "user",
			"data": `{"changes":[{"after":"Admin","before":"Viewer","field":"role"}]}`, "type": "user.role_changed", "workspace": h.user.Workspace.ID,
		},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(message{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := feed.ParseCursor(id); err != nil {
		t.Error(err)
	}
}

func TestDatagrams(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	h.ok(err)
	defer func() { _ = conn.Close() }()
	x := h.make("Logs", "syslog+udp://"+conn.LocalAddr().String())
	h.after = strings.Repeat("ü", 3000)
	h.write(1)
	h.ok(h.streams.Send(t.Context()))
	buffer := make([]byte, 10_000)
	n, _, err := conn.ReadFrom(buffer)
	h.ok(err)
	m, err := parse(string(buffer[:n]))
	h.ok(err)
	if n > 2048 || m.fields["truncated"] != "true" || m.fields["subjectId"] != "1" {
		t.Errorf("got %d bytes: %+v", n, m)
	}
	if got := h.get(x); got.Sent != 1 || got.Behind != 0 {
		t.Errorf("got %+v", got)
	}
	_, err = h.streams.Test(t.Context(), h.user, "logs")
	h.ok(err)
	n, _, err = conn.ReadFrom(buffer)
	h.ok(err)
	if m, err := parse(string(buffer[:n])); err != nil || m.id != "stream.test" || m.text != "A test of the stream Logs" {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestForms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for _, c := range []struct{ name, url, types, facility, where string }{
			{"", "syslog+tcp://x", "", "", "/name"},
			{"a", "https://x", "", "", "/url"},
			{"a", "syslog+tcp://", "", "", "/url"},
			{"a", "syslog+tcp://x:0", "", "", "/url"},
			{"a", "syslog+tcp://u:p@x", "", "", "/url"},
			{"a", "syslog+tcp://x/path", "", "", "/url"},
			{"a", "syslog+tcp://x", "test.status_chnaged", "", "/types/0"},
			{"a", "syslog+tcp://x", "", "local9", "/facility"},
		} {
			form := stream.Form{Name: &c.name, URL: &c.url, Facility: &c.facility}
			if c.types != "" {
				form.Types = &[]string{c.types}
			}
			if _, err := h.streams.Create(t.Context(), h.user, form); fault.KindOf(err) != fault.Invalid || !strings.HasPrefix(err.Error(), c.where+":") {
				t.Errorf("%+v: got %v", c, err)
			}
		}
		x := h.make("Logs", "syslog+tls://logs.example.com")
		if x.URL != "syslog+tls://logs.example.com:6514" || x.FacilityWord() != "audit" {
			t.Errorf("got %+v", x)
		}
		name, url := "LOGS", "syslog+tcp://x"
		if _, err := h.streams.Create(t.Context(), h.user, stream.Form{Name: &name, URL: &url}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a second of the name: got %v", err)
		}
		y, err := h.streams.Change(t.Context(), h.user, x.ID, stream.Form{URL: &url})
		h.ok(err)
		if y.URL != "syslog+tcp://x:601" || y.Name != "Logs" || y.Cursor != x.Cursor {
			t.Errorf("changed: got %+v", y)
		}
		other := h.user
		other.Workspace = caller.Workspace{ID: "y", Number: 99}
		if err := h.streams.Delete(t.Context(), other, x.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("of another workspace: got %v", err)
		}
		h.ok(h.streams.Delete(t.Context(), h.user, "logs"))
		if list, err := h.streams.List(t.Context(), h.user); err != nil || len(list) != 0 {
			t.Errorf("got %v, %v", list, err)
		}
	})
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.streams.AllowPrivate = false
	r := receive(t, "127.0.0.1:0", nil)
	for _, network := range []string{"tcp", "tls", "udp"} {
		x := h.make(network, "syslog+"+network+"://"+r.address)
		if _, err := h.streams.Test(t.Context(), h.user, x.ID); fault.KindOf(err) != fault.Impossible || !strings.Contains(err.Error(), "--allow-private-addresses") {
			t.Errorf("%s: got %v", network, err)
		}
	}
}
