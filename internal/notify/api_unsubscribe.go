// SPDX-License-Identifier: Apache-2.0

package notify

import (
	_ "embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

//go:embed unsubscribe.html
var unsubscribeText string

// mountUnsubscribe mounts where the links of messages lead. To look changes nothing, since
// programs that check mail look at every link; to post does (RFC 8058), from a mail
// program, another site or the page itself, and without a session: the token is enough.
func (s *Service) mountUnsubscribe(server *web.Server) {
	page := template.Must(template.New("unsubscribe.html").Parse(unsubscribeText))
	handler := func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self'; style-src 'self'")
		header.Set("Referrer-Policy", "no-referrer")
		allowance := server.TakeAnonymous(r)
		allowance.SetHeaders(header)
		token, err := r.URL.Query().Get("token"), allowance.Fault()
		done := r.Method == http.MethodPost
		if err == nil && done {
			err = s.Unsubscribe(r.Context(), server.Visitor(r), token)
		} else if err == nil {
			_, err = s.subscriberOf(r.Context(), token)
		}
		s.showPage(w, r, page, shownPage{Done: done, Token: token}, err)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		server.Handle(web.Plain{
			Method: method, Path: unsubscribePath, Class: web.ClassManage, CrossOrigin: true, Open: true, Permission: caller.OwnAccount,
		}, http.HandlerFunc(handler))
	}
}

// shownPage is what the page says.
type shownPage struct {
	Done    bool
	Problem string
	Token   string
}

func (s *Service) showPage(w http.ResponseWriter, r *http.Request, page *template.Template, shown shownPage, failed error) {
	status := http.StatusOK
	if failed != nil {
		status, shown.Problem = http.StatusInternalServerError, "Something went wrong on this server."
		var known *fault.Error
		switch kind := fault.KindOf(failed); {
		case kind == fault.Internal || !errors.As(failed, &known):
			s.Logger.ErrorContext(r.Context(), "unsubscribing failed", slog.String("request_id", web.RequestID(r.Context())), slog.Any("error", failed))
		case kind == fault.RateLimited:
			status, shown.Problem = http.StatusTooManyRequests, capital(known.Message)
		default:
			status, shown.Problem = http.StatusNotFound, capital(known.Message)
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := page.Execute(w, shown); err != nil {
		s.Logger.DebugContext(r.Context(), "page not written", slog.Any("error", err))
	}
}
