// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// target is a server that answers a push with what a test says.
type target struct {
	answer  string
	status  int
	bodies  []string
	scopes  []string
	pushes  []string // method, path and query, preference
	refused string   // a scope that the application does not hold
}

func (s *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	switch {
	case r.URL.Path == "/oauth/token":
		s.scopes = append(s.scopes, string(body))
		if s.refused != "" && strings.Contains(string(body), s.refused) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"invalid_scope","message":"no"}`)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"vat_1","expires_in":3600,"token_type":"Bearer"}`)
	case strings.HasSuffix(r.URL.Path, "/rejections"):
		for i := range 3 {
			_, _ = fmt.Fprintf(w, `{"index":%d,"uniqueId":"u%d","pointer":"/resources/%d/x","code":"wrong_type","actual":"1","message":"/%d/x: must be string"}`+"\n", i, i, i, i)
		}
	default:
		s.pushes = append(s.pushes, r.Method+" "+r.URL.String()+" "+r.Header.Get("Prefer"))
		s.bodies = append(s.bodies, string(body))
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.answer)
	}
}

// push runs the command against a target and answers exit code and outputs.
func push(t *testing.T, s *target, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	if s.status == 0 {
		s.status = http.StatusOK
	}
	listener := httptest.NewServer(s)
	defer listener.Close()
	env := map[string]string{"MUSTER_URL": listener.URL, "MUSTER_CLIENT_ID": "vci_1", "MUSTER_CLIENT_SECRET": "vcs_1"}
	var out, messages bytes.Buffer
	args = append([]string{"push", "--resource", "r1"}, args...)
	code = run(t.Context(), args, func(name string) string { return env[name] }, strings.NewReader(stdin), &out, &messages)
	return code, out.String(), messages.String()
}

const taken = `{"success":true,"results":{"accepted":1234,"rejected":0},"sync":{"id":"s","created":1200,"updated":30,"unchanged":4,"removed":2,"held":0}}`

func TestPushAnswers(t *testing.T) {
	rejection := `{"index":7,"uniqueId":"srv_008","pointer":"/resources/7/customProperties/memory","code":"wrong_type","expected":"int32","actual":"\"lots\"","message":"/7/customProperties/memory: must be int32"}`
	tests := []struct {
		name   string
		target target
		args   []string
		code   int
		want   []string // in standard output
	}{
		{"taken", target{answer: taken}, nil, 0, []string{"created    1,200", "updated    30", "unchanged  4", "removed    2", "rejected   0"}},
		{"another server", target{answer: `{"success":true,"results":{"accepted":5,"rejected":0}}`}, nil, 0, []string{"accepted   5", "rejected   0"}},
		{
			"rejected",
			target{answer: `{"success":false,"results":{"accepted":9,"rejected":1},"sync":{"created":9},"rejections":[` + rejection + `]}`},
			nil, 3,
			[]string{"created    9", "rejected   1", `  /7/customProperties/memory: must be int32, found "lots" (srv_008)`},
		},
		{
			"more rejections than fit",
			target{answer: `{"success":false,"results":{"accepted":9,"rejected":3},"sync":{},"rejections":[` + rejection + `],"rejectionsUrl":"/v1/resources/syncs/5/rejections"}`},
			nil, 3,
			[]string{"rejected   3", "/0/x: must be string, found 1 (u0)", "/2/x"},
		},
		{
			"strict",
			target{status: 400, answer: `{"error":"/0: must have property 'a'","message":"/0: must have property 'a'","rejections":[{"index":0,"code":"missing_property","message":"/0: must have property 'a'"}]}`},
			[]string{"--strict"},
			3,
			[]string{"rejected   1", "nothing was taken: /0: must have property 'a'"},
		},
		{
			"strict, cut",
			target{status: 400, answer: `{"error":"no","message":"no","rejections":[` + rejection + `],"rejectionsUrl":"/v1/resources/syncs/5/rejections"}`},
			[]string{"--strict"},
			3,
			[]string{"rejected   3", "  line 1: /0/x: must be string", "/2/x", "nothing was taken: no"},
		},
		{
			"sync_all, cut",
			target{answer: `{"success":true,"rejections":[` + rejection + `],"rejectionsUrl":"/v1/resources/syncs/5/rejections"}`},
			nil, 3,
			[]string{"rejected   3", "/0/x", "/2/x"},
		},
		{
			"machine output with lines",
			target{answer: `{"success":false,"results":{"accepted":0,"rejected":1},"rejections":[{"index":0,"code":"c","message":"m"}]}`},
			[]string{"--json"},
			3,
			[]string{`"rejections":[{"index":0,`, `"line":1}]`},
		},
		{
			"held",
			target{answer: `{"success":true,"results":{"accepted":1,"rejected":0},"sync":{"held":40},"held":{"count":40,"sample":["a","b"],"confirmToken":"tok"}}`},
			nil, 0,
			[]string{"held       40 removals wait: a, b", "--confirm-removals tok"},
		},
		{"dry run", target{answer: taken}, []string{"--dry-run"}, 0, []string{"dry run: nothing was changed"}},
		{"machine output", target{answer: taken}, []string{"--json"}, 0, []string{`{"success":true,"results":{"accepted":1234,"rejected":0},"sync":{"id":"s"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := push(t, &test.target, `{"uniqueId":"u"}`, append(test.args, "-")...)
			if code != test.code {
				t.Errorf("got exit code %d, want %d; %s", code, test.code, stderr)
			}
			for _, want := range test.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("the output lacks %q:\n%s", want, stdout)
				}
			}
		})
	}
}

func TestPushSendsTheSet(t *testing.T) {
	s := &target{answer: taken, refused: "read-resource"}
	code, _, stderr := push(t, s, "uniqueId,memory\na,1\n", "--type", "custom_resource", "--dry-run", "--lenient", "--confirm-removals", "x", "-")
	if code != 0 || stderr != "" {
		t.Fatalf("got %d, %s", code, stderr)
	}
	if want := `{"resourceId":"r1","resources":[{"uniqueId":"a","customProperties":{"memory":1}}]}` + "\n"; len(s.bodies) != 1 || s.bodies[0] != want {
		t.Errorf("got %q, want %q", s.bodies, want)
	}
	if want := "PUT /v1/resources/custom_resource?confirmRemovals=x&dryRun=true handling=lenient"; s.pushes[0] != want {
		t.Errorf("got %s, want %s", s.pushes[0], want)
	}
	if len(s.scopes) != 2 || strings.Contains(s.scopes[1], "read-resource") {
		t.Errorf("got %q, want a second try without the scope that is refused", s.scopes)
	}
}

func TestPushThatCannotBegin(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.ndjson")
	if err := os.WriteFile(broken, []byte("{\"uniqueId\":\"a\"}\n{\"uniqueId\":}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		target target
		args   []string
		code   int
		want   string // in standard error
		pushes int
	}{
		{"malformed file", target{}, []string{broken}, 1, "nothing was pushed: " + broken + ": line 2, column 13", 0},
		{"absent file", target{}, []string{"none.csv"}, 1, "none.csv", 0},
		{"unknown type", target{}, []string{"--type", "servers", "-"}, 2, "there is no base type \"servers\"; there are user_account, custom_resource", 0},
		{"unknown resource", target{status: 404, answer: `{"error":"resourceId not found","message":"resourceId not found"}`}, []string{"-"}, 1, "is r1 a custom_resource of this application?", 1},
		{"both handlings", target{}, []string{"--strict", "--lenient", "-"}, 2, "--strict", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := push(t, &test.target, "[]", test.args...)
			if code != test.code || !strings.Contains(stderr, test.want) || stdout != "" {
				t.Errorf("got %d, %q, %q; want %d and %q", code, stdout, stderr, test.code, test.want)
			}
			if len(test.target.pushes) != test.pushes {
				t.Errorf("got %d pushes, want %d", len(test.target.pushes), test.pushes)
			}
		})
	}
}

func TestStandardInputLeavesNoFileBehind(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	if code, _, stderr := push(t, &target{answer: taken}, "[]", "-"); code != 0 {
		t.Fatal(stderr)
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) != 0 {
		t.Errorf("got %v, %v; want nothing left", left, err)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := thousands(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
