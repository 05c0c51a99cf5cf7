// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/api"
)

// server answers tokens tok-1, tok-2, … and hands everything else to a handler.
type server struct {
	client  *Client
	minted  int
	tokens  []string // bodies of the token calls
	waits   []time.Duration
	handler http.HandlerFunc
}

func serve(t *testing.T, handler http.HandlerFunc) *server {
	t.Helper()
	s := &server{handler: handler}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth/token", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.minted++
		s.tokens = append(s.tokens, string(body))
		_, _ = fmt.Fprintf(w, `{"access_token":"tok-%d","expires_in":3600,"token_type":"Bearer"}`, s.minted)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.handler(w, r) })
	listener := httptest.NewServer(mux)
	t.Cleanup(listener.Close)
	var err error
	s.client, err = New(Options{BaseURL: listener.URL + "/", ClientID: "vci_1", ClientSecret: "vcs_1", Scopes: []string{"a", "b"}, Tries: 3})
	if err != nil {
		t.Fatal(err)
	}
	s.client.wait = func(_ context.Context, d time.Duration) error {
		s.waits = append(s.waits, d)
		return nil
	}
	return s
}

func elements(texts ...string) func() (iter.Seq2[[]byte, error], error) {
	return func() (iter.Seq2[[]byte, error], error) {
		return func(yield func([]byte, error) bool) {
			for _, text := range texts {
				if !yield([]byte(text), nil) {
					return
				}
			}
		}, nil
	}
}

func read(t *testing.T, r *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}

func TestPutResources(t *testing.T) {
	var got []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method+" "+r.URL.String(), r.Header.Get("Authorization"), r.Header.Get("Prefer"), read(t, r))
		_, _ = io.WriteString(w, `{"success":true,"results":{"accepted":2,"rejected":0},"sync":{"id":"5","created":2,"updated":0,"unchanged":0,"removed":0,"held":0},"new":1}`)
	})
	result, err := s.client.PutResources(t.Context(), Put{
		Open: elements(`{"uniqueId":"a"}`, `{"uniqueId":"b"}`), ResourceID: `r"1`, Type: "custom_resource",
		ConfirmRemovals: "t", DryRun: true, Handling: "strict",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"PUT /v1/resources/custom_resource?confirmRemovals=t&dryRun=true", "Bearer tok-1", "handling=strict",
		`{"resourceId":"r\"1","resources":[{"uniqueId":"a"},` + "\n" + `{"uniqueId":"b"}]}` + "\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !result.Success || result.Results.Accepted != 2 || result.Sync.Created != 2 {
		t.Errorf("got %+v", result)
	}
	wantToken := `{"grant_type":"client_credentials","client_id":"vci_1","client_secret":"vcs_1","scope":"a b"}`
	if diff := cmp.Diff([]string{wantToken}, s.tokens); diff != "" {
		t.Error(diff)
	}
}

func TestOneTokenServesManyCallsUntilItEnds(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"results":{"data":[]}}`) })
	now := time.Unix(0, 0)
	s.client.now = func() time.Time { return now }
	for range 3 {
		if _, err := s.client.ListTests(t.Context(), 5, "c"); err != nil {
			t.Fatal(err)
		}
	}
	if s.minted != 1 {
		t.Errorf("got %d tokens for three calls, want 1", s.minted)
	}
	now = now.Add(59*time.Minute + 31*time.Second)
	if _, err := s.client.ListTests(t.Context(), 0, ""); err != nil || s.minted != 2 {
		t.Errorf("got %d tokens, %v; want a new one shortly before the end", s.minted, err)
	}
}

func TestOneMintAfter401(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer tok-2" {
			http.Error(w, `{"error":"invalid_token","message":"the token was replaced"}`, http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"id":"t1"}`)
	})
	// A POST, too: a call that is refused was not begun.
	test, err := s.client.CreateTest(t.Context(), api.TestInput{Name: "n"})
	if err != nil || test.ID != "t1" || s.minted != 2 || len(s.waits) != 0 {
		t.Errorf("got %+v, %v, %d tokens, waits %v", test, err, s.minted, s.waits)
	}
	s.handler = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }
	_, err = s.client.GetTest(t.Context(), "t1")
	if status(err) != http.StatusUnauthorized || s.minted != 3 {
		t.Errorf("got %v after %d tokens, want a 401 after one more", err, s.minted)
	}
}

func TestRetries(t *testing.T) {
	tests := []struct {
		name   string
		status int
		after  string
		post   bool
		tries  int
	}{
		{"unavailable", 503, "", false, 3},
		{"unavailable for a POST", 503, "", true, 1},
		{"rate limited", 429, "7", false, 3},
		{"rate limited POST", 429, "7", true, 3},
		{"bad gateway", 502, "", false, 3},
		{"time out", 504, "", false, 3},
		{"our fault", 400, "", false, 1},
		{"their fault", 500, "", false, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tries := 0
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				tries++
				w.Header().Set("Retry-After", test.after)
				w.WriteHeader(test.status)
			})
			var err error
			if test.post {
				_, err = s.client.CreateTest(t.Context(), api.TestInput{})
			} else {
				_, err = s.client.GetTest(t.Context(), "x")
			}
			if status(err) != test.status || tries != test.tries || len(s.waits) != test.tries-1 {
				t.Errorf("got %v after %d tries and waits %v, want %d tries", err, tries, s.waits, test.tries)
			}
			for i, d := range s.waits {
				low, high := firstWait<<i/2, firstWait<<i
				if test.after == "7" {
					low, high = 7*time.Second, 7*time.Second
				}
				if d < low || d > high {
					t.Errorf("wait %d is %s, want %s to %s", i, d, low, high)
				}
			}
		})
	}
}

func TestABrokenConnectionSendsTheWholeBodyAgain(t *testing.T) {
	var bodies []string
	s := serve(t, nil)
	s.handler = func(w http.ResponseWriter, r *http.Request) {
		bodies = append(bodies, read(t, r))
		if len(bodies) == 1 {
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, `{"success":true}`)
	}
	long := `{"uniqueId":"` + strings.Repeat("x", 3*chunk) + `"}`
	_, err := s.client.PutResources(t.Context(), Put{Open: elements(long, long), ResourceID: "r", Type: "custom_resource"})
	if err != nil || len(bodies) != 2 || bodies[0] != bodies[1] || len(s.waits) != 1 {
		t.Errorf("got %v, %d bodies, waits %v", err, len(bodies), s.waits)
	}
}

func TestAFailingSourceBreaksThePushOff(t *testing.T) {
	broken := make(chan error, 1)
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		broken <- err
	})
	boom := errors.New("line 3, column 5")
	_, err := s.client.PutResources(t.Context(), Put{ResourceID: "r", Type: "custom_resource", Open: func() (iter.Seq2[[]byte, error], error) {
		return func(yield func([]byte, error) bool) {
			_ = yield([]byte(`{"uniqueId":"`+strings.Repeat("x", 2*chunk)+`"}`), nil) && yield(nil, boom)
		}, nil
	}})
	if !errors.Is(err, boom) || len(s.waits) != 0 {
		t.Errorf("got %v, waits %v; want the source's error at once", err, s.waits)
	}
	if err := <-broken; err == nil {
		t.Error("the server saw a whole body")
	}
}

func TestARefusedSetHoldsItsRejections(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_ = read(t, r)
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"/0: must have property 'fullName'","message":"/0: must have property 'fullName'","rejections":[{"index":0,"code":"missing_property","message":"/0: must have property 'fullName'"}]}`)
	})
	_, err := s.client.PutResources(t.Context(), Put{Open: elements(`{}`), ResourceID: "r", Type: "user_account"})
	var failure *Error
	if !errors.As(err, &failure) || failure.Result == nil || len(failure.Result.Rejections) != 1 || failure.Result.Success {
		t.Fatalf("got %#v", err)
	}
	if !strings.HasSuffix(err.Error(), "/0: must have property 'fullName' (HTTP 400)") {
		t.Errorf("got %q", err)
	}
}

func TestStreams(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.String() {
		case "/v1/resources/user_account/list_all?resourceId=r":
			_, _ = io.WriteString(w, `{"more":{"a":[1]},"resources":[{"uniqueId":"a"}, {"uniqueId":"b"}],"x":1}`)
		case "/v1/resources/syncs/5/rejections?a=b":
			_, _ = io.WriteString(w, "{\"index\":1}\n{\"index\":2}\n{\"index\":")
		default:
			http.NotFound(w, r)
		}
	})
	var got []string
	for record, err := range s.client.AllResources(t.Context(), "user_account", "r") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(record))
	}
	if want := []string{`{"uniqueId":"a"}`, `{"uniqueId":"b"}`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, err := range s.client.AllResources(t.Context(), "user_account", "r") {
		if err != nil {
			t.Error(err)
		}
		break // must neither hang nor report
	}
	var indexes []int64
	var last error
	for rejection, err := range s.client.Rejections(t.Context(), "https://elsewhere.example/v1/resources/syncs/5/rejections?a=b") {
		indexes, last = append(indexes, rejection.Index), err
	}
	if !slices.Equal(indexes, []int64{1, 2, 0}) || last == nil {
		t.Errorf("got %v and %v, want two and the error of the cut", indexes, last)
	}
}

func TestPages(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"results":{"data":[%q],"pageInfo":{"endCursor":"e","hasNextPage":true,"hasPreviousPage":false,"startCursor":"s"}}}`, r.URL.String())
	})
	page, err := s.client.ListResources(t.Context(), "Secret", "r", 0, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(page.Results.Data[0]), `"/v1/resources/Secret?pageSize=10&resourceId=r"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if info := page.Results.PageInfo; *info.EndCursor != "e" || !info.HasNextPage {
		t.Errorf("got %+v", info)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://muster.example.com/v1/tests", http.StatusMovedPermanently)
	})
	_, err := s.client.ListTests(t.Context(), 0, "")
	if err == nil || !strings.Contains(err.Error(), "moved to https://muster.example.com/v1/tests") {
		t.Errorf("got %v", err)
	}
}

func TestBadOptions(t *testing.T) {
	for _, o := range []Options{
		{ClientID: "a", ClientSecret: "b"},
		{BaseURL: "muster.example.com", ClientID: "a", ClientSecret: "b"},
		{BaseURL: "https://muster.example.com", ClientSecret: "b"},
		{BaseURL: "https://muster.example.com", ClientID: "a"},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}
