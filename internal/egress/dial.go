// SPDX-License-Identifier: Apache-2.0

package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// The networks of Dial.
const (
	TCP = "tcp"
	TLS = "tls" // over TCP, at least version 1.2, with the host's name checked
	UDP = "udp"
)

// Dial connects to host:port for what is not HTTP. Addresses are judged as those of
// requests are, and a refusal is a [*Refused]. Timeout bounds the connecting only;
// MaxBody bounds nothing.
func (o Options) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no host and port: %w", address, err)
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	var conn net.Conn
	switch network {
	case TLS:
		dialer := &tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots, ServerName: host}, NetDialer: o.dialer()}
		conn, err = dialer.DialContext(ctx, TCP, address)
	case TCP, UDP:
		conn, err = o.dialer().DialContext(ctx, network, address)
	default:
		return nil, fmt.Errorf("the network %q is refused; tcp, tls and udp are allowed", network)
	}
	var refused *Refused
	if errors.As(err, &refused) {
		return nil, &Refused{Address: refused.Address, Host: host, kind: refused.kind}
	}
	return conn, err
}
