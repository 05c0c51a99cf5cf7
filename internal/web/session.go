// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
)

// Sessions finds the caller behind the value of a session cookie. What is no
// live session is an Unauthorized fault.
type Sessions interface {
	Caller(ctx context.Context, cookie string) (caller.Caller, error)
}

// Names of the session cookie. Browsers take the first over HTTPS only, from
// the host itself and for all of it (RFC 6265bis section 4.1.3.2).
const (
	secureCookie = "__Host-muster"
	plainCookie  = "muster"
)

// BaseURL answers what others call this server, without a slash at its end.
func (s *Server) BaseURL() string { return strings.TrimRight(s.options.BaseURL, "/") }

// Secure says whether browsers reach this server over HTTPS, perhaps by a proxy.
func (s *Server) Secure() bool { return strings.HasPrefix(s.options.BaseURL, "https://") }

func (s *Server) cookieName() string {
	if s.Secure() {
		return secureCookie
	}
	return plainCookie
}

// SessionCookie answers the Set-Cookie header that begins a session, or ends it
// when value is "".
func (s *Server) SessionCookie(value string, expires time.Time) string {
	cookie := http.Cookie{
		Name: s.cookieName(), Value: value, Path: "/", Expires: expires, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: s.Secure(),
	}
	if value == "" {
		cookie.Expires, cookie.MaxAge = time.Time{}, -1
	}
	return cookie.String()
}

// SessionOf answers the session cookie that the request carries, "" for none.
func (s *Server) SessionOf(ctx context.Context) string { return exchangeOf(ctx).cookie }

// UserAgent answers what the request says of its program, shortened; "" for
// nothing.
func UserAgent(ctx context.Context) string { return exchangeOf(ctx).agent }

// Visitor answers a caller of whom nothing is known but the address.
func (s *Server) Visitor(r *http.Request) caller.Caller {
	return caller.Caller{Kind: caller.Visitor, Address: exchangeOf(r.Context()).address}
}

// cookieOf answers the session cookie of a request. A browser that sends
// several under one name was given some by somebody else: none counts.
func (s *Server) cookieOf(r *http.Request) string {
	cookies := r.CookiesNamed(s.cookieName())
	if len(cookies) != 1 {
		return ""
	}
	return cookies[0].Value
}

// fromCookie is authenticate for a request that has no other credential.
func (s *Server) fromCookie(r *http.Request) (caller.Caller, error) {
	value := exchangeOf(r.Context()).cookie
	if value == "" || s.options.Sessions == nil {
		return caller.Caller{}, fault.New(fault.Unauthorized, "sign in, or send an access token in the header Authorization: Bearer …")
	}
	c, err := s.options.Sessions.Caller(r.Context(), value)
	if err != nil {
		return c, err
	}
	c.Address = exchangeOf(r.Context()).address
	return c, s.checkOrigin(r)
}

// checkOrigin refuses what another site makes a browser send.
func (s *Server) checkOrigin(r *http.Request) error {
	if err := s.origins.Check(r); err != nil {
		return fault.New(fault.Forbidden, "this request comes from another site, which may not use a session here")
	}
	return nil
}
