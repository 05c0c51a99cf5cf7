// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"muster": main})
}

// TestScripts specifies the command line. Scripts run the real program; beside
// testscript's own commands there are
//
//	serve [flag …]        start muster serve on a free port, wait until it listens, set MUSTER_URL
//	stop                  stop it with SIGTERM; it must exit with 0 (or: ! stop, after kill)
//	send METHOD URL TOKEN [BODY]
//	                      send a request with a bearer token; status and answer go to standard output
//	code N command …      run a command that must exit with N
//	field VAR name        set VAR to a member of the JSON object in the last standard output; name.name for one within
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":  scriptCode,
			"field": scriptField,
			"send":  scriptSend,
			"serve": scriptServe,
			"stop":  scriptStop,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("MUSTER_DATA", env.WorkDir+"/data")
			env.Values[serverKey{}] = &running{}
			return nil
		},
		RequireExplicitExec: true,
	})
}

type serverKey struct{}

// running is the server of a script.
type running struct {
	command *exec.Cmd
	rest    chan string // what it wrote after it listened
}

func server(ts *testscript.TestScript) *running {
	r, ok := ts.Value(serverKey{}).(*running)
	if !ok {
		ts.Fatalf("the script has no place for a server")
	}
	return r
}

func scriptServe(ts *testscript.TestScript, neg bool, args []string) {
	r := server(ts)
	if neg || r.command != nil {
		ts.Fatalf("usage: serve [flag …], once until stop")
	}
	args = append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)
	r.command = exec.CommandContext(context.Background(), "muster", args...)
	r.command.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "MUSTER_DATA", "MUSTER_DATABASE"} {
		r.command.Env = append(r.command.Env, name+"="+ts.Getenv(name))
	}
	if path, err := exec.LookPath("muster"); err == nil {
		r.command.Path = path
	}
	stderr, err := r.command.StderrPipe()
	ts.Check(err)
	ts.Check(r.command.Start())
	ts.Defer(func() { _ = r.command.Process.Kill() }) // harmless once it has ended
	lines := bufio.NewReader(stderr)
	listening := regexp.MustCompile(`listening on (http://[^" ]+)`)
	for {
		line, err := lines.ReadString('\n')
		ts.Logf("[server] %s", line)
		if match := listening.FindStringSubmatch(line); match != nil {
			ts.Setenv("MUSTER_URL", match[1])
			break
		}
		if err != nil {
			ts.Fatalf("the server ended before it listened")
		}
	}
	r.rest = make(chan string, 1)
	go func() {
		rest, _ := io.ReadAll(lines)
		r.rest <- string(rest)
	}()
}

func scriptStop(ts *testscript.TestScript, neg bool, args []string) {
	r := server(ts)
	if r.command == nil || len(args) > 0 {
		ts.Fatalf("usage: stop, after serve")
	}
	if neg {
		ts.Check(r.command.Process.Kill())
	} else {
		ts.Check(r.command.Process.Signal(syscall.SIGTERM))
	}
	ts.Check(os.WriteFile(ts.MkAbs("server.log"), []byte(<-r.rest), 0o600))
	if err := r.command.Wait(); (err != nil) != neg {
		ts.Fatalf("the server ended with %v", err)
	}
	r.command = nil
}

func scriptCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N command …")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError) //nolint:errorlint // testscript does not wrap it
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("%s ended with exit code %d, want %s", strings.Join(args[1:], " "), got, args[0])
	}
}

func scriptSend(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: send METHOD URL TOKEN [BODY]")
	}
	request, err := http.NewRequestWithContext(context.Background(), args[0], args[1], strings.NewReader(strings.Join(args[3:], "")))
	ts.Check(err)
	request.Header.Set("Authorization", "Bearer "+args[2])
	request.Header.Set("Content-Type", "application/scim+json")
	response, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	ts.Check(err)
	_, err = fmt.Fprintf(ts.Stdout(), "%d %s\n", response.StatusCode, text)
	ts.Check(err)
}

func scriptField(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: field VAR name")
	}
	var object map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &object))
	var value any = object
	for name := range strings.SplitSeq(args[1], ".") {
		inner, _ := value.(map[string]any)
		within, ok := inner[name]
		if !ok {
			ts.Fatalf("there is no member %q in %v", args[1], object)
		}
		value = within
	}
	ts.Setenv(args[0], fmt.Sprint(value))
}
