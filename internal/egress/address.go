// SPDX-License-Identifier: Apache-2.0

package egress

import (
	"net/netip"
	"slices"
)

// kind says what sort of address it is.
type kind string

const (
	public        kind = ""
	benchmarking  kind = "benchmarking"
	documentation kind = "documentation"
	linkLocal     kind = "link-local"
	loopback      kind = "loopback"
	multicast     kind = "multicast"
	private       kind = "private"
	reserved      kind = "reserved"
	shared        kind = "shared"
	unspecified   kind = "unspecified"
)

// internal says whether AllowPrivate opens the kind.
func (k kind) internal() bool { return k == loopback || k == private || k == shared }

// network is one line of the special-purpose registries.
type network struct {
	prefix netip.Prefix
	kind   kind
}

// special lists what is not public, the more particular first (IANA IPv4 and IPv6
// Special-Purpose Address Registries, RFC 6890).
var special = []network{
	{netip.MustParsePrefix("0.0.0.0/8"), unspecified},
	{netip.MustParsePrefix("10.0.0.0/8"), private},
	{netip.MustParsePrefix("100.64.0.0/10"), shared},
	{netip.MustParsePrefix("127.0.0.0/8"), loopback},
	{netip.MustParsePrefix("169.254.0.0/16"), linkLocal},
	{netip.MustParsePrefix("172.16.0.0/12"), private},
	{netip.MustParsePrefix("192.0.0.0/24"), reserved}, // IETF protocol assignments
	{netip.MustParsePrefix("192.0.2.0/24"), documentation},
	{netip.MustParsePrefix("192.88.99.0/24"), reserved}, // 6to4 relays
	{netip.MustParsePrefix("192.168.0.0/16"), private},
	{netip.MustParsePrefix("198.18.0.0/15"), benchmarking},
	{netip.MustParsePrefix("198.51.100.0/24"), documentation},
	{netip.MustParsePrefix("203.0.113.0/24"), documentation},
	{netip.MustParsePrefix("224.0.0.0/4"), multicast},
	{netip.MustParsePrefix("240.0.0.0/4"), reserved}, // 255.255.255.255 too

	{netip.MustParsePrefix("::/128"), unspecified},
	{netip.MustParsePrefix("::1/128"), loopback},
	{netip.MustParsePrefix("2001:2::/48"), benchmarking},
	{netip.MustParsePrefix("2001::/23"), reserved}, // IETF protocol assignments, Teredo
	{netip.MustParsePrefix("2001:db8::/32"), documentation},
	{netip.MustParsePrefix("3fff::/20"), documentation},
	{netip.MustParsePrefix("fc00::/7"), private},
	{netip.MustParsePrefix("fe80::/10"), linkLocal},
	{netip.MustParsePrefix("ff00::/8"), multicast},
}

var (
	global = netip.MustParsePrefix("2000::/3")     // all public IPv6 there is
	nat64  = netip.MustParsePrefix("64:ff9b::/96") // IPv4 in the last four bytes
	sixTo4 = netip.MustParsePrefix("2002::/16")    // IPv4 in bytes two to five
)

// inner answers the IPv4 address that an IPv6 address leads to, else the address
// itself, without its zone.
func inner(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	b := ip.As16()
	switch {
	case nat64.Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixTo4.Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return ip
}

// kindOf answers what sort of address it is, judged by where it leads.
func kindOf(ip netip.Addr) kind {
	ip = inner(ip)
	for _, n := range special {
		if n.prefix.Contains(ip) {
			return n.kind
		}
	}
	if ip.Is6() && !global.Contains(ip) || !ip.IsValid() {
		return reserved
	}
	return public
}

// permits says whether the options let the address be reached.
func (o Options) permits(ip netip.Addr) bool {
	k := kindOf(ip)
	if k == public || o.AllowPrivate && k.internal() {
		return true
	}
	return slices.ContainsFunc(o.Allow, func(p netip.Prefix) bool {
		return p.Contains(ip.Unmap().WithZone("")) || p.Contains(inner(ip))
	})
}

// CheckHost refuses a host that is an address which may not be reached, so that a form
// can say so at once. Where a name leads is judged when it is asked for.
func (o Options) CheckHost(host string) error {
	if ip, err := netip.ParseAddr(host); err == nil && !o.permits(ip) {
		return &Refused{Address: ip, Host: host, kind: kindOf(ip)}
	}
	return nil
}
