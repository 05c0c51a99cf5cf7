// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/passmuster/muster/client"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// patience bounds every wait for something that must happen.
const patience = 3 * time.Minute

// place is where a server's data is.
type place struct {
	data     string // folder
	database string // URL of PostgreSQL, "" for SQLite
}

// eachEngine runs a test on an empty place of each engine, side by side.
func eachEngine(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, place{data: t.TempDir()})
	})
	t.Run("postgresql", func(t *testing.T) {
		t.Parallel()
		test(t, place{data: t.TempDir(), database: dbtest.PostgreSQL(t)})
	})
}

// environment is all that the program sees of ours.
func (p place) environment() []string {
	env := []string{"MUSTER_DATA=" + p.data, "MUSTER_DATABASE=" + p.database}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		env = append(env, name+"="+os.Getenv(name))
	}
	return env
}

// run runs the program to its end and answers its standard output.
func (p place) run(t testing.TB, args ...string) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), muster(t), args...)
	command.Env = p.environment()
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("muster %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	return out
}

// admin runs an administration command and decodes what it prints.
func (p place) admin(t testing.TB, into any, args ...string) {
	t.Helper()
	out := p.run(t, append([]string{"admin", "--json"}, args...)...)
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("muster admin %s: %v in %s", strings.Join(args, " "), err, out)
	}
}

// application is one that admin app create made.
type application struct {
	ID           string `json:"id"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
}

func (p place) application(t testing.TB, name, kind string, more ...string) application {
	t.Helper()
	var app application
	p.admin(t, &app, append([]string{"app", "create", "--name", name, "--type", kind}, more...)...)
	return app
}

// serverSchema is the custom schema of the definitions that tests push to.
const serverSchema = `{"properties": {"active": {"type": "boolean"}, "memory": {"type": "int32"}}, "optionalProperties": {"note": {"type": "string"}}}`

// definition makes one of custom resources with serverSchema.
func (p place) definition(t testing.TB, app application, name string, more ...string) string {
	t.Helper()
	schema := t.TempDir() + "/schema.json"
	if err := os.WriteFile(schema, []byte(serverSchema), 0o600); err != nil {
		t.Fatal(err)
	}
	return p.plainDefinition(t, app, name, "CustomResource", append([]string{"--schema", schema}, more...)...)
}

func (p place) plainDefinition(t testing.TB, app application, name, base string, more ...string) string {
	t.Helper()
	var made struct{ ResourceID string }
	p.admin(t, &made, append([]string{"resource", "create", "--app", app.ID, "--name", name, "--base", base}, more...)...)
	return made.ResourceID
}

// openDatabase opens a place's database beside its server.
func (p place) openDatabase(t testing.TB) *sql.DB {
	t.Helper()
	driver, source := "pgx", p.database
	if p.database == "" {
		driver, source = "sqlite", "file:"+p.data+"/muster.db?_pragma=busy_timeout(60000)"
	}
	d, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// verify exports the evidence of the default workspace and checks it.
func (p place) verify(t testing.TB) {
	t.Helper()
	var key struct{ Key string }
	p.admin(t, &key, "evidence", "key")
	file := t.TempDir() + "/evidence.jsonl"
	p.run(t, "admin", "evidence", "export", "--output", file)
	p.run(t, "verify", "--key", key.Key, file)
}

// server is a running muster serve.
type server struct {
	place
	url string

	command *exec.Cmd
	ended   chan struct{} // closed when the process is gone and its log is read
	err     error         // of the process, once ended
	mu      sync.Mutex
	log     strings.Builder
}

// serve starts a server and waits until it listens. It is killed with the test
// when the test does not stop it.
func (p place) serve(t testing.TB, flags ...string) *server {
	t.Helper()
	s := start(t, exec.Command(muster(t), append([]string{"serve", "--listen", "127.0.0.1:0"}, flags...)...), p.environment())
	s.place = p
	return s
}

// start starts a command that serves and waits until it says where.
func start(t testing.TB, command *exec.Cmd, env []string) *server {
	t.Helper()
	s := &server{command: command, ended: make(chan struct{})}
	command.Env = env
	stderr, err := command.StderrPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	listens := make(chan string, 1)
	go s.follow(stderr, listens)
	t.Cleanup(func() {
		_ = command.Process.Kill() // harmless once it has ended
		<-s.ended
		if t.Failed() {
			t.Logf("log of the server:\n%s", s.logged())
		}
	})
	select {
	case s.url = <-listens:
	case <-s.ended:
		t.Fatalf("the server ended before it listened: %v\n%s", s.err, s.logged())
	case <-time.After(patience):
		t.Fatalf("the server does not listen\n%s", s.logged())
	}
	return s
}

// follow reads the log to its end and then takes leave of the process.
func (s *server) follow(stderr io.Reader, listens chan<- string) {
	defer close(s.ended)
	listening := regexp.MustCompile(`listening on (http://[^" ]+)`)
	lines := bufio.NewReader(stderr)
	for {
		line, err := lines.ReadString('\n')
		s.mu.Lock()
		s.log.WriteString(line)
		s.mu.Unlock()
		if match := listening.FindStringSubmatch(line); match != nil {
			listens <- match[1]
		}
		if err != nil {
			break
		}
	}
	s.err = s.command.Wait()
}

func (s *server) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// stop asks the server to stop, which it must do well.
func (s *server) stop(t testing.TB) {
	t.Helper()
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.ended:
	case <-time.After(patience):
		t.Fatal("the server does not stop")
	}
	if s.err != nil {
		t.Errorf("the server ended with %v", s.err)
	}
}

// kill ends the server as a power failure does: at this instant. It waits until
// PostgreSQL has ended, too, what it was about for that server: a commit that was on
// its way lasts, and who looks sees it.
func (s *server) kill(t testing.TB) {
	t.Helper()
	if err := s.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.ended
	if s.database == "" {
		return
	}
	d := s.openDatabase(t)
	defer func() { _ = d.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for others := 1; others > 0; {
		err := d.QueryRowContext(ctx, `
			SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&others)
		if err != nil {
			t.Fatalf("PostgreSQL is still about what the server began: %v", err)
		}
	}
}

// client answers the public client of an application. It tries once: a retry
// would hide what a test is about.
func (s *server) client(t testing.TB, app application) *client.Client {
	t.Helper()
	c, err := client.New(client.Options{BaseURL: s.url, ClientID: app.ClientID, ClientSecret: app.ClientSecret, Tries: 1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// token mints one.
func (s *server) token(t testing.TB, app application) string {
	t.Helper()
	token, err := s.client(t, app).Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// answer is what a call came to.
type answer struct {
	header http.Header
	status int
	text   string
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.text) }

// into decodes the body.
func (a answer) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.text), v); err != nil {
		t.Fatalf("%v in %s", err, a)
	}
}

// call sends a request as it is given. Header lines are "Name: value"; a body is
// JSON unless a Content-Type says otherwise.
func (s *server) call(t testing.TB, method, path, body string, header ...string) answer {
	t.Helper()
	a, err := s.send(t.Context(), method, path, strings.NewReader(body), header...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (s *server) send(ctx context.Context, method, path string, body io.Reader, header ...string) (a answer, err error) {
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, body)
	if err != nil {
		return a, err
	}
	if method == http.MethodPut || method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	resp, err := plain.Do(req)
	if err != nil {
		return a, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return answer{header: resp.Header, status: resp.StatusCode, text: string(text)}, err
}

// plain follows nothing and hides nothing.
var plain = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       5 * time.Minute,
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16},
}

func bearer(token string) string { return "Authorization: Bearer " + token }
