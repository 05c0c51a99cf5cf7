// SPDX-License-Identifier: Apache-2.0

package egress_test

import (
	"errors"
	"net"
	"testing"

	"github.com/passmuster/muster/internal/egress"
)

// TestDial connects to a listener of this machine, where that is allowed only.
func TestDial(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	for _, network := range []string{egress.TCP, egress.TLS, egress.UDP} {
		var refused *egress.Refused
		if _, err := (egress.Options{}).Dial(t.Context(), network, listener.Addr().String()); !errors.As(err, &refused) || refused.Host != "127.0.0.1" {
			t.Errorf("%s: got %v, want a refusal", network, err)
		}
	}
	for _, network := range []string{egress.TCP, egress.UDP} {
		conn, err := egress.Options{AllowPrivate: true}.Dial(t.Context(), network, listener.Addr().String())
		if err != nil {
			t.Errorf("%s: %v", network, err)
			continue
		}
		_ = conn.Close()
	}
	for _, c := range [][2]string{{"unix", "/tmp/x"}, {egress.TCP, "localhost"}, {"", "127.0.0.1:1"}} {
		if _, err := (egress.Options{AllowPrivate: true}).Dial(t.Context(), c[0], c[1]); err == nil {
			t.Errorf("%v: connected", c)
		}
	}
}
