// SPDX-License-Identifier: Apache-2.0

package egress

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// maxRedirects is how often a request may be sent on.
const maxRedirects = 3

// harmless are the headers that travel to another origin.
var harmless = []string{"Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "User-Agent"}

// checkRedirect judges where an answer sends a request. The address behind it is
// judged when it connects.
func checkRedirect(r *http.Request, via []*http.Request) error {
	before := via[len(via)-1].URL
	switch {
	case len(via) > maxRedirects:
		return fmt.Errorf("%s: more than %d redirects", before.Hostname(), maxRedirects)
	case before.Scheme == "https" && r.URL.Scheme != "https":
		return fmt.Errorf("%s redirects from https to %s, which is refused", before.Hostname(), r.URL.Scheme)
	case r.URL.User != nil:
		return fmt.Errorf("%s redirects to a URL with a user, which is refused", before.Hostname())
	}
	home := origin(via[0].URL)
	away := origin(r.URL) != home || slices.ContainsFunc(via, func(v *http.Request) bool { return origin(v.URL) != home })
	if !away {
		return nil
	}
	// A body may hold a secret as well as a header does (RFC 6749 section 2.3.1), and
	// 307 and 308 send it again.
	if r.Body != nil || r.ContentLength != 0 || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return fmt.Errorf("%s redirects a %s request to another host, which is refused", before.Hostname(), r.Method)
	}
	for name := range r.Header {
		if !slices.Contains(harmless, name) {
			r.Header.Del(name)
		}
	}
	return nil
}

// origin answers scheme, host and port in one spelling (RFC 6454).
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" && u.Scheme == "https" {
		port = "443"
	}
	if port == "" {
		port = "80"
	}
	return u.Scheme + "://" + strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")) + ":" + port
}

// maxURL is the longest URL of a setting, in bytes.
const maxURL = 2048

// CheckURL says what is wrong with a URL that somebody typed into a setting: it
// must be absolute, with a host, without user and fragment, and https when secure
// is set, else https or http. Whether the address behind it may be reached shows
// when it is asked for. The answer is a clause for a fault.Problem, without the text.
func CheckURL(text string, secure bool) error {
	allowed := "https:// or http://"
	if secure {
		allowed = "https://"
	}
	if len(text) > maxURL {
		return fmt.Errorf("must be at most %d bytes long", maxURL)
	}
	u, err := url.Parse(text)
	if err != nil || strings.ContainsAny(text, " \\") {
		return errors.New("must be a URL, such as https://example.com/path")
	}
	switch {
	case u.Scheme != "https" && (secure || u.Scheme != "http"):
		return fmt.Errorf("must be an absolute URL that begins with %s", allowed)
	case u.Hostname() == "":
		return errors.New("must name a host, such as https://example.com/path")
	case strings.ContainsFunc(u.Hostname(), notInHost):
		return errors.New("must name a host of letters, digits, dots and hyphens, or an IP address")
	case u.User != nil:
		return errors.New("must not hold a user or a password")
	case u.Fragment != "" || strings.Contains(text, "#"):
		return errors.New("must not hold a fragment (what follows a #)")
	case !validPort(u):
		return errors.New("must name a port between 1 and 65535, or none")
	}
	return nil
}

// validPort holds what package url does not: the range, and the colon with nothing behind.
func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

// notInHost is more than package url refuses; zones of IPv6 are not for settings.
func notInHost(r rune) bool {
	return !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) && !strings.ContainsRune("-._:", r)
}
