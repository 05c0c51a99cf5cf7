// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/netip"
	"strconv"
	"testing"
	"time"
)

func TestLimiterStaysSmall(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	l := newLimiter(10, func() time.Time { return now })
	for i := range 3 * maxBuckets {
		l.take(strconv.Itoa(i))
	}
	if len(l.buckets) > maxBuckets+1 {
		t.Errorf("got %d buckets, want at most %d", len(l.buckets), maxBuckets+1)
	}
	if got := l.take("one more"); got.Allowed {
		t.Error("past the bound, new keys have no bucket in common")
	}
	now = now.Add(2 * time.Minute)
	if got := l.take("much later"); !got.Allowed || len(l.buckets) != 1 {
		t.Errorf("got %+v and %d buckets, want the idle ones dropped", got, len(l.buckets))
	}
}

func TestAddressKey(t *testing.T) {
	for address, want := range map[string]string{
		"10.0.0.7":             "10.0.0.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::1":      "2001:db8:1:2::/64",
		"@":                    "@",
	} {
		if got := addressKey(address); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}

func TestClientAddress(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:f::/48")}
	for _, test := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1:443", "", "192.0.2.1"},
		{"192.0.2.1:443", "198.51.100.9", "192.0.2.1"}, // said by nobody whom we trust
		{"[::ffff:192.0.2.1]:443", "", "192.0.2.1"},
		{"[fe80::1%eth0]:443", "", "fe80::1"},
		{"10.1.1.1:443", "", "10.1.1.1"},
		{"10.1.1.1:443", "198.51.100.9", "198.51.100.9"},
		{"10.1.1.1:443", "6.6.6.6, 198.51.100.9", "198.51.100.9"}, // the first one is the client's own invention
		{"10.1.1.1:443", "198.51.100.9, 10.2.2.2", "198.51.100.9"},
		{"[2001:db8:f::1]:443", "198.51.100.9", "198.51.100.9"},
		{"10.1.1.1:443", "rubbish", "10.1.1.1"},
		{"10.1.1.1:443", "198.51.100.9, rubbish", "10.1.1.1"},
		{"10.1.1.1:443", "198.51.100.9:5000", "198.51.100.9"},
		{"10.1.1.1:443", "6.6.6.6\", 198.51.100.9", "198.51.100.9"},
		{"10.1.1.1:443", "10.3.3.3, 10.2.2.2", "10.3.3.3"}, // all are proxies: the first of them
		{"10.1.1.1:443", ", , 198.51.100.9,", "10.1.1.1"},
		{"@", "198.51.100.9", "@"},
	} {
		r := &http.Request{RemoteAddr: test.peer, Header: http.Header{}}
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := clientAddress(r, trusted, ""); got != test.want {
			t.Errorf("%s for %q: got %s, want %s", test.peer, test.forwarded, got, test.want)
		}
	}
}

// TestForwarded reads RFC 7239, of which the client wrote the left.
func TestForwarded(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, test := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1:443", "for=198.51.100.9", "192.0.2.1"},
		{"10.1.1.1:443", "for=198.51.100.9", "198.51.100.9"},
		{"10.1.1.1:443", `proto=https; For="198.51.100.9:4711";by=10.1.1.1`, "198.51.100.9"},
		{"10.1.1.1:443", `for="[2001:db8::7]:4711"`, "2001:db8::7"},
		{"10.1.1.1:443", `for="[2001:db8::7]"`, "2001:db8::7"},
		{"10.1.1.1:443", `for=6.6.6.6, for=198.51.100.9, for=10.2.2.2`, "198.51.100.9"},
		{"10.1.1.1:443", `for=", for=198.51.100.9`, "198.51.100.9"}, // a quote left open by the client
		{"10.1.1.1:443", `for="6.6.6.6, for=198.51.100.9`, "198.51.100.9"},
		{"10.1.1.1:443", `for=6.6.6.6;x="a,b", for="198.51.100.9"`, "198.51.100.9"},
		{"10.1.1.1:443", `for=6.6.6.6, for=unknown`, "10.1.1.1"},
		{"10.1.1.1:443", `for=6.6.6.6, for=_hidden`, "10.1.1.1"},
		{"10.1.1.1:443", `for=6.6.6.6;for=7.7.7.7`, "10.1.1.1"},
		{"10.1.1.1:443", `for="6.6.6.6\"`, "10.1.1.1"},
		{"10.1.1.1:443", `for=6.6.6.6, by=10.1.1.1`, "10.1.1.1"},
		{"10.1.1.1:443", `for="198.51.100.9`, "10.1.1.1"},
		{"10.1.1.1:443", "", "10.1.1.1"},
	} {
		r := &http.Request{RemoteAddr: test.peer, Header: http.Header{"X-Forwarded-For": {"6.6.6.6"}}}
		if test.forwarded != "" {
			r.Header.Set("Forwarded", test.forwarded)
		}
		if got := clientAddress(r, trusted, "Forwarded"); got != test.want {
			t.Errorf("%s for %q: got %s, want %s", test.peer, test.forwarded, got, test.want)
		}
	}
}
