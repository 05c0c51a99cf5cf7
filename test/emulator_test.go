// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// emulator is a running muster serve --emulator, by what it printed.
type emulator struct {
	*server

	build, manage application
	resources     map[string]string // ids by path
	limits        map[string]int
	printed       []string // lines
	places        string   // where nothing may be left
}

// emulate starts an emulator that has its temporary files in a folder of its own.
func emulate(t *testing.T, flags ...string) *emulator {
	t.Helper()
	e := &emulator{resources: map[string]string{}, places: t.TempDir()}
	command := exec.Command(muster(t), append([]string{"serve", "--emulator", "--listen", "127.0.0.1:0"}, flags...)...)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	e.server = start(t, command, []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + e.places})
	lines := bufio.NewScanner(out)
	for last := false; !last && lines.Scan(); {
		last = e.read(t, lines.Text())
	}
	return e
}

// read takes one line, and says whether it is the last.
func (e *emulator) read(t *testing.T, line string) bool {
	t.Helper()
	var one struct {
		application

		Kind, Type, Path, ResourceID, URL string
		Limits                            map[string]int
	}
	if err := json.Unmarshal([]byte(line), &one); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	e.printed = append(e.printed, line)
	switch {
	case one.Kind == "application" && one.Type == "build":
		e.build = one.application
	case one.Kind == "application":
		e.manage = one.application
	case one.Kind == "resource":
		e.resources[one.Path] = one.ResourceID
	case one.Kind == "server":
		e.limits = one.Limits
		if one.URL != e.url {
			t.Errorf("printed %s, listens on %s", one.URL, e.url)
		}
		return true
	}
	return false
}

// folder answers where the data is: what the broom beside the server was started with.
func (e *emulator) folder(t *testing.T) string {
	t.Helper()
	for _, place := range []string{e.places, "/dev/shm"} {
		found, err := filepath.Glob(filepath.Join(place, "muster-emulator-*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range found {
			lines, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", e.command.Process.Pid))
			if err != nil {
				t.Skip("left out: no /proc")
			}
			if bytes.Contains(lines, []byte(folder+"/")) {
				return folder
			}
		}
	}
	t.Fatal("the server has no folder")
	return ""
}

// TestEmulatorLeavesNothing ends one in the ways that there are.
func TestEmulatorLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*server, *testing.T){
		"stop": func(s *server, t *testing.T) { s.stop(t) },
		"kill": func(s *server, t *testing.T) { s.kill(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := emulate(t)
			folder := e.folder(t)
			// The set comes before the id, so it is spooled.
			body := `{"resources":[` + janeDoe + `],"resourceId":"` + e.resources["user_account"] + `"}`
			if a := e.call(t, "PUT", "/v1/resources/user_account", body, bearer(e.token(t, e.build))); a.status != 200 {
				t.Fatalf("a push: %s", a)
			}
			end(e.server, t)
			for deadline := time.Now().Add(patience); ; {
				if _, err := os.Stat(folder); os.IsNotExist(err) {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("%s is still there", folder)
				}
			}
			if left, err := os.ReadDir(e.places); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// TestEmulatorLimits counts to each published limit; what the operator sets beats it.
func TestEmulatorLimits(t *testing.T) {
	t.Parallel()
	e := emulate(t, "--rate-manage", "3")
	if diff := cmp.Diff(map[string]int{"oauth": 5, "integration": 20, "manage": 3, "audit": 250}, e.limits); diff != "" {
		t.Errorf("limits: -want +got:\n%s", diff)
	}
	first := e.token(t, e.build)
	token := e.token(t, e.build)
	list := "/v1/resources/user_account/list_all?resourceId=" + e.resources["user_account"]
	if a := e.call(t, "GET", list, "", bearer(first)); a.status != 401 {
		t.Errorf("a token after the next one: %s", a)
	}
	e.exhaust(t, 20, func() answer { return e.call(t, "GET", list, "", bearer(token)) })
	manager := e.token(t, e.manage)
	e.exhaust(t, 3, func() answer { return e.call(t, "GET", "/v1/tests", "", bearer(manager)) })
	body := fmt.Sprintf(`{"client_id":%q,"client_secret":%q,"grant_type":"client_credentials"}`, e.manage.ClientID, e.manage.ClientSecret)
	e.exhaust(t, 4, func() answer { return e.call(t, "POST", "/oauth/token", body) }) // one was taken
}

// exhaust calls until 429, which must come after so many answers of 200. It may come
// later, for the allowance grows by the limit each minute while it is used up.
func (e *emulator) exhaust(t *testing.T, limit int, call func() answer) {
	t.Helper()
	began := time.Now()
	for i := 0; i <= limit+2+int(time.Since(began).Minutes()*float64(limit+1)); i++ {
		a := call()
		if a.status == 429 && i >= limit {
			var body struct{ Error, Message string }
			a.into(t, &body)
			wait, err := strconv.Atoi(a.header.Get("Retry-After"))
			if err != nil || wait < 1 || wait > 60 || body.Error == "" || body.Message == "" || a.header.Get("X-RateLimit-Remaining") != "0" {
				t.Errorf("429 with %v: %s", a.header, a)
			}
			return
		}
		if a.status != 200 || a.header.Get("X-RateLimit-Limit") == "" {
			t.Fatalf("call %d of %d: %s %v", i+1, limit, a, a.header)
		}
	}
	t.Errorf("no 429 after as many calls as may be, %d a minute", limit)
}

// TestEmulatorSeed starts twice with one seed, and once with another.
func TestEmulatorSeed(t *testing.T) {
	t.Parallel()
	lines := func(seed string) []string {
		e := emulate(t, "--emulator-seed", seed)
		all := slices.Clone(e.printed[:len(e.printed)-1]) // the last one has the port
		all[0], all[1] = e.build.ClientID+e.build.ClientSecret, e.manage.ClientID+e.manage.ClientSecret
		return all
	}
	one, again, other := lines("one"), lines("one"), lines("other")
	if diff := cmp.Diff(one, again); diff != "" || len(one) != 14 {
		t.Errorf("the same seed: -first +second:\n%s", diff)
	}
	for i := range one {
		if one[i] == other[i] {
			t.Errorf("another seed gives the same: %s", one[i])
		}
	}
}

// TestEmulatorKeepsNothing is not started where something would be kept.
func TestEmulatorKeepsNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		refused, environment string
		flags                []string
	}{
		{"--data", "", []string{"--data", "muster-data"}}, // the default, said aloud
		{"--data", "", []string{"--data", t.TempDir()}},
		{"--data", "MUSTER_DATA=muster-data", nil},
		{"--database", "", []string{"--database", "postgres://localhost/muster"}},
		{"--database", "MUSTER_DATABASE=postgres://localhost/muster", nil},
		{"--demo", "", []string{"--demo"}},
	} {
		command := exec.Command(muster(t), append([]string{"serve", "--emulator"}, test.flags...)...)
		command.Env = []string{"PATH=" + os.Getenv("PATH"), test.environment}
		out, err := command.CombinedOutput()
		if command.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "--emulator: keeps nothing, so it cannot be combined with "+test.refused) {
			t.Errorf("%v: %v: %s", test, err, out)
		}
	}
}

// TestShippedIntegrations runs what partners have written, in three languages,
// against an emulator and against a server as it is by default. The emulator lets 20
// calls through; the others wait as they are told.
func TestShippedIntegrations(t *testing.T) {
	t.Parallel()
	programs := map[string]func(*testing.T, []string) []byte{
		"go": func(t *testing.T, env []string) []byte {
			return play(t, env, "go", "run", "./testdata/integration/push.go")
		},
		"node": func(t *testing.T, env []string) []byte { return play(t, env, "node", "testdata/integration/push.mjs") },
		"python": func(t *testing.T, env []string) []byte {
			return play(t, env, "python3", "testdata/integration/push.py")
		},
	}
	for name, run := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := emulate(t)
			out := run(t, integrationOf(e.url, e.build, e.resources["user_account"], 20))
			var came struct{ Waited int }
			if err := json.Unmarshal(out, &came); err != nil || came.Waited == 0 {
				t.Errorf("on the emulator it printed %s, and should have waited", out)
			}
			p := place{data: t.TempDir()}
			app := p.application(t, "Shipped", "build")
			resource := p.plainDefinition(t, app, "Account", "UserAccount")
			if out := run(t, integrationOf(p.serve(t).url, app, resource, 20)); !bytes.Contains(out, []byte(`"waited"`)) {
				t.Errorf("it printed %s", out)
			}
		})
	}
}

func integrationOf(url string, app application, resource string, rounds int) []string {
	return []string{
		"MUSTER_URL=" + url, "CLIENT_ID=" + app.ClientID, "CLIENT_SECRET=" + app.ClientSecret,
		"RESOURCE_ID=" + resource, "ROUNDS=" + strconv.Itoa(rounds),
	}
}

// play runs a program to its end.
func play(t *testing.T, env []string, name string, args ...string) []byte {
	t.Helper()
	need(t, name)
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env = append(os.Environ(), env...)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, out, stderr.String())
	}
	return out
}

const guideToEmulator = "../docs/guide/emulator.md"

// TestGuideToEmulator runs the document as it is written, all blocks in one shell, and
// then the steps of its job for CI.
func TestGuideToEmulator(t *testing.T) {
	t.Parallel()
	need(t, "bash", "curl", "jq", "python3", "timeout")
	text, err := os.ReadFile(guideToEmulator)
	if err != nil {
		t.Fatal(err)
	}
	list, err := steps(string(text))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	env := []string{
		"PATH=" + filepath.Dir(muster(t)) + ":" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "LANG=C.UTF-8", "TMPDIR=" + t.TempDir(),
	}
	shell(t, guideToEmulator, folder, env, list)

	program, err := filepath.Abs("testdata/integration/push.py")
	if err != nil {
		t.Fatal(err)
	}
	job := []string{"set -e", "export GITHUB_REPOSITORY=example/repository GITHUB_ENV=$PWD/env; cd $(mktemp -d)", "trap 'kill $(jobs -p)' EXIT"}
	_, ci, _ := strings.Cut(string(text), "\n## In CI\n")
	for line := range strings.Lines(ci) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "        "):
			// 8080 may be taken.
			job = append(job, strings.Replace(line, "127.0.0.1:8080", "127.0.0.1:0", 1))
		case line == "      run: python3 push.py":
			job = append(job, "set -a; . $GITHUB_ENV; set +a", "python3 "+program)
		}
	}
	bash := exec.CommandContext(t.Context(), "bash", "-c", strings.Join(job, "\n"))
	bash.Dir, bash.Env = folder, env
	if out, err := bash.CombinedOutput(); err != nil || !strings.Contains(string(out), `{"waited": 0}`) {
		t.Errorf("the job ended with %v: %s", err, out)
	}
}
