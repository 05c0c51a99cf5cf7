// SPDX-License-Identifier: Apache-2.0

package web

import (
	"iter"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// The headers in which proxies say where a request came from.
const (
	forwardedFor = "X-Forwarded-For"
	forwarded    = "Forwarded" // RFC 7239
)

// clientAddress answers where a request comes from: the connection's address, or,
// behind proxies that are trusted, the last address in the header that they write
// that is none of theirs. What stands left of it anybody may have written, so the
// header is read from the right, and only as far as that. The other header is not
// looked at: a proxy that does not write it lets a client's own through.
func clientAddress(r *http.Request, trusted []netip.Prefix, header string) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	address := plainAddress(peer.Addr())
	if !among(trusted, address) {
		return address.String()
	}
	if header == "" {
		header = forwardedFor
	}
	for element := range fromTheRight(strings.Join(r.Header.Values(header), ",")) {
		next, ok := hop(element, header)
		if !ok {
			break
		}
		address = plainAddress(next)
		if !among(trusted, address) {
			break
		}
	}
	return address.String()
}

// fromTheRight answers the elements of a list, the last one first. A comma within
// quotes is none. Quotes are counted from the right too: a client that leaves one
// open cannot hide what the proxy added after it.
func fromTheRight(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		end, quoted := len(list), false
		for i := len(list) - 1; i >= 0; i-- {
			switch {
			case list[i] == '"':
				quoted = !quoted
			case list[i] == ',' && !quoted:
				if !yield(strings.TrimSpace(list[i+1 : end])) {
					return
				}
				end = i
			}
		}
		yield(strings.TrimSpace(list[:end]))
	}
}

// hop answers the address that an element names, false for one that names none.
func hop(element, header string) (netip.Addr, bool) {
	if header == forwarded {
		var ok bool
		if element, ok = forOf(element); !ok {
			return netip.Addr{}, false
		}
	}
	if with, err := netip.ParseAddrPort(element); err == nil { // some proxies add the port
		return with.Addr(), true
	}
	if inner, found := strings.CutPrefix(element, "["); found && strings.HasSuffix(inner, "]") {
		element = strings.TrimSuffix(inner, "]")
	}
	address, err := netip.ParseAddr(element)
	return address, err == nil
}

// forOf answers the for parameter of an element of Forwarded. What is escaped or
// stands there twice is no address that a proxy wrote.
func forOf(element string) (value string, ok bool) {
	for pair := range strings.SplitSeq(element, ";") {
		name, text, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if !strings.EqualFold(name, "for") {
			continue
		}
		if ok || strings.Contains(text, `\`) {
			return "", false
		}
		if inner, quoted := strings.CutPrefix(text, `"`); quoted {
			if text, ok = strings.CutSuffix(inner, `"`); !ok {
				return "", false
			}
		}
		value, ok = text, true
	}
	return value, ok
}

func plainAddress(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func among(prefixes []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}
