// SPDX-License-Identifier: Apache-2.0

package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// What Options mean when they say nothing.
const (
	DefaultMaxBody = 1 << 20 // bytes
	DefaultTimeout = 10 * time.Second
)

// maxHeader bounds the header of an answer, in bytes.
const maxHeader = 64 << 10

// ErrTooLong says that the body of an answer is longer than MaxBody.
var ErrTooLong = errors.New("the answer is longer than allowed")

// Options bound what a client does. The zero value reaches public addresses only.
type Options struct {
	// Allow are networks that may be reached whatever doc.go's table says.
	Allow []netip.Prefix
	// AllowPrivate opens loopback, private and shared networks, for installations
	// whose identity provider stands beside them (--allow-private-addresses).
	AllowPrivate bool
	// MaxBody is the longest body of an answer, in bytes after decompression; 0 means
	// [DefaultMaxBody].
	MaxBody int64
	// Resolver finds the addresses of names; nil for the system's.
	Resolver *net.Resolver
	// Roots are the authorities that certificates may come from; nil for the system's.
	Roots *x509.CertPool
	// Timeout bounds a request with its redirects and the reading of its body; 0
	// means [DefaultTimeout]. The request's context may end it earlier.
	Timeout time.Duration
}

// Refused says that a host leads to an address that may not be reached.
type Refused struct {
	Address netip.Addr // for the log: names inside a network are nobody else's business
	Host    string     // of the request or the redirect, without port
	kind    kind
}

// Error names the host and what would allow it, not the address.
func (r *Refused) Error() string {
	if r.kind.internal() {
		return fmt.Sprintf("%s leads to a private address (%s), which is refused; --allow-private-addresses allows it", r.Host, r.kind)
	}
	return fmt.Sprintf("%s leads to an address that is not public (%s), which is refused", r.Host, r.kind)
}

// New makes a client. It keeps connections open, so make one and share it; it is
// safe for concurrent use. A refusal is a [*Refused] inside the *url.Error that
// http.Client answers, whose text holds the whole URL: show the inner error.
func New(o Options) *http.Client {
	if o.MaxBody <= 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	dialer := o.dialer()
	return &http.Client{
		CheckRedirect: checkRedirect,
		Timeout:       o.Timeout,
		Transport: &transport{maxBody: o.MaxBody, next: &http.Transport{
			DialContext:            dialer.DialContext,
			ForceAttemptHTTP2:      true, // a dialer of one's own switches it off
			IdleConnTimeout:        time.Minute,
			MaxIdleConnsPerHost:    2,
			MaxResponseHeaderBytes: maxHeader,
			Proxy:                  nil, // see doc.go
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
			TLSHandshakeTimeout:    o.Timeout,
		}},
	}
}

// dialer connects to what is permitted only.
func (o Options) dialer() *net.Dialer {
	return &net.Dialer{ControlContext: o.control, Resolver: o.Resolver, Timeout: o.Timeout}
}

// control judges the address that a socket is about to connect to.
func (o Options) control(_ context.Context, kind, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !slices.Contains([]string{"tcp4", "tcp6", "udp4", "udp6"}, kind) {
		return fmt.Errorf("connect to %s %s: not an address on the internet", kind, address)
	}
	if !o.permits(to.Addr()) {
		return &Refused{Address: to.Addr(), kind: kindOf(to.Addr())}
	}
	return nil
}

// transport adds what http.Transport leaves open: the schemes, the host in a
// refusal, the bound on bodies.
type transport struct {
	maxBody int64
	next    *http.Transport
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		if r.Body != nil {
			r.Body.Close() // as every RoundTripper must
		}
		return nil, fmt.Errorf("the scheme %q is refused; http and https are allowed", r.URL.Scheme)
	}
	response, err := t.next.RoundTrip(r)
	if err != nil {
		var refused *Refused
		if errors.As(err, &refused) {
			// A copy: several requests may wait for one dial.
			return nil, &Refused{Address: refused.Address, Host: r.URL.Hostname(), kind: refused.kind}
		}
		return nil, err
	}
	response.Body = &bounded{body: response.Body, left: t.maxBody}
	return response, nil
}

// CloseIdleConnections lets http.Client.CloseIdleConnections through.
func (t *transport) CloseIdleConnections() { t.next.CloseIdleConnections() }

// bounded is a body that ends in ErrTooLong behind its limit.
type bounded struct {
	body io.ReadCloser
	left int64 // bytes that may still come; -1 once it was too long
}

// Read implements io.Reader. It asks for one byte more than is allowed, to tell a
// body of exactly the limit from a longer one.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLong
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if int64(n) > b.left {
		n = int(b.left)
		b.left = -1
		return n, ErrTooLong
	}
	b.left -= int64(n)
	return n, err
}

// Close implements io.Closer.
func (b *bounded) Close() error { return b.body.Close() }
