// SPDX-License-Identifier: Apache-2.0

package mailtest

import (
	"bufio"
	"crypto/x509"
	_ "embed" // server.py
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/mail"
)

// Recipients that the server does not simply take.
const (
	Busy    = "busy@example.com"    // answered with 451
	Hanging = "hanging@example.com" // not answered at all
	Refused = "refused@example.com" // answered with 550
)

// patience bounds every wait for the server.
const patience = 3 * time.Minute

// TLS is how a server protects its connections.
type TLS string

// The ways; "" is in clear.
const (
	Implicit TLS = "implicit" // from the first byte
	STARTTLS TLS = "starttls" // nothing else is taken before it
)

// Options say how a server differs from the plain one.
type Options struct {
	Password string   // required with User
	TLS      TLS      // with a certificate for 127.0.0.1 of the server's own authority
	User     string   // "" lets everybody send
	Without  []string // ways to authenticate that are not offered, such as "PLAIN"
}

// Server is a running SMTP server on loopback.
type Server struct {
	// Address is host and port.
	Address string
	// Roots hold the authority of its certificate; nil without TLS.
	Roots *x509.CertPool
	// URL is what mail.Options takes, with user and password.
	URL string

	arrivals chan url.Values // what the program says, a line each
	came     []Message
}

// Start runs a server without TLS and password until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	return StartWith(t, Options{})
}

// StartWith runs a server until the test ends.
func StartWith(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{}
	setting := url.Values{"password": {o.Password}, "tls": {string(o.TLS)}, "user": {o.User}, "without": o.Without}
	if o.TLS != "" {
		var files certificate
		files, s.Roots = makeCertificate(t)
		setting.Set("certificate", files.certificate)
		setting.Set("key", files.key)
	}
	s.Address = net.JoinHostPort("127.0.0.1", s.run(t, setting.Encode()))
	s.URL = o.url(s.Address)
	return s
}

// url answers what mail.Options takes to reach the server.
func (o Options) url(address string) string {
	u := url.URL{Scheme: "smtp", Host: address}
	switch o.TLS {
	case Implicit:
		u.Scheme = "smtps"
	case STARTTLS:
		u.RawQuery = "tls=required"
	}
	if o.User != "" {
		u.User = url.UserPassword(o.User, o.Password)
	}
	return u.String()
}

// Sender answers a sender whose messages arrive here.
func (s *Server) Sender(t testing.TB) *mail.Sender {
	t.Helper()
	sender, err := mail.New(mail.Options{From: "Muster <muster@example.com>", Roots: s.Roots, URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

// run starts the program by the first Python that has what it needs and answers
// the port. Debian's own comes first: its packages are installed for that one.
func (s *Server) run(t testing.TB, setting string) string {
	t.Helper()
	absent := "Python 3 with aiosmtpd is not installed"
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		s.arrivals = launch(t, path, setting)
		select {
		case first := <-s.arrivals:
			if first.Has("port") {
				return first.Get("port")
			}
			if first.Has("absent") {
				absent += " (" + first.Get("absent") + ")"
				continue
			}
			t.Fatal("the mail server ended at its start; what it said stands above")
		case <-time.After(patience):
			t.Fatalf("the mail server did not start within %s", patience)
		}
	}
	leaveOut(t, absent+"; on Debian: apt-get install python3-aiosmtpd")
	return ""
}

func leaveOut(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("MUSTER_TEST_REQUIRE") == "all" {
		t.Fatal(why)
	}
	t.Skipf("left out: %s", why) // a machine without the server still tests the rest
}

//go:embed server.py
var program string

// launch starts the program, which ends with its standard input: at the end of the
// test, and with this process, however that ends.
func launch(t testing.TB, python, setting string) chan url.Values {
	t.Helper()
	cmd := exec.Command(python, "-c", program, setting) //nolint:noctx // it ends with its standard input
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", python, err)
	}
	arrivals := make(chan url.Values, 1000) // more messages than any test sends
	var reading sync.WaitGroup
	reading.Go(func() { read(t, out, arrivals) })
	t.Cleanup(func() {
		in.Close() //nolint:errcheck // the program may have ended before
		reading.Wait()
		if err := cmd.Wait(); err != nil {
			t.Errorf("mail server: %v", err)
		}
	})
	return arrivals
}

// read hands on what the program says and closes the channel at its end.
func read(t testing.TB, out io.Reader, arrivals chan<- url.Values) {
	defer close(arrivals)
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		line, err := url.ParseQuery(lines.Text())
		if err != nil {
			t.Errorf("mail server said %q: %v", lines.Text(), err)
			return
		}
		arrivals <- line
	}
	if err := lines.Err(); err != nil {
		t.Errorf("read what the mail server says: %v", err)
	}
}
