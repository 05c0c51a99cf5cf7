// SPDX-License-Identifier: Apache-2.0

package egress_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/egress"
)

func get(t *testing.T, client *http.Client, url string) (string, error) {
	t.Helper()
	t.Cleanup(client.CloseIdleConnections)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// write answers a request; the reader of a long answer may be gone.
func write(w http.ResponseWriter, text string) {
	io.WriteString(w, text) //nolint:errcheck // the client's side of it is what is tested
}

func say(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { write(w, text) }
}

func wantRefused(t *testing.T, err error, host, sentence string) {
	t.Helper()
	var refused *egress.Refused
	if !errors.As(err, &refused) {
		t.Fatalf("got %v", err)
	}
	if refused.Host != host || refused.Error() != sentence {
		t.Errorf("host %q, %q; want %q, %q", refused.Host, refused, host, sentence)
	}
	if !refused.Address.IsValid() {
		t.Error("the address is missing")
	}
}

func TestAddresses(t *testing.T) {
	asked := false
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { asked = true; write(w, "here") })
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	for _, host := range []string{"127.0.0.1", "localhost", "127.1.2.3", "[::1]", "[::ffff:127.0.0.1]"} {
		_, err := get(t, egress.New(egress.Options{}), "http://"+host+port)
		bare := strings.Trim(host, "[]")
		wantRefused(t, err, bare, bare+" leads to a private address (loopback), which is refused; --allow-private-addresses allows it")
	}
	for _, host := range []string{"0.0.0.0", "[::]"} {
		_, err := get(t, egress.New(egress.Options{AllowPrivate: true}), "http://"+host+port)
		bare := strings.Trim(host, "[]")
		wantRefused(t, err, bare, bare+" leads to an address that is not public (unspecified), which is refused")
	}
	_, err := get(t, egress.New(egress.Options{AllowPrivate: true}), "http://169.254.169.254/latest/meta-data/")
	wantRefused(t, err, "169.254.169.254", "169.254.169.254 leads to an address that is not public (link-local), which is refused")
	if asked {
		t.Error("the server was asked")
	}
	for name, o := range map[string]egress.Options{
		"AllowPrivate": {AllowPrivate: true},
		"Allow":        {Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}},
	} {
		if body, err := get(t, egress.New(o), server.URL); err != nil || body != "here" {
			t.Errorf("%s: %q, %v", name, body, err)
		}
	}
}

// TestProxy proves that the environment's proxy is not asked. Package http reads
// the environment once a process, so the test runs in one of its own.
func TestProxy(t *testing.T) {
	if os.Getenv("HTTP_PROXY") == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestProxy$")
		cmd.Env = append(os.Environ(), "HTTP_PROXY=http://192.168.7.7:1", "HTTPS_PROXY=http://192.168.7.7:1", "NO_PROXY=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	resolver := resolve(t, func(int) netip.Addr { return netip.MustParseAddr("100.64.9.9") })
	for _, scheme := range []string{"http", "https"} {
		_, err := get(t, egress.New(egress.Options{Resolver: resolver}), scheme+"://idp.example.com/")
		wantRefused(t, err, "idp.example.com", "idp.example.com leads to a private address (shared), which is refused; --allow-private-addresses allows it")
	}
}

// TestRebinding has a name that leads to a permitted address when it is looked up
// first, as a check before the request would, and to loopback afterwards.
func TestRebinding(t *testing.T) {
	asked := false
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { asked = true; write(w, "here") })
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	var questions atomic.Int64
	resolver := resolve(t, func(n int) netip.Addr {
		questions.Store(int64(n))
		if n == 1 {
			return netip.MustParseAddr("93.184.215.14")
		}
		return netip.MustParseAddr("127.0.0.1")
	})
	addresses, err := resolver.LookupNetIP(t.Context(), "ip4", "rebinding.example.com")
	if err != nil || len(addresses) != 1 || addresses[0].Unmap().String() != "93.184.215.14" {
		t.Fatalf("first answer: %v, %v", addresses, err)
	}
	_, err = get(t, egress.New(egress.Options{Resolver: resolver}), "http://rebinding.example.com"+port)
	wantRefused(t, err, "rebinding.example.com",
		"rebinding.example.com leads to a private address (loopback), which is refused; --allow-private-addresses allows it")
	if asked {
		t.Error("the server was asked")
	}
	body, err := get(t, egress.New(egress.Options{AllowPrivate: true, Resolver: resolver}), "http://rebinding.example.com"+port)
	if err != nil || body != "here" {
		t.Errorf("allowed: %q, %v", body, err)
	}
	if questions.Load() < 3 {
		t.Errorf("the test's resolver was asked %d times", questions.Load())
	}
}

// resolve answers a resolver that asks a name server of the test's own, which
// answers the nth question for an IPv4 address with answer(n), and none for IPv6.
func resolve(t *testing.T, answer func(n int) netip.Addr) *net.Resolver {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 512)
		for n := 0; ; {
			size, from, err := socket.ReadFrom(buffer)
			if err != nil {
				return
			}
			question := buffer[:size]
			end := 12 + bytes.IndexByte(question[12:], 0) + 5 // name, type, class
			reply := []byte{question[0], question[1], 0x84, 0, 0, 1, 0, 0, 0, 0, 0, 0}
			reply = append(reply, question[12:end]...)
			if binary.BigEndian.Uint16(question[end-4:]) == 1 { // A
				n++
				ip := answer(n).As4()
				reply[7] = 1
				reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
				reply = append(reply, ip[:]...)
			}
			if _, err := socket.WriteTo(reply, from); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		if err := socket.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
}

func TestRedirectToPrivate(t *testing.T) {
	inside := serve(t, say("inside"))
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	front := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	client := egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	for host, kind := range map[string]string{"127.0.0.2": "loopback", "10.0.0.1": "private", "[::ffff:7f00:3]": "loopback"} {
		_, err := get(t, client, front.URL+"?to="+url.QueryEscape("http://"+host+":"+port))
		bare := strings.Trim(host, "[]")
		wantRefused(t, err, bare, bare+" leads to a private address ("+kind+"), which is refused; --allow-private-addresses allows it")
	}
	if body, err := get(t, client, front.URL+"?to="+url.QueryEscape(inside.URL)); err != nil || body != "inside" {
		t.Errorf("permitted: %q, %v", body, err)
	}
}

func TestRedirects(t *testing.T) {
	hops := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var left int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &left); err != nil || left == 0 {
			write(w, "arrived")
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/%d", left-1), http.StatusFound)
	})
	plain := serve(t, say("plain"))
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	}))
	t.Cleanup(secure.Close)
	client := egress.New(egress.Options{AllowPrivate: true, Roots: secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs})
	cases := []struct{ name, url, body, want string }{
		{"three", hops.URL + "/3", "arrived", ""},
		{"four", hops.URL + "/4", "", "127.0.0.1: more than 3 redirects"},
		{"https to http", secure.URL + "?to=" + plain.URL, "", "127.0.0.1 redirects from https to http, which is refused"},
		{"https to file", secure.URL + "?to=file:///etc/passwd", "", "127.0.0.1 redirects from https to file, which is refused"},
		{"a user in the URL", secure.URL + "?to=https://u:p@example.com", "", "redirects to a URL with a user"},
		{"another scheme", "ftp://127.0.0.1/", "", `the scheme "ftp" is refused`},
		{"a file", "file:///etc/passwd", "", `the scheme "file" is refused`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			body, err := get(t, client, c.url)
			if c.want == "" && (err != nil || body != c.body) {
				t.Errorf("%q, %v", body, err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	to := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "gopher://x/", http.StatusFound) })
	if _, err := get(t, client, to.URL); err == nil || !strings.Contains(err.Error(), `the scheme "gopher" is refused`) {
		t.Errorf("http to gopher: %v", err)
	}
}

// TestCredentials sends what is secret along a redirect to another host, and back.
func TestCredentials(t *testing.T) {
	type visit struct{ Host, Secrets, Body string }
	var visits []visit
	note := func(name string, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		secrets := r.Header.Get("Authorization") + r.Header.Get("X-Api-Key") + r.Header.Get("Cookie") + r.Header.Get("Referer")
		visits = append(visits, visit{Body: string(body), Host: name, Secrets: secrets})
	}
	var home, away *httptest.Server
	away = serve(t, func(w http.ResponseWriter, r *http.Request) {
		note("away", r)
		if r.URL.Path == "/back" {
			http.Redirect(w, r, home.URL+"/end", http.StatusTemporaryRedirect)
		}
	})
	home = serve(t, func(w http.ResponseWriter, r *http.Request) {
		note("home", r)
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, away.URL, http.StatusTemporaryRedirect)
		case "/away-and-back":
			http.Redirect(w, r, away.URL+"/back", http.StatusTemporaryRedirect)
		case "/see-other":
			http.Redirect(w, r, away.URL, http.StatusSeeOther)
		case "/here":
			http.Redirect(w, r, "/end", http.StatusTemporaryRedirect)
		}
	})
	const key = "Bearer token" + "key" + "a=b"
	here := home.URL + "/here"
	cases := []struct {
		name, method, path, body string
		want                     []visit
		refused                  bool
	}{
		{"same host", http.MethodGet, "/here", "", []visit{{"home", key, ""}, {"home", key + here, ""}}, false},
		{"same host, body", http.MethodPost, "/here", "secret", []visit{{"home", key, "secret"}, {"home", key + here, "secret"}}, false},
		{"another host", http.MethodGet, "/away", "", []visit{{"home", key, ""}, {"away", "", ""}}, false},
		{"another host and back", http.MethodGet, "/away-and-back", "", []visit{{"home", key, ""}, {"away", "", ""}, {"home", "", ""}}, false},
		{"another host, body", http.MethodPost, "/away", "secret", []visit{{"home", key, "secret"}}, true},
		{"another host, DELETE", http.MethodDelete, "/away", "", []visit{{"home", key, ""}}, true},
		{"another host, POST becomes GET", http.MethodPost, "/see-other", "secret", []visit{{"home", key, "secret"}, {"away", "", ""}}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			visits = nil
			client := egress.New(egress.Options{AllowPrivate: true})
			t.Cleanup(client.CloseIdleConnections)
			var body io.Reader
			if c.body != "" {
				body = strings.NewReader(c.body)
			}
			request, err := http.NewRequest(c.method, home.URL+c.path, body)
			if err != nil {
				t.Fatal(err)
			}
			request.Header = http.Header{"Authorization": {"Bearer token"}, "Cookie": {"a=b"}, "X-Api-Key": {"key"}}
			response, err := client.Do(request)
			if err == nil {
				response.Body.Close()
			}
			if c.refused != (err != nil) || c.refused && !strings.Contains(err.Error(), "to another host, which is refused") {
				t.Errorf("got %v", err)
			}
			if diff := cmp.Diff(c.want, visits); diff != "" {
				t.Errorf("visits (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMaxBody(t *testing.T) {
	zeros := make([]byte, 1<<20)
	var bomb bytes.Buffer
	packed := gzip.NewWriter(&bomb)
	if _, err := packed.Write(zeros); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/10":
			write(w, "0123456789")
		case "/11":
			write(w, "0123456789X")
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			write(w, bomb.String())
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := w.Write(zeros); err != nil {
					return
				}
			}
		}
	})
	client := egress.New(egress.Options{AllowPrivate: true, MaxBody: 10})
	for path, tooLong := range map[string]bool{"/0": false, "/10": false, "/11": true, "/bomb": true, "/endless": true} {
		body, err := get(t, client, server.URL+path)
		if errors.Is(err, egress.ErrTooLong) != tooLong || !tooLong && err != nil || len(body) > 10 {
			t.Errorf("%s: %d bytes, %v", path, len(body), err)
		}
	}
	if body, err := get(t, egress.New(egress.Options{AllowPrivate: true, MaxBody: 1 << 20}), server.URL+"/bomb"); err != nil || len(body) != 1<<20 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	_, err := get(t, egress.New(egress.Options{AllowPrivate: true}), server.URL+"/endless")
	if !errors.Is(err, egress.ErrTooLong) {
		t.Errorf("by default: %v", err)
	}
}

func TestTimeout(t *testing.T) {
	stop := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
		}
		<-stop
	})
	t.Cleanup(func() { close(stop) }) // before the server closes
	for _, path := range []string{"/header", "/body"} {
		_, err := get(t, egress.New(egress.Options{AllowPrivate: true, Timeout: 100 * time.Millisecond}), server.URL+path)
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { write(w, r.Proto) }))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	if body, err := get(t, egress.New(egress.Options{AllowPrivate: true, Roots: roots}), server.URL); err != nil || body != "HTTP/2.0" {
		t.Errorf("%q, %v", body, err)
	}
	if _, err := get(t, egress.New(egress.Options{AllowPrivate: true}), server.URL); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("without its authority: %v", err)
	}
}

func TestCheckURL(t *testing.T) {
	cases := []struct{ url, secure, either string }{
		{"https://idp.example.com", "", ""},
		{"https://idp.example.com:8443/realms/main?x=y%20z", "", ""},
		{"https://10.0.0.1/", "", ""},
		{"https://[2001:db8::1]:443/", "", ""},
		{"https://bücher.example/", "", ""},
		{"HTTPS://IDP.EXAMPLE.COM", "", ""},
		{"http://idp.example.com", "begins with https://", ""},
		{"", "begins with https://", "begins with https:// or http://"},
		{"idp.example.com", "begins with", "begins with"},
		{"//idp.example.com/", "begins with", "begins with"},
		{"/path", "begins with", "begins with"},
		{"file:///etc/passwd", "begins with", "begins with"},
		{"javascript:alert(1)", "begins with", "begins with"},
		{"https:idp.example.com", "name a host", "name a host"},
		{"https:///path", "name a host", "name a host"},
		{"https://:443/", "name a host", "name a host"},
		{"https://user@idp.example.com/", "user or a password", "user or a password"},
		{"https://user:password@idp.example.com/", "user or a password", "user or a password"},
		{"https://idp.example.com/#part", "fragment", "fragment"},
		{"https://idp.example.com/#", "fragment", "fragment"},
		{"https://idp.example.com:0/", "port between", "port between"},
		{"https://idp.example.com:65536/", "port between", "port between"},
		{"https://idp.example.com:/", "port between", "port between"},
		{"https://idp.example.com:x/", "must be a URL", "must be a URL"},
		{"https://idp example.com/", "must be a URL", "must be a URL"},
		{"https://idp.example.com/a b", "must be a URL", "must be a URL"},
		{"https://idp.example.com\\@evil.example/", "must be a URL", "must be a URL"},
		{"https://idp.example.com/\r\nX: y", "must be a URL", "must be a URL"},
		{"https://idp<script>.example/", "name a host of letters", "name a host of letters"},
		{"https://[fe80::1%25eth0]/", "name a host of letters", "name a host of letters"},
		{"https://idp.example.com/" + strings.Repeat("a", 2048), "at most 2048", "at most 2048"},
	}
	for _, c := range cases {
		for secure, want := range map[bool]string{true: c.secure, false: c.either} {
			err := egress.CheckURL(c.url, secure)
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%.60q, secure %t: got %v, want %q", c.url, secure, err, want)
			}
			if err != nil && strings.Contains(err.Error(), "password@") {
				t.Errorf("%v repeats the URL", err)
			}
		}
	}
}
