// SPDX-License-Identifier: Apache-2.0

package egress

import (
	"net/netip"
	"testing"
)

func TestKindOf(t *testing.T) {
	cases := map[kind][]string{
		public: {
			"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
			"169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
			"198.17.255.255", "198.20.0.0", "223.255.255.255",
			"2606:4700:4700::1111", "2001:200::1", "2001:4860:4860::8888", "2a00::1", "3ffe:ffff::1",
			"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
		},
		benchmarking:  {"198.18.0.0", "198.19.255.255", "2001:2::1", "::ffff:198.18.0.1"},
		documentation: {"192.0.2.1", "198.51.100.255", "203.0.113.7", "2001:db8::1", "3fff::1", "3fff:fff:ffff::1"},
		linkLocal: {
			"169.254.0.0", "169.254.169.254", "fe80::1", "fe80::1%eth0", "febf::1", "::ffff:169.254.169.254",
			"64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1",
		},
		loopback:  {"127.0.0.1", "127.255.255.255", "::1", "::1%lo", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::"},
		multicast: {"224.0.0.1", "239.255.255.255", "ff02::1", "::ffff:224.0.0.1"},
		private: {
			"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.1", "fc00::1", "fd12:3456::1", "fd00:ec2::254",
			"::ffff:10.0.0.1", "::ffff:192.168.1.1", "64:ff9b::10.0.0.1", "2002:c0a8:101::1",
		},
		reserved: {
			"192.0.0.1", "192.0.0.192", "192.88.99.1", "240.0.0.1", "255.255.255.255", "::2", "::127.0.0.1", "::ffff:0:127.0.0.1",
			"64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:20::1", "4000::1", "5f00::1", "fec0::1",
		},
		shared:      {"100.64.0.0", "100.127.255.255", "64:ff9b::100.64.0.1"},
		unspecified: {"0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "64:ff9b::"},
	}
	for want, addresses := range cases {
		for _, text := range addresses {
			ip := netip.MustParseAddr(text)
			if got := kindOf(ip); got != want {
				t.Errorf("%s is %q, want %q", text, got, want)
			}
			if got, want := (Options{}).permits(ip), want == public; got != want {
				t.Errorf("%s: permitted %t by default", text, got)
			}
			open := want == public || want == loopback || want == private || want == shared
			if got := (Options{AllowPrivate: true}).permits(ip); got != open {
				t.Errorf("%s: permitted %t with AllowPrivate, want %t", text, got, open)
			}
		}
	}
	if kindOf(netip.Addr{}) == public {
		t.Error("no address is public")
	}
}

func TestAllow(t *testing.T) {
	o := Options{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("169.254.7.0/24")}}
	cases := map[string]bool{
		"10.1.2.3": true, "10.2.0.1": false, "::ffff:10.1.2.3": true, "64:ff9b::10.1.2.3": true, "64:ff9b::10.2.0.1": false,
		"fd00::1": true, "fd00::1%eth0": true, "fc00::1": false, "169.254.7.1": true, "169.254.169.254": false, "127.0.0.1": false,
		"8.8.8.8": true,
	}
	for text, want := range cases {
		if got := o.permits(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %t, want %t", text, got, want)
		}
	}
}
