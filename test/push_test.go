// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/client"
	"github.com/passmuster/muster/internal/json"
)

// source answers the elements of a set, made by element.
func source(n int, element func(i int) string) func() (iter.Seq2[[]byte, error], error) {
	return func() (iter.Seq2[[]byte, error], error) {
		return func(yield func([]byte, error) bool) {
			for i := range n {
				if !yield([]byte(element(i)), nil) {
					return
				}
			}
		}, nil
	}
}

// serverElement makes the element of a server, each with text as its memory.
func serverElement(i int, memory string) string {
	return fmt.Sprintf(`{"uniqueId":"srv_%06d","displayName":"s","externalUrl":"https://x.example/%d","customProperties":{"active":true,"memory":%s}}`, i, i, memory)
}

// TestThreeBadOfTenThousand pushes a set of which three elements are spoilt,
// each in another way: they are named, the rest is taken, nothing is gone.
func TestThreeBadOfTenThousand(t *testing.T) {
	t.Parallel()
	const all = 10_000
	spoilt := map[int]string{
		17:   `{"uniqueId":"srv_000017","displayName":"s","externalUrl":"https://x.example/17","customProperties":{"active":true,"memory":"lots"}}`,
		4999: `{"uniqueId":"srv_004999","displayName":"s","externalUrl":"https://x.example/4999","customProperties":{"memory":1}}`,
		9999: `{"uniqueId":"srv_009999","displayName":"s","externalUrl":"https://x.example/9999","colour":"red","customProperties":{"active":true,"memory":1}}`,
	}
	eachEngine(t, func(t *testing.T, p place) {
		app := p.application(t, "Inventory", "build")
		resource := p.definition(t, app, "Server")
		c := p.serve(t).client(t, app)
		whole := client.Put{Type: "custom_resource", ResourceID: resource, Open: source(all, func(i int) string { return serverElement(i, "16384") })}
		if result, err := c.PutResources(t.Context(), whole); err != nil || result.Sync.Created != all {
			t.Fatalf("got %+v, %v", result, err)
		}
		bad := whole
		bad.Open = source(all, func(i int) string {
			if text, is := spoilt[i]; is {
				return text
			}
			return serverElement(i, "8192")
		})
		result, err := c.PutResources(t.Context(), bad)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&api.Counts{Accepted: all - 3, Rejected: 3}, result.Results); diff != "" || result.Success {
			t.Errorf("success %v; results -want +got:\n%s", result.Success, diff)
		}
		if s := result.Sync; s.Created != 0 || s.Updated != all-3 || s.Unchanged != 0 || s.Removed != 0 {
			t.Errorf("got %+v", s)
		}
		got := map[string]string{}
		for _, r := range result.Rejections {
			got[r.Pointer] = r.Message + " (" + r.UniqueID + ", " + r.Code + ")"
		}
		want := map[string]string{
			"/resources/17/customProperties/memory": "/17/customProperties/memory: must be int32 (srv_000017, wrong_type)",
			"/resources/4999/customProperties":      "/4999/customProperties: must have property 'active' (srv_004999, missing_property)",
			"/resources/9999/colour":                "Too many fields on resource with uniqueId srv_009999 (element 9999). Extra keys: colour (srv_009999, unknown_property)",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("rejections; -want +got:\n%s", diff)
		}
		memories := map[string]int{}
		for text, err := range c.AllResources(t.Context(), "custom_resource", resource) {
			if err != nil {
				t.Fatal(err)
			}
			var record struct {
				CustomProperties struct {
					Memory int `json:"memory"`
				} `json:"customProperties"`
				DeletedAt string `json:"deletedAt"`
			}
			if err := json.Unmarshal(text, &record); err != nil {
				t.Fatal(err)
			}
			memories[fmt.Sprint(record.CustomProperties.Memory, record.DeletedAt)]++
		}
		if diff := cmp.Diff(map[string]int{"8192": all - 3, "16384": 3}, memories); diff != "" {
			t.Errorf("records by memory; -want +got:\n%s", diff)
		}
	})
}

// endless is the body of a push that goes on until it is told to end.
type endless struct {
	body   *io.PipeReader
	enough chan struct{} // closed when some elements have been taken
	sent   int           // elements; to be read when the push has ended
	stop   chan struct{} // closed by the test
}

// newEndless begins one of at most a number of elements; when they are sent it
// stays open, with a blank now and then, for a body that stops coming is refused.
func newEndless(resource string, some, most int) *endless {
	body, writer := io.Pipe()
	e := &endless{body: body, enough: make(chan struct{}), stop: make(chan struct{})}
	go func() {
		_, _ = io.WriteString(writer, `{"resourceId":"`+resource+`","resources":[`+serverElement(0, "0"))
		for e.sent = 1; e.sent < most && !e.told(); e.sent++ {
			if e.sent == some {
				close(e.enough)
			}
			if _, err := io.WriteString(writer, ","+serverElement(e.sent, "1")); err != nil {
				return // the answer says why
			}
		}
		for tick := time.NewTicker(time.Second); !e.told(); {
			select {
			case <-tick.C:
				_, _ = io.WriteString(writer, " ")
			case <-e.stop:
				tick.Stop()
			}
		}
		_, _ = io.WriteString(writer, "]}")
		_ = writer.Close()
	}()
	return e
}

func (e *endless) told() bool {
	select {
	case <-e.stop:
		return true
	default:
		return false
	}
}

// TestALongPushBlocksNobody pushes a large set that does not end before tokens
// were minted, other sets pushed, records read and a test made.
func TestALongPushBlocksNobody(t *testing.T) {
	t.Parallel()
	const rounds = 20
	eachEngine(t, func(t *testing.T, p place) {
		long, other, manage := p.application(t, "Inventory", "build"), p.application(t, "Other", "build"), p.application(t, "Console", "manage")
		servers, small := p.definition(t, long, "Server"), p.definition(t, other, "Server")
		s := p.serve(t)
		audit, token := s.client(t, manage), s.token(t, long)
		body := newEndless(servers, 5_000, 100_000)
		done := make(chan answer, 1)
		go func() {
			a, err := s.send(t.Context(), http.MethodPut, "/v1/resources/custom_resource", body.body, bearer(token))
			if err != nil {
				a.text = err.Error()
			}
			done <- a
		}()
		select {
		case <-body.enough:
		case a := <-done:
			t.Fatalf("the long push: %s", a)
		}
		var longest time.Duration
		for i := range rounds {
			start := time.Now()
			result, err := s.client(t, other).PutResources(t.Context(), client.Put{ // it mints, too
				Type: "custom_resource", ResourceID: small, Open: source(50, func(n int) string { return serverElement(n, strconv.Itoa(i)) }),
			})
			if err != nil || result.Results.Accepted != 50 {
				t.Fatalf("another push beside the long one: %+v, %v", result, err)
			}
			longest = max(longest, time.Since(start))
		}
		if _, err := audit.CreateTest(t.Context(), testOf(t, strings.Replace(sizedTest, `"Inventory"`, `"Other"`, 1))); err != nil {
			t.Error(err)
		}
		const empty = `{"resources":[]}`
		if a := s.call(t, "GET", "/v1/resources/custom_resource/list_all?resourceId="+servers, "", bearer(token)); a.text != empty {
			t.Errorf("records of a push that has not ended are seen: %.200s", a)
		}
		select {
		case a := <-done:
			t.Fatalf("the long push ended too early: %s", a)
		default:
		}
		close(body.stop)
		var result api.PutResult
		if (<-done).into(t, &result); result.Sync == nil || result.Sync.Created != int64(body.sent) {
			t.Errorf("the long push: got %+v, want %d created", result, body.sent)
		}
		t.Logf("%d elements in the long push; the longest mint and push of another set took %s", body.sent, longest)
	})
}

func testOf(t *testing.T, text string) api.TestInput {
	t.Helper()
	var in api.TestInput
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		t.Fatal(err)
	}
	return in
}
