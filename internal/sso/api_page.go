// SPDX-License-Identifier: Apache-2.0

package sso

import (
	_ "embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strings"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

//go:embed page.html
var pageText string

// page makes a handler of a function whose errors are shown to people as a page. It
// counts the request against its address: each one costs a row or a request to a
// provider.
func (f *face) page(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	page := template.Must(template.New("page").Parse(pageText))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		allowance := f.web.TakeAnonymous(r)
		err := allowance.Fault()
		if err != nil {
			allowance.SetHeaders(w.Header())
		} else {
			err = h(w, r)
		}
		if err != nil {
			f.refuse(page, w, r, err)
		}
	})
}

// shown is what a page says. Every word of it is of this program or of an admin.
type shown struct {
	Again   string // where to start again, "" for nowhere
	Message string
	Request string // id, to find it in the log
}

// refuse shows an error. What is none of the person's is logged and not shown.
func (f *face) refuse(page *template.Template, w http.ResponseWriter, r *http.Request, err error) {
	kind := fault.KindOf(err)
	out := shown{Message: "Something went wrong on this server.", Request: web.RequestID(r.Context())}
	var known *fault.Error
	if kind != fault.Internal && errors.As(err, &known) {
		out.Message = sentence(known.Message)
	}
	if id := providerOf(r); db.ValidID(string(id)) && (kind == fault.Forbidden || kind == fault.Unavailable) {
		out.Again = Provider{ID: id}.startPath()
	}
	level := slog.LevelInfo
	if kind == fault.Internal {
		level = slog.LevelError
	}
	f.log.LogAttrs(r.Context(), level, "single sign-on refused", slog.String("request_id", out.Request),
		slog.String("provider", web.Shorten(string(providerOf(r)))), slog.String("error", shorten(err.Error())))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(statusOf(kind))
	if err := page.Execute(w, out); err != nil {
		f.log.LogAttrs(r.Context(), slog.LevelDebug, "page not written", slog.String("error", err.Error()))
	}
}

// sentence begins a fault's words as people write, unless they begin with an e-mail.
func sentence(text string) string {
	first, _, _ := strings.Cut(text, " ")
	if first == "" || strings.Contains(first, "@") || first[0] < 'a' || first[0] > 'z' {
		return text
	}
	return string(first[0]-'a'+'A') + text[1:]
}

// shorten keeps what a provider answered from filling the log.
func shorten(text string) string {
	const most = 1000
	if len(text) > most {
		text = text[:most]
	}
	return text
}

// statusOf maps kinds as package web does for its own errors.
func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.Impossible:
		return http.StatusUnprocessableEntity
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}
