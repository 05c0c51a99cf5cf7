// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"mime"
	"net/http"
	"net/url"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

//go:embed page
var pages embed.FS

func consentPage() *template.Template {
	return template.Must(template.ParseFS(pages, "page/consent.html"))
}

// sheet is what the template shows: a request, or a problem.
type sheet struct {
	Title string

	Problem string // "" for a request
	Back    string // where a button leads; "" for none

	App, Description, Host, Publisher, Request, Source, SwitchTo, User, Workspace string

	Connected bool
	May       []string
	Pushed    []Pushed
}

// policy is the Content-Security-Policy of the page: no script at all. Browsers
// hold the redirect that answers a form against form-action, too.
func policy(formTarget string) string {
	return "default-src 'none'; base-uri 'none'; form-action 'self' " + formTarget + "; frame-ancestors 'none'; img-src 'self'; style-src 'self'"
}

func (f *face) show(w http.ResponseWriter, status int, formTarget string, s sheet) error {
	var body bytes.Buffer
	if err := f.consent.Execute(&body, s); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", policy(formTarget))
	h.Set("Content-Type", "text/html; charset=utf-8")
	// With no-referrer, the form would be sent with Origin: null, like another site's.
	h.Set("Referrer-Policy", "same-origin")
	w.WriteHeader(status)
	_, err := w.Write(body.Bytes())
	return err
}

// page makes a handler of one that answers errors. Those are for people.
func (f *face) page(handle func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := handle(w, r)
		if err == nil {
			return
		}
		s := sheet{Title: "This request does not work", Problem: descriptionOf(err)}
		status := http.StatusBadRequest
		switch fault.KindOf(err) {
		case fault.Conflict:
			status = http.StatusConflict
		case fault.Forbidden:
			status = http.StatusForbidden
		case fault.Unauthorized:
			status = http.StatusUnauthorized
		case fault.TooLarge:
			status = http.StatusRequestEntityTooLarge
		case fault.Internal:
			status, s.Title = http.StatusInternalServerError, "Something went wrong"
			s.Problem = "That is our fault, and stands in the log of the server. Go back to the application, and try again."
			f.service.log.LogAttrs(r.Context(), slog.LevelError, "authorization request failed",
				slog.String("request_id", web.RequestID(r.Context())), slog.String("error", err.Error()))
		default:
		}
		// A client that has gone misses nothing.
		_ = f.show(w, status, "", s)
	})
}

// see sends a browser on. What it is sent with is nobody else's.
func see(w http.ResponseWriter, location string) error {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Location", location)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// signedIn answers who looks; an Unauthorized fault when nobody is signed in.
func (f *face) signedIn(r *http.Request) (caller.Caller, error) {
	cookie := f.web.SessionOf(r.Context())
	if cookie == "" || f.service.Sessions == nil {
		return caller.Caller{}, fault.New(fault.Unauthorized, "Nobody is signed in any more. Go back to the application, and begin again.")
	}
	c, err := f.service.Sessions.Caller(r.Context(), cookie)
	c.Address = f.web.Visitor(r).Address
	return c, err
}

// signInFor is the sign-in page, which leads back to the request.
func signInFor(r *http.Request) string {
	return "/sign-in?return=" + url.QueryEscape("/oauth/authorize?"+r.URL.RawQuery)
}

// authorize answers GET /oauth/authorize: the page that asks for consent.
func (f *face) authorize(w http.ResponseWriter, r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.New(fault.Invalid, "The address cannot be read. %s", askAgain)
	}
	a, err := f.service.authorizationOf(r.Context(), query)
	var refusal *Error
	if errors.As(err, &refusal) {
		return see(w, a.refusalAt(f.web.BaseURL(), err))
	}
	if err != nil {
		return err
	}
	c, err := f.signedIn(r)
	if fault.KindOf(err) == fault.Unauthorized {
		return see(w, signInFor(r))
	}
	if err != nil {
		return err
	}
	asked, err := f.service.ask(r.Context(), c, a)
	if fault.KindOf(err) == fault.Forbidden {
		return f.forbid(w, r, c, a)
	}
	if err != nil {
		return err
	}
	return f.show(w, http.StatusOK, a.formTarget(), sheet{
		Title: "Allow " + a.app.Name + "?", App: a.app.Name, Connected: asked.connected, Description: a.app.Description, Host: a.host(),
		May: mays(a.scopes), Publisher: a.publisher, Pushed: asked.pushed, Request: asked.request, Source: a.source,
		SwitchTo: signInFor(r), User: c.Name, Workspace: c.Workspace.Name,
	})
}

// forbid says who can, to somebody who may not.
func (f *face) forbid(w http.ResponseWriter, r *http.Request, c caller.Caller, a authorization) error {
	denied := problem(accessDenied, "the user may not install applications")
	return f.show(w, http.StatusForbidden, "", sheet{
		Title: "You cannot allow this", Back: a.refusalAt(f.web.BaseURL(), denied), Host: a.host(), SwitchTo: signInFor(r),
		Problem: a.app.Name + " asks for access to " + c.Workspace.Name + ", and your role there, " + c.Role + ", may not install applications. " +
			"An Admin can, and everybody whose role may change applications and resources: ask one of them to connect " + a.app.Name + ".",
	})
}

// mays says scopes in plain words.
func mays(scopes []caller.Scope) (list []string) {
	words := map[caller.Scope]string{
		caller.ScopeWriteResource: "Push records into this workspace, which its tests then judge, and take back what it pushed",
		caller.ScopeReadResource:  "Read back the records that it pushed itself",
		caller.ScopeWriteDocument: "Upload files for the documents of this workspace",
		caller.ScopeReadDocument:  "Read the documents of this workspace and their files, except for sensitive ones",
	}
	for _, scope := range scopes {
		if text, ok := words[scope]; ok {
			list = append(list, text)
		} else {
			list = append(list, string(scope))
		}
	}
	return list
}

// formLimit is far above what the page's form holds.
const formLimit = 4 << 10

// decide answers POST /oauth/authorize, the form of the page.
func (f *face) decide(w http.ResponseWriter, r *http.Request) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return fault.New(fault.Invalid, "The answer must be the form of the page. %s", askAgain)
	}
	text, err := web.ReadJSON(w, r, formLimit)
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(text))
	if err != nil || len(form["request"]) != 1 || len(form["decision"]) != 1 {
		return fault.New(fault.Invalid, "The answer must be the form of the page. %s", askAgain)
	}
	c, err := f.signedIn(r)
	if err != nil {
		return err
	}
	switch form.Get("decision") {
	case "allow":
		a, code, err := f.service.allow(r.Context(), c, form.Get("request"))
		if err != nil {
			return err
		}
		return see(w, a.answerAt(f.web.BaseURL(), "code", code))
	case "refuse":
		a, err := f.service.refuseConsent(r.Context(), c, form.Get("request"))
		if err != nil {
			return err
		}
		return see(w, a.refusalAt(f.web.BaseURL(), problem(accessDenied, "the user refused")))
	}
	return fault.New(fault.Invalid, "The answer must be Allow or Refuse. %s", askAgain)
}
