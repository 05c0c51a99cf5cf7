// SPDX-License-Identifier: Apache-2.0

// Package egress makes requests to addresses that somebody typed in: identity
// providers, webhooks and the like. Such an address must not become a way into the
// network that Muster stands in (server-side request forgery, CWE-918).
//
// # What is refused
//
//	kind           addresses                                    allowed by
//	loopback       127.0.0.0/8, ::1                             AllowPrivate, Allow
//	private        10/8, 172.16/12, 192.168/16, fc00::/7        AllowPrivate, Allow
//	shared         100.64.0.0/10 (carriers' NAT)                AllowPrivate, Allow
//	link-local     169.254.0.0/16, fe80::/10                    Allow
//	unspecified    0.0.0.0/8, ::                                Allow
//	multicast      224.0.0.0/4, ff00::/8                        Allow
//	documentation  192.0.2/24, 198.51.100/24, 203.0.113/24,
//	               2001:db8::/32, 3fff::/20                     Allow
//	benchmarking   198.18.0.0/15, 2001:2::/48                   Allow
//	reserved       the rest of the IANA special-purpose
//	               registries, and all of IPv6 but 2000::/3     Allow
//
// An IPv4 address inside an IPv6 one is judged as the IPv4 address that it leads
// to: mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96, RFC 6052) and 6to4 (2002::/16,
// RFC 3056). A network's own NAT64 prefix cannot be known here.
//
// AllowPrivate does not open link-local addresses: the clouds hand out the
// machine's credentials at 169.254.169.254, and no identity provider lives there.
//
// # Invariants
//
//   - What is judged is the address that the socket connects to, after the name was
//     resolved: a name that answers differently the second time (DNS rebinding)
//     gains nothing. Redirects are judged in the same place.
//   - [Options.Dial] connects by TCP, TLS and UDP for what is not HTTP, by the same table.
//   - No proxy out of the environment: the proxy would connect, and judge nothing.
//   - http and https only. At most three redirects, never from https to http. Once a
//     redirect leaves the origin (scheme, host and port), the headers that the caller
//     set stay behind, and a request with a body is not repeated elsewhere.
//   - A body longer than MaxBody, after decompression, ends in [ErrTooLong].
//   - Time-outs bound the whole request, the reading of its body included.
package egress
