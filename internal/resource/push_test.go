// SPDX-License-Identifier: Apache-2.0

package resource_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

// house is a workspace with one application and what a push test needs.
type house struct {
	t       testing.TB
	caller  caller.Caller
	clock   time.Time
	db      *db.DB
	service *resource.Service
}

func newHouse(t *testing.T, d *db.DB) *house { return houseOn(t, d) }

func houseOn(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, clock: time.UnixMilli(1_790_000_000_000), db: d}
	var mu sync.Mutex
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		h.clock = h.clock.Add(time.Millisecond)
		return h.clock
	}
	w, err := workspace.New(d, now).Get(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	h.caller = caller.Caller{Kind: caller.Application, ID: db.NewID(h.clock), Name: "Demo", Workspace: w.Caller()}
	err = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
			redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
			VALUES ($1, $2, 'Demo', 'demo', 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, h.caller.ID, w.Caller().Number)
	})
	if err != nil {
		t.Fatal(err)
	}
	h.service = resource.New(resource.Options{DB: d, Judge: assessment.NewJudge(d), Now: now, Owner: "test", Wait: time.Minute})
	return h
}

const serverSchema = `{"properties": {"name": {"type":"string"}, "active": {"type":"boolean"}, "memory": {"type":"int32"}}}`

func (h *house) servers() resource.Definition {
	h.t.Helper()
	d, err := h.service.Create(h.t.Context(), h.caller, resource.NewDefinition{
		Application: h.caller.ID, Base: "CustomResource", Name: "Internal Server", Schema: []byte(serverSchema),
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

func server(id string, memory any) string {
	return fmt.Sprintf(`{"uniqueId":%q,"displayName":%q,"externalUrl":"https://example.com","customProperties":{"name":"n","active":true,"memory":%v}}`, id, id, memory)
}

func (h *house) push(d resource.Definition, elements ...string) resource.Result {
	h.t.Helper()
	return h.pushWith(resource.Push{Default: resource.Lenient}, d, elements...)
}

func (h *house) pushWith(p resource.Push, d resource.Definition, elements ...string) resource.Result {
	h.t.Helper()
	result, err := h.try(p, d, elements...)
	if err != nil {
		h.t.Fatal(err)
	}
	return result
}

func (h *house) try(p resource.Push, d resource.Definition, elements ...string) (resource.Result, error) {
	p.Base = d.Base
	p.Body = strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, d.ID, strings.Join(elements, ",")))
	return h.service.Push(h.t.Context(), h.caller, p)
}

// counts are accepted, rejected, created, updated, unchanged, removed, held, stale.
func counts(r resource.Result) [8]int64 {
	return [8]int64{r.Accepted, r.Rejected, r.Created, r.Updated, r.Unchanged, r.Removed, r.Held, r.Stale}
}

func (h *house) want(step string, r resource.Result, want [8]int64) {
	h.t.Helper()
	if diff := cmp.Diff(want, counts(r)); diff != "" {
		h.t.Errorf("%s: accepted, rejected, created, updated, unchanged, removed, held, stale (-want +got):\n%s", step, diff)
	}
}

// records answers uniqueId and memory of each record; gone ones carry a minus.
func (h *house) records(d resource.Definition) string {
	h.t.Helper()
	var out bytes.Buffer
	out.WriteByte('[')
	if err := h.service.WriteRecords(h.t.Context(), d, "", &out); err != nil {
		h.t.Fatal(err)
	}
	out.WriteByte(']')
	var list []struct {
		UniqueID         string     `json:"uniqueId"`
		DeletedAt        string     `json:"deletedAt"`
		CustomProperties json.Value `json:"customProperties"`
	}
	if err := json.Unmarshal(out.Bytes(), &list); err != nil {
		h.t.Fatalf("%v in %s", err, out.String())
	}
	var words []string
	for _, r := range list {
		var custom struct {
			Memory json.Value `json:"memory"`
		}
		if err := json.Unmarshal(r.CustomProperties, &custom); err != nil {
			h.t.Fatal(err)
		}
		word := r.UniqueID + "=" + string(custom.Memory)
		if r.DeletedAt != "" {
			word = "-" + word
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestPush(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		h.want("first", h.push(d, server("a", 1), server("b", 2), server("c", 3)), [8]int64{3, 0, 3, 0, 0, 0, 0, 0})
		h.want("again, members and spaces otherwise", h.push(d,
			`{"customProperties" : {"memory":1,"name":"n","active":true}, "displayName":"a","externalUrl":"https://example.com","uniqueId":"a"}`,
			server("b", 2), server("c", 3)), [8]int64{3, 0, 0, 0, 3, 0, 0, 0})
		h.want("one changed, one gone, one new", h.push(d, server("a", 9), server("b", 2), server("d", 4)), [8]int64{3, 0, 1, 1, 1, 1, 0, 0})
		if got, want := h.records(d), "a=9 b=2 -c=3 d=4"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		h.want("back to life", h.push(d, server("a", 9), server("b", 2), server("c", 3), server("d", 4)), [8]int64{4, 0, 1, 0, 3, 0, 0, 0})
		h.want("rejected is not gone", h.push(d, server("a", `"lots"`), server("b", 2), server("c", 5)), [8]int64{2, 1, 0, 1, 1, 1, 0, 1})
		if got, want := h.records(d), "a=9 b=2 c=5 -d=4"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		r := h.push(d, server("a", 9), `{"uniqueId":7}`, server("x", 1))
		h.want("no usable id removes nothing", r, [8]int64{2, 1, 1, 0, 1, 0, 2, 0})
		if r.ConfirmToken != "" || len(r.HeldSample) != 2 {
			t.Errorf("got token %q, sample %v; want no token and two names", r.ConfirmToken, r.HeldSample)
		}
		r = h.push(d, server("a", 10), server("b", 3), server("a", 11), server("n", 1), server("n", 2), server("c", 5), server("x", 2))
		h.want("duplicates", r, [8]int64{3, 4, 0, 2, 1, 0, 0, 1})
		if got, want := h.records(d), "a=9 b=3 c=5 -d=4 x=2"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		h.want("empty clears", h.push(d), [8]int64{0, 0, 0, 0, 0, 4, 0, 0})
		if got, want := h.records(d), "-a=9 -b=3 -c=5 -d=4 -x=2"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		h.push(d, server("a", 1), server("b", 2))
		strict := resource.Push{Default: resource.Strict}
		r := h.pushWith(strict, d, server("a", 7), `{"uniqueId":"b","displayName":"b","externalUrl":"x","customProperties":{"name":"n","active":true}}`)
		if want := "/1/customProperties: must have property 'memory'"; r.Failure != want {
			t.Errorf("got %q, want %q", r.Failure, want)
		}
		h.want("strict", r, [8]int64{1, 1, 0, 0, 0, 0, 0, 0})
		r = h.push(d, server("a", "null"), server("b", `"x"`))
		if r.Failure == "" {
			t.Error("a set without a valid record was taken")
		}
		for _, body := range []string{`{"resourceId":"%s","resources":[` + server("a", 9) + `,{]}`, `{"resourceId":"%s","resources":[` + server("a", 9), `{"resourceId":"%s","resources":[]}{}`} {
			_, err := h.service.Push(t.Context(), h.caller, resource.Push{Base: d.Base, Body: strings.NewReader(fmt.Sprintf(body, d.ID)), Default: resource.Lenient})
			if err == nil || !strings.Contains(err.Error(), "") {
				t.Errorf("%s: got %v, want a fault", body, err)
			}
		}
		if got, want := h.records(d), "a=1 b=2"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		h.want("next", h.push(d, server("a", 3), server("b", 2)), [8]int64{2, 0, 0, 1, 1, 0, 0, 0})
		var rejections bytes.Buffer
		if err := h.service.Rejections(t.Context(), h.caller, r.ID, &rejections); err != nil || strings.Count(rejections.String(), "\n") != 2 {
			t.Errorf("got %q, %v; want two lines", rejections.String(), err)
		}
	})
}

func TestDryRunChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		h.push(d, server("a", 1), server("b", 2))
		r := h.pushWith(resource.Push{Default: resource.Lenient, DryRun: true}, d, server("a", 2), server("c", 3), server("d", `"x"`))
		h.want("dry", r, [8]int64{2, 1, 1, 1, 0, 1, 0, 0})
		if diff := cmp.Diff([][]string{{"c"}, {"a"}, {"b"}}, [][]string{r.CreatedSample, r.UpdatedSample, r.RemovedSample}); diff != "" {
			t.Error(diff)
		}
		if got, want := h.records(d), "a=1 b=2"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestManyRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		const many = 5003
		set := make([]string, many)
		for i := range set {
			set[i] = server(fmt.Sprintf("s%05d", (i*7919)%many), i)
		}
		h.want("first", h.push(d, set...), [8]int64{many, 0, many, 0, 0, 0, 0, 0})
		h.want("again", h.push(d, set...), [8]int64{many, 0, 0, 0, many, 0, 0, 0})
		set[17], set[4000] = server("new", 1), server("s00000", 77777)
		r := h.push(d, set[:many-3]...)
		if r.Created != 1 || r.Removed+r.Rejected < 4 {
			t.Errorf("got %v", counts(r))
		}
		seen, after := 0, resource.Item(0)
		for {
			list, more, err := h.service.Records(t.Context(), d, "", after, 100)
			if err != nil {
				t.Fatal(err)
			}
			seen += len(list)
			if !more {
				break
			}
			after = list[len(list)-1].Item
		}
		if seen != many+1 {
			t.Errorf("pages hold %d records, want %d", seen, many+1)
		}
	})
}

func TestGuardHoldsRemovals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		guard := &resource.Guard{Count: 1, Percent: 20, Repeats: 2}
		d, _, err := h.service.Edit(t.Context(), h.caller, d.ID, resource.Edit{Guard: &guard})
		if err != nil {
			t.Fatal(err)
		}
		a, b, c, e := server("a", 1), server("b", 1), server("c", 1), server("e", 1)
		h.push(d, a, b, c, e)
		h.want("one may go", h.push(d, a, b, c), [8]int64{3, 0, 0, 0, 3, 1, 0, 0})
		h.push(d, a, b, c, e)
		r := h.push(d, a, server("n", 2))
		h.want("three are held", r, [8]int64{2, 0, 1, 0, 1, 0, 3, 0})
		if got, want := h.records(d), "a=1 b=1 c=1 e=1 n=2"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		wrong := h.pushWith(resource.Push{Default: resource.Lenient, ConfirmRemovals: altered(r.ConfirmToken)}, d, a, server("n", 2))
		h.want("wrong token", wrong, [8]int64{2, 0, 0, 0, 2, 0, 3, 0})
		stale := h.pushWith(resource.Push{Default: resource.Lenient, ConfirmRemovals: r.ConfirmToken}, d, a, server("n", 2))
		h.want("token of an older push", stale, [8]int64{2, 0, 0, 0, 2, 0, 3, 0})
		other := h.pushWith(resource.Push{Default: resource.Lenient, ConfirmRemovals: stale.ConfirmToken}, d, a, b, server("n", 2))
		h.want("token of another set", other, [8]int64{3, 0, 0, 0, 3, 0, 2, 0})
		sure := h.pushWith(resource.Push{Default: resource.Lenient, ConfirmRemovals: other.ConfirmToken}, d, a, b, server("n", 2))
		h.want("confirmed", sure, [8]int64{3, 0, 0, 0, 3, 2, 0, 0})
		h.want("held once", h.push(d, a), [8]int64{1, 0, 0, 0, 1, 0, 2, 0})
		h.want("held twice", h.push(d, a), [8]int64{1, 0, 0, 0, 1, 0, 2, 0})
		h.want("three times, too soon", h.push(d, a), [8]int64{1, 0, 0, 0, 1, 0, 2, 0})
		h.clock = h.clock.Add(24 * time.Hour)
		h.want("released by repeats", h.push(d, a), [8]int64{1, 0, 0, 0, 1, 2, 0, 0})
	})
}

// altered is a token with another first digit. (A fixed digit in its place would be the token's own once in sixteen runs.)
func altered(token string) string {
	if token[0] == '0' {
		return "1" + token[1:]
	}
	return "0" + token[1:]
}

func TestTwoPushesTakeTurns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		h.push(d, server("a", 1))
		body, feed := io.Pipe()
		slow := make(chan error, 1)
		go func() {
			_, err := h.service.Push(context.WithoutCancel(t.Context()), h.caller, resource.Push{Base: d.Base, Body: body, Default: resource.Lenient})
			slow <- err
		}()
		write(t, feed, fmt.Sprintf(`{"resourceId":%q,"resources":[%s`, d.ID, server("b", 1)))
		impatient := resource.New(resource.Options{DB: engine, Judge: assessment.NewJudge(engine), Now: h.service.Now, Owner: "other", Wait: time.Millisecond})
		_, err := impatient.Push(t.Context(), h.caller, resource.Push{
			Base: d.Base, Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[]}`, d.ID)), Default: resource.Lenient,
		})
		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("got %v, want a fault that says to try again later", err)
		}
		if got, want := h.records(d), "a=1"; got != want {
			t.Errorf("half a push shows: got %s, want %s", got, want)
		}
		write(t, feed, "]}")
		if err := feed.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-slow; err != nil {
			t.Fatal(err)
		}
		if got, want := h.records(d), "-a=1 b=1"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func write(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
}

// TestAbandonedPush stops a push in the middle, with rows beyond the head, and
// pushes again.
func TestAbandonedPush(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		var set, changed []string
		for i := range 3000 {
			set = append(set, server(fmt.Sprintf("s%04d", i), 1))
			changed = append(changed, server(fmt.Sprintf("s%04d", 2*i), 2))
		}
		h.push(d, set...)
		before := h.records(d)
		half := fmt.Sprintf(`{"resourceId":%q,"resources":[%s, oops`, d.ID, strings.Join(changed, ","))
		_, err := h.service.Push(t.Context(), h.caller, resource.Push{Base: d.Base, Body: strings.NewReader(half), Default: resource.Lenient})
		if fault.KindOf(err) != fault.Invalid {
			t.Fatalf("got %v, want a fault about the body", err)
		}
		if h.records(d) != before {
			t.Error("an abandoned push shows")
		}
		h.want("next", h.push(d, changed...), [8]int64{3000, 0, 1500, 1500, 0, 1500, 0, 0})
		h.want("same", h.push(d, changed...), [8]int64{3000, 0, 0, 0, 3000, 0, 0, 0})
	})
}

func TestSchemaEdit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		h.push(d, server("a", 1), server("b", 2))
		narrower := resource.Edit{Schema: []byte(`{"properties":{"name":{"type":"string"},"active":{"type":"boolean"},"memory":{"type":"string"}}}`)}
		_, fits, err := h.service.Edit(t.Context(), h.caller, d.ID, narrower)
		if fault.KindOf(err) != fault.Conflict || fits.Failing != 2 {
			t.Errorf("got %d that fail, %v; want 2 and a conflict", fits.Failing, err)
		}
		wider := resource.Edit{Schema: []byte(`{"properties":{"name":{"type":"string"},"active":{"type":"boolean"},"memory":{"type":"float64"}},"optionalProperties":{"os":{"type":"string"}}}`)}
		d, _, err = h.service.Edit(t.Context(), h.caller, d.ID, wider)
		if err != nil || d.SchemaVersion != 2 {
			t.Fatalf("got version %d, %v; want 2", d.SchemaVersion, err)
		}
		h.want("under version 2", h.push(d, server("a", 1.5), server("b", 2)), [8]int64{2, 0, 0, 1, 1, 0, 0, 0})
	})
}

func TestRemovedRecordsLeaveTheAnswers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		h.push(d, server("a", 1), server("b", 1), server("c", 1))
		h.push(d, server("a", 1), server("c", 1))
		h.clock = h.clock.Add(89 * 24 * time.Hour)
		if got, want := h.records(d), "a=1 -b=1 c=1"; got != want {
			t.Errorf("after 89 days: got %s, want %s", got, want)
		}
		h.clock = h.clock.Add(2 * 24 * time.Hour)
		if got, want := h.records(d), "a=1 c=1"; got != want {
			t.Errorf("after 91 days: got %s, want %s", got, want)
		}
		h.want("back after that", h.push(d, server("a", 1), server("b", 1), server("c", 1)), [8]int64{3, 0, 1, 0, 2, 0, 0, 0})
	})
}

func TestAHundredThousandDuplicates(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	d := h.servers()
	set := []string{}
	for i := range 100_000 {
		set = append(set, server("same", i))
	}
	r := h.push(d, append(set, server("other", 1))...)
	h.want("one is left", r, [8]int64{1, 100_000, 1, 0, 0, 0, 0, 0})
	if len(r.Rejections) != 100 || !strings.HasSuffix(r.Rejections[0].Message, "9, 10 and 99989 more") {
		t.Errorf("got %d rejections, the first %q", len(r.Rejections), r.Rejections[0].Message)
	}
}
