// SPDX-License-Identifier: Apache-2.0

package test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/client"
	"github.com/passmuster/muster/internal/json"
)

// fleet is a set of servers: memory by unique id.
type fleet map[string]int

// fleetSize is enough for rows to stand ahead before the body ends: PostgreSQL
// gets 2,000 changes at a time.
const fleetSize = 5000

// newFleet makes the set of a revision: from one to the next three servers of
// four change, every eleventh goes, and those that went come back.
func newFleet(revision int) fleet {
	f := fleet{}
	for i := range fleetSize {
		if (i+revision)%11 == 0 {
			continue
		}
		changed := revision
		if (revision+i)%4 == 0 {
			changed--
		}
		memory := 8192 + changed
		if (i+changed)%7 == 0 {
			memory = 4096 + changed
		}
		f[fmt.Sprintf("srv_%05d", i)] = memory
	}
	return f
}

func (f fleet) element(id string) string {
	return fmt.Sprintf(`{"uniqueId":%q,"displayName":"server %s","externalUrl":"https://x.example/%s","customProperties":{"active":true,"memory":%d}}`,
		id, id, id, f[id])
}

// failing answers why each failing server fails.
func (f fleet) failing() map[string]string {
	reasons := map[string]string{}
	for id, memory := range f {
		if memory < 8192 {
			reasons[id] = fmt.Sprintf("memory is %d, must be at least 8192", memory)
		}
	}
	return reasons
}

// difference answers what a push of next makes of f, as an answer's sync says.
func (f fleet) difference(next fleet) string {
	created, updated, unchanged, removed := 0, 0, 0, 0
	for id, memory := range next {
		switch now, known := f[id]; {
		case !known:
			created++
		case now == memory:
			unchanged++
		default:
			updated++
		}
	}
	for id := range f {
		if _, stays := next[id]; !stays {
			removed++
		}
	}
	return fmt.Sprintf("%d created, %d updated, %d unchanged, %d removed", created, updated, unchanged, removed)
}

// killing is a place whose server is killed again and again.
type killing struct {
	place

	build, manage application
	resource      string
	server        *server
	reader, audit *client.Client
	token         string
}

func (k *killing) start(t *testing.T) {
	t.Helper()
	k.server = k.serve(t)
	k.reader, k.audit = k.server.client(t, k.build), k.server.client(t, k.manage)
	var err error
	if k.token, err = k.reader.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// pushed is what became of a PUT.
type pushed struct {
	answer
	err error
}

// put begins a PUT and answers where its body goes and what it comes to.
func (k *killing) put(ctx context.Context) (*io.PipeWriter, <-chan pushed) {
	body, writer := io.Pipe()
	done := make(chan pushed, 1)
	go func() {
		a, err := k.server.send(ctx, http.MethodPut, "/v1/resources/custom_resource", body, bearer(k.token))
		_ = body.Close() // a writer that is left over must not hang
		done <- pushed{a, err}
	}()
	_, _ = io.WriteString(writer, `{"resourceId":"`+k.resource+`","resources":[`) // an error shows in the answer
	return writer, done
}

// feed writes the elements from one to another, the end too when it is theirs.
func (k *killing) feed(writer *io.PipeWriter, f fleet, from, to int) {
	ids := slices.Sorted(maps.Keys(f))
	for i := from; i < min(to, len(ids)); i++ {
		comma := ","
		if i == 0 {
			comma = ""
		}
		if _, err := io.WriteString(writer, comma+f.element(ids[i])); err != nil {
			return // it shows in the answer
		}
	}
	if to >= len(ids) {
		_, _ = io.WriteString(writer, `]}`)
		_ = writer.Close()
	}
}

// push pushes a set whole and checks what the answer counts.
func (k *killing) push(t *testing.T, now, next fleet) time.Duration {
	t.Helper()
	writer, done := k.put(t.Context())
	start := time.Now()
	k.feed(writer, next, 0, fleetSize)
	got := <-done
	took := time.Since(start)
	if got.err != nil || got.status != http.StatusOK {
		t.Fatalf("push: %v %s", got.err, got.answer)
	}
	var result struct {
		Sync struct{ Created, Updated, Unchanged, Removed int }
	}
	got.into(t, &result)
	s := result.Sync
	if got, want := fmt.Sprintf("%d created, %d updated, %d unchanged, %d removed", s.Created, s.Updated, s.Unchanged, s.Removed), now.difference(next); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	return took
}

// records reads back what the server holds.
func (k *killing) records(t *testing.T) fleet {
	t.Helper()
	f := fleet{}
	for text, err := range k.reader.AllResources(t.Context(), "custom_resource", k.resource) {
		if err != nil {
			t.Fatal(err)
		}
		var record struct {
			CustomProperties struct {
				Memory int `json:"memory"`
			} `json:"customProperties"`
			DeletedAt string `json:"deletedAt"`
			UniqueID  string `json:"uniqueId"`
		}
		if err := json.Unmarshal(text, &record); err != nil {
			t.Fatal(err)
		}
		if record.DeletedAt == "" {
			f[record.UniqueID] = record.CustomProperties.Memory
		}
	}
	return f
}

// judged checks that the verdicts are those of the records.
func (k *killing) judged(t *testing.T, f fleet) {
	t.Helper()
	got, cursor := map[string]string{}, ""
	for more := true; more; {
		page, err := k.audit.ListEntities(t.Context(), "sized", "FAILING", 100, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Results.Data {
			got[e.UniqueID] = e.Reason
		}
		if more = page.Results.PageInfo.HasNextPage; more {
			cursor = *page.Results.PageInfo.EndCursor
		}
	}
	if diff := cmp.Diff(f.failing(), got); diff != "" {
		t.Errorf("verdicts are not those of the records; -want +got:\n%s", diff)
	}
	test, err := k.audit.GetTest(t.Context(), "sized")
	if err != nil {
		t.Fatal(err)
	}
	if c := test.Counts; c.Failing != int64(len(got)) || c.Passing != int64(len(f)-len(got)) || test.Status != "NEEDS_ATTENTION" {
		t.Errorf("got %s, %+v; want %d failing of %d", test.Status, c, len(got), len(f))
	}
}

// ahead waits until rows stand beyond the head.
func (k *killing) ahead(t *testing.T) {
	t.Helper()
	d := k.openDatabase(t)
	defer func() { _ = d.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for poll := time.NewTicker(2 * time.Millisecond); ; {
		var rows int
		err := d.QueryRowContext(ctx, `
			SELECT COUNT(*) FROM resource_record r JOIN resource_head h ON h.definition = r.definition WHERE r.from_sync > h.head`).Scan(&rows)
		if err != nil {
			t.Fatalf("no rows stand ahead: %v", err)
		}
		if rows > 0 {
			poll.Stop()
			return
		}
		<-poll.C
	}
}

// expire ends the leases of the server that was killed, as half a minute would:
// it cannot give back the definition, nor the place of who signs evidence.
func (k *killing) expire(t *testing.T) {
	t.Helper()
	d := k.openDatabase(t)
	defer func() { _ = d.Close() }()
	for _, statement := range []string{`UPDATE resource_head SET claim_until = 0`, `UPDATE jobs_lease SET until = 0`} {
		if _, err := d.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// after checks a place whose server was killed in a push from one set to
// another, and answers which of the two it holds.
func (k *killing) after(t *testing.T, before, next fleet, done pushed) fleet {
	t.Helper()
	k.start(t)
	k.expire(t)
	holds := k.records(t)
	switch {
	case maps.Equal(holds, next):
	case !maps.Equal(holds, before):
		t.Fatalf("it holds neither the old set nor the new one; -old +held:\n%s", cmp.Diff(before, holds))
	case done.err == nil:
		t.Errorf("the push was answered with %s, and the old set is there", done.answer)
	}
	k.judged(t, holds)
	k.verify(t)
	return holds
}

// TestKillInTheMiddleOfAPush kills the server with SIGKILL while a set is
// pushed: when rows stand ahead and the body is not at
// its end, and at instants around the flip.
func TestKillInTheMiddleOfAPush(t *testing.T) {
	t.Parallel()
	const times = 10
	eachEngine(t, func(t *testing.T, p place) {
		k := &killing{place: p, build: p.application(t, "Inventory", "build"), manage: p.application(t, "Console", "manage")}
		k.resource = p.definition(t, k.build, "Server")
		k.start(t)
		now := newFleet(0)
		k.push(t, fleet{}, now)
		if a := k.server.call(t, "POST", "/v1/tests", sizedTest, bearer(k.server.token(t, k.manage))); a.status != http.StatusCreated {
			t.Fatal(a)
		}
		k.audit = k.server.client(t, k.manage)
		k.judged(t, now)
		whole, flipped := time.Second, 0
		for i := range times {
			next := newFleet(i + 1)
			done := k.interrupt(t, next, i < 3, whole*time.Duration(70+i*17%50)/100)
			holds := k.after(t, now, next, done)
			if maps.Equal(holds, next) {
				flipped++
			}
			now = next // the same set again, as a client would that got no answer
			if took := k.push(t, holds, now); !maps.Equal(holds, now) {
				whole = took
			}
			if got := k.records(t); !maps.Equal(got, now) {
				t.Fatalf("after the next push; -want +got:\n%s", cmp.Diff(now, got))
			}
		}
		k.judged(t, now)
		k.server.stop(t)
		t.Logf("%d of %d pushes had flipped when the server was killed; a whole push took %s", flipped, times, whole)
	})
}

// interrupt begins a push and kills the server: early, while the body is being
// sent and rows stand ahead, or at an instant after the beginning.
func (k *killing) interrupt(t *testing.T, next fleet, early bool, instant time.Duration) (done pushed) {
	t.Helper()
	timer := time.NewTimer(instant)
	writer, answered := k.put(t.Context())
	if early {
		k.feed(writer, next, 0, fleetSize*9/10-fleetSize/11)
		k.ahead(t)
		k.server.kill(t)
		_ = writer.CloseWithError(io.ErrUnexpectedEOF)
		return <-answered
	}
	go k.feed(writer, next, 0, fleetSize) // ends with the request
	select {
	case <-timer.C:
		k.server.kill(t)
		return <-answered
	case done = <-answered:
		k.server.kill(t)
		return done
	}
}
