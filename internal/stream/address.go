// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"crypto/x509"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/egress"
	"github.com/passmuster/muster/internal/fault"
)

// address is where a stream goes.
type address struct {
	host, network, port string
}

// ports are those of the RFCs: 5425 section 4.1, 6587 (as is usual), 5426 section 3.3.
func ports() map[string]string {
	return map[string]string{egress.TLS: "6514", egress.TCP: "601", egress.UDP: "514"}
}

// parseAddress reads a URL such as syslog+tls://logs.example.com:6514.
func parseAddress(text string) (a address, err error) {
	u, err := url.Parse(strings.TrimSpace(text))
	bad := fault.At(fault.Problem{Pointer: "/url", Message: "must be syslog+tls://, syslog+tcp:// or syslog+udp:// with a host and perhaps a port, such as syslog+tls://logs.example.com:6514"})
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" || u.Opaque != "" {
		return a, bad
	}
	network, ok := strings.CutPrefix(u.Scheme, "syslog+")
	port := u.Port()
	if port == "" {
		port = ports()[network]
	}
	if n, err := strconv.Atoi(port); !ok || ports()[network] == "" || err != nil || n < 1 || n > 65535 || strings.HasSuffix(u.Host, ":") {
		return a, bad
	}
	return address{host: strings.ToLower(u.Hostname()), network: network, port: port}, nil
}

// String answers the address with its port.
func (a address) String() string { return "syslog+" + a.network + "://" + a.dialed() }

func (a address) dialed() string { return net.JoinHostPort(a.host, a.port) }

// facilities are the words for them, by number (RFC 5424 section 6.2.1).
func facilities() []string {
	return []string{
		"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
		"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
	}
}

// defaultFacility is "log audit".
const defaultFacility = "audit"

// parseFacility answers the number of a word; "" is the default.
func parseFacility(word string) (int64, error) {
	if word == "" {
		word = defaultFacility
	}
	if i := slices.Index(facilities(), word); i >= 0 {
		return int64(i), nil
	}
	return 0, fault.At(fault.Problem{Pointer: "/facility", Message: "must be one of " + strings.Join(facilities(), ", ")})
}

// parseAuthority reads the certificate of an authority; nil for "".
func parseAuthority(pem string) (*x509.CertPool, error) {
	if pem == "" {
		return nil, nil //nolint:nilnil // the system's authorities
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(pem)) {
		return nil, fault.At(fault.Problem{Pointer: "/certificateAuthority", Message: "must be a certificate in PEM, beginning with -----BEGIN CERTIFICATE-----"})
	}
	return pool, nil
}
