// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddress answers where a request comes from: the connection's address,
// or, behind proxies that are trusted, the last address in X-Forwarded-For that
// is none of theirs. What stands left of it anybody may have written.
func clientAddress(r *http.Request, trusted []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	address := plainAddress(peer.Addr())
	if !among(trusted, address) {
		return address.String()
	}
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(chain) {
		next, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			break
		}
		address = plainAddress(next)
		if !among(trusted, address) {
			break
		}
	}
	return address.String()
}

func plainAddress(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func among(prefixes []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}
