// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"mime"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// mountBrowser mounts what browsers pass on a sign-in. It is open to everybody, and
// answers pages, not JSON.
func (f *face) mountBrowser() {
	open := func(method, last string, more web.Plain, h func(http.ResponseWriter, *http.Request) error) {
		more.Method, more.Path, more.Open = method, "/sso/{provider}/"+last, true
		more.Class, more.Permission = web.ClassManage, caller.OwnAccount
		f.web.Handle(more, f.page(h))
	}
	open(http.MethodGet, "start", web.Plain{}, f.start)
	open(http.MethodGet, "callback", web.Plain{}, f.callback)
	open(http.MethodGet, "metadata", web.Plain{}, f.metadata)
	// The reply of a SAML provider is another site's form: it has nothing of ours
	// but the cookie of its flow, and that decides.
	open(http.MethodPost, "acs", web.Plain{CrossOrigin: true}, f.acs)
}

func providerOf(r *http.Request) ProviderID { return ProviderID(r.PathValue("provider")) }

// start answers GET /sso/{provider}/start?return=/…
func (f *face) start(w http.ResponseWriter, r *http.Request) error {
	out, err := f.depart(r.Context(), departure{
		browser: f.flowCookie(r), provider: providerOf(r), returnTo: r.URL.Query().Get("return"), site: f.site,
	})
	if err != nil {
		return err
	}
	http.SetCookie(w, f.newFlowCookie(out))
	see(w, out.location)
	return nil
}

// callback answers GET /sso/{provider}/callback, an authentication response of
// OpenID Connect.
func (f *face) callback(w http.ResponseWriter, r *http.Request) error {
	query, err := single(r.URL.RawQuery)
	if err != nil {
		return err
	}
	in := callback{
		code: query("code"), failure: query("error"), issuer: query("iss"), provider: providerOf(r), site: f.site, state: query("state"),
	}
	done, err := f.finishOIDC(r.Context(), in, f.from(r))
	return f.welcome(w, done, err)
}

// bodyLimit leaves room for a response in base64, and that percent-encoded.
const bodyLimit = 2 * maxResponse

// acs answers POST /sso/{provider}/acs, a SAML response.
func (f *face) acs(w http.ResponseWriter, r *http.Request) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return fault.New(fault.Unsupported, "a SAML response comes as a form (application/x-www-form-urlencoded)")
	}
	text, err := web.ReadJSON(w, r, bodyLimit)
	if err != nil {
		return err
	}
	form, err := single(string(text))
	if err != nil {
		return err
	}
	in := reply{provider: providerOf(r), relay: form("RelayState"), response: form("SAMLResponse"), site: f.site}
	done, err := f.finishSAML(r.Context(), in, f.from(r))
	return f.welcome(w, done, err)
}

// metadata answers GET /sso/{provider}/metadata, what a SAML provider needs to know
// of this server. There is nothing secret in it, and it is there while the provider
// is off, since it is needed to set the other side up.
func (f *face) metadata(w http.ResponseWriter, r *http.Request) error {
	p, err := f.described(r.Context(), providerOf(r))
	if err != nil {
		return err
	}
	text, err := f.site.descriptor(p)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/samlmetadata+xml")
	_, err = w.Write(text)
	return err
}

// single reads parameters of which each may stand once (RFC 6749 section 3.1): two
// readers must not see two values.
func single(encoded string) (func(name string) string, error) {
	values, err := url.ParseQuery(encoded)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the identity provider's answer cannot be read")
	}
	for _, list := range values {
		if len(list) > 1 || !utf8.ValidString(list[0]) {
			return nil, fault.New(fault.Invalid, "the identity provider's answer cannot be read")
		}
	}
	return values.Get, nil
}

func (f *face) from(r *http.Request) from {
	return from{
		agent: web.UserAgent(r.Context()), browser: f.flowCookie(r), cookie: f.web.SessionOf(r.Context()), visitor: f.web.Visitor(r),
	}
}

// welcome lets somebody in, and sends the browser where it wanted to go.
func (f *face) welcome(w http.ResponseWriter, done arrived, err error) error {
	if err != nil {
		return err
	}
	gone := f.newFlowCookie(departed{})
	gone.MaxAge = -1
	http.SetCookie(w, gone)
	w.Header().Add("Set-Cookie", f.web.SessionCookie(done.opened.Cookie, done.opened.Expires))
	see(w, done.returnTo)
	return nil
}

// see sends the browser on by GET, without the body that http.Redirect would write
// and without its changes of the path.
func see(w http.ResponseWriter, location string) {
	w.Header().Set("Location", location)
	w.WriteHeader(http.StatusSeeOther)
}

// Names of the cookie that binds a flow to a browser; see those of package web.
const (
	secureCookie = "__Host-muster-sso"
	plainCookie  = "muster-sso"
)

func (f *face) cookieName() string {
	if f.site.secure() {
		return secureCookie
	}
	return plainCookie
}

// newFlowCookie answers the cookie for a flow. The way back from OpenID Connect is a
// link, which carries a Lax cookie; that from SAML is a form of another site.
func (f *face) newFlowCookie(out departed) *http.Cookie {
	c := &http.Cookie{
		Name: f.cookieName(), Value: out.browser, Path: "/", MaxAge: int(flowLife.Seconds()), HttpOnly: true,
		Secure: f.site.secure(), SameSite: http.SameSiteLaxMode,
	}
	if out.kind == SAML {
		c.SameSite = http.SameSiteNoneMode
	}
	return c
}

// flowCookie answers the cookie of the request; "" when there are several, of which
// somebody else gave it some.
func (f *face) flowCookie(r *http.Request) string {
	cookies := r.CookiesNamed(f.cookieName())
	if len(cookies) != 1 {
		return ""
	}
	return cookies[0].Value
}
