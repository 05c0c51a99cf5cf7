// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// security is how the connection is protected.
type security int

const (
	inClear security = iota
	startTLS
	implicitTLS
)

// server is where mail goes, out of the URL.
type server struct {
	host     string // name or IP address, without brackets
	password string
	port     string
	security security
	user     string // "" for no authentication
}

func (s server) address() string { return net.JoinHostPort(s.host, s.port) }

// parseServer reads the URL. Errors of package url repeat their input, password and
// all; they end here.
func parseServer(text string) (server, error) {
	const example = "such as smtp://user:password@mail.example.com:587 or smtps://mail.example.com"
	if text == "" {
		return server{}, errors.New("the URL is empty; it needs one " + example)
	}
	u, err := url.Parse(text)
	if err != nil {
		return server{}, errors.New("the URL cannot be read; it needs one " + example +
			"; special characters in user and password are percent-encoded (@ is %40)")
	}
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return server{}, errors.New("the URL needs the scheme smtp or smtps, " + example)
	case u.Hostname() == "":
		return server{}, errors.New("the URL names no host; it needs one " + example)
	case u.Path != "" && u.Path != "/" || u.Fragment != "":
		return server{}, errors.New("the URL has something behind the host; special characters in user and password are percent-encoded (/ is %2F, # is %23)")
	}
	s := server{host: u.Hostname()}
	if s.port, err = portOf(u); err != nil {
		return server{}, err
	}
	if s.security, err = securityOf(u); err != nil {
		return server{}, err
	}
	return s, s.take(u.User)
}

func portOf(u *url.URL) (string, error) {
	switch port, err := strconv.ParseUint(u.Port(), 10, 16); {
	case u.Port() == "" && u.Scheme == "smtps":
		return "465", nil
	case u.Port() == "":
		return "587", nil
	case err != nil || port == 0:
		return "", errors.New("the port is not between 1 and 65535")
	default:
		return u.Port(), nil
	}
}

// securityOf reads the scheme and ?tls=, the one parameter there is.
func securityOf(u *url.URL) (security, error) {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return 0, errors.New("what follows the ? cannot be read; tls=required and tls=none are known")
	}
	for name, values := range query {
		if name != "tls" || len(values) != 1 {
			return 0, errors.New("what follows the ? is not one tls=required or tls=none")
		}
	}
	mode := query.Get("tls")
	switch {
	case u.Scheme == "smtps" && query.Has("tls"):
		return 0, errors.New("smtps is TLS from the first byte and takes no ?tls=")
	case u.Scheme == "smtps":
		return implicitTLS, nil
	case mode == "required", !query.Has("tls") && !loopback(u.Hostname()):
		return startTLS, nil
	case mode == "none", !query.Has("tls"):
		return inClear, nil
	default:
		return 0, errors.New("?tls= is required (STARTTLS or nothing) or none (in clear)")
	}
}

// take reads user and password: both or neither, and not in clear over a network.
func (s *server) take(info *url.Userinfo) error {
	if info == nil {
		return nil
	}
	password, _ := info.Password()
	switch {
	case info.Username() == "" || password == "":
		return errors.New("the URL needs both user and password, or neither")
	case strings.ContainsAny(info.Username()+password, "\x00\r\n"):
		return errors.New("user or password hold a control character")
	case s.security == inClear && !loopback(s.host):
		return errors.New("the password would cross the network in clear; leave out tls=none, or user and password")
	}
	s.user, s.password = info.Username(), password
	return nil
}

// loopback says whether a host is this machine by its spelling alone: a name that
// resolves to 127.0.0.1 today may lead elsewhere tomorrow.
func loopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// String hides the password from those who print a server.
func (s server) String() string { return fmt.Sprintf("SMTP server %s", s.address()) }
