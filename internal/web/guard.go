// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
)

// Handler answers the whole of the server. No route is mounted after it.
func (s *Server) Handler() http.Handler {
	return s.observe(http.HandlerFunc(s.dispatch))
}

// dispatch finds the route, lets the guard have a word where one is due, and
// answers what no route answers.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	ex := exchangeOf(r.Context())
	handler, pattern, own := s.match(r)
	ex.route = s.routes[pattern]
	if ex.route != nil {
		ex.path = ex.route.path
	}
	c, err := s.enter(w, r, pattern)
	if err != nil {
		failureOf(r.Context(), err).write(w)
		return
	}
	ex.caller = c.ID
	r = r.WithContext(caller.With(r.Context(), c))
	if pattern == "" && s.wantsPage(r) {
		ex.path = "/{page...}"
		w.Header().Add("Vary", "Accept")
		s.pages.ServeHTTP(w, r)
		return
	}
	if pattern == "" {
		refuseUnknown(w, r, handler)
		return
	}
	if guarded(r.URL.Path) {
		if err := checkAddress(r); err != nil {
			failureOf(r.Context(), err).write(w)
			return
		}
	}
	if own {
		handler.ServeHTTP(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

func guarded(path string) bool { return path == "/v1" || strings.HasPrefix(path, "/v1/") }

// interfaces are the parts of the address space in which programs speak; what is
// not there is no page.
func interfaces() []string { return []string{"assets", "door", "oauth", "scim", "sso", "v1"} }

// wantsPage says whether a browser opens a page of the dashboard, which knows by
// itself what stands at the address.
func (s *Server) wantsPage(r *http.Request) bool {
	if s.pages == nil || (r.Method != http.MethodGet && r.Method != http.MethodHead) || !Storable(r.URL.Path) {
		return false
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return !slices.Contains(interfaces(), first) && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// enter answers who calls: somebody whom the guard admits, or a visitor where
// none is needed. A visitor's request may not be of another site's making, for
// it may begin a session.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, pattern string) (caller.Caller, error) {
	route := exchangeOf(r.Context()).route
	if guarded(r.URL.Path) && (route == nil || !route.open) {
		return s.admit(w, r, pattern)
	}
	if route != nil && route.visitors {
		a := s.TakeAnonymous(r)
		a.SetHeaders(w.Header())
		if err := a.Fault(); err != nil {
			return s.Visitor(r), err
		}
	}
	if route != nil && !route.crossOrigin {
		return s.Visitor(r), s.checkOrigin(r)
	}
	return s.Visitor(r), nil
}

// match says who would answer: a tree's own handler, or whom the mux names. The
// mux redirects paths with empty or dot segments; such a path is no route of ours.
func (s *Server) match(r *http.Request) (handler http.Handler, pattern string, own bool) {
	for _, t := range s.trees {
		if strings.HasPrefix(r.URL.Path, t.prefix) {
			return t.handler, t.pattern, true
		}
	}
	for segment := range strings.SplitSeq(strings.TrimPrefix(r.URL.Path, "/"), "/") {
		if segment == "." || segment == ".." || (segment == "" && r.URL.Path != "/") {
			return nil, "", false
		}
	}
	handler, pattern = s.mux.Handler(r)
	return handler, pattern, false
}

// admit is the guard: credential, rate limit, permission, in this order.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, pattern string) (caller.Caller, error) {
	c, err := s.authenticate(r)
	if err != nil {
		if fault.KindOf(err) == fault.Unauthorized {
			if a := s.TakeAnonymous(r); !a.Allowed {
				a.SetHeaders(w.Header())
				return caller.Caller{}, a.Fault()
			}
		}
		return caller.Caller{}, err
	}
	class := ClassManage // for what no route answers: it must not be free
	route, mounted := s.routes[pattern]
	if mounted {
		class = route.class
	}
	if c.Kind == caller.User {
		class = classSession
	}
	allowance := s.Take(class, c.ID)
	allowance.SetHeaders(w.Header())
	if err := allowance.Fault(); err != nil {
		return caller.Caller{}, err
	}
	switch {
	case mounted:
		return c, s.permitRoute(r, c, route)
	case pattern != "": // put on the mux behind our back
		return c, permit(c, "")
	}
	return c, nil
}

// challenge is what a 401 carries (RFC 6750 section 3).
const challenge = `Bearer realm="muster"`

func (s *Server) authenticate(r *http.Request) (caller.Caller, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return s.fromCookie(r)
	}
	scheme, token, _ := strings.Cut(header, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" || s.bearer == nil {
		return caller.Caller{}, fault.New(fault.Unauthorized, "the header Authorization must be Bearer and an access token")
	}
	c, err := s.bearer.Caller(r.Context(), token)
	c.Address = exchangeOf(r.Context()).address
	if fault.KindOf(err) != fault.Unauthorized {
		return c, err
	}
	f := failureOf(r.Context(), err)
	f.header.Set("WWW-Authenticate", challenge+`, error="invalid_token"`)
	return c, &refused{failure: f, cause: err}
}

// permitRoute is permit, with what ownership adds for users (contract
// people-access-program.md section 1).
func (s *Server) permitRoute(r *http.Request, c caller.Caller, route *mounted) error {
	err := permit(c, route.permission)
	if err != nil && route.or != "" && c.Check(route.or) == nil {
		return nil
	}
	if err == nil || !c.MayOwn {
		return err
	}
	if route.own {
		return nil
	}
	owner := s.options.Owners[route.owned]
	if owner == nil {
		return err
	}
	id, there := firstParameter(route.path, r.URL.Path)
	if !there || !Storable(id) {
		return err
	}
	switch who, lookErr := owner(r.Context(), c, id); {
	case fault.KindOf(lookErr) == fault.NotFound && lookErr != nil:
		return err // not there and not theirs look alike
	case lookErr != nil:
		return lookErr
	case who == c.ID:
		return nil
	}
	return err
}

// firstParameter answers what stands where a route's path has its first
// parameter.
func firstParameter(route, path string) (string, bool) {
	segments := strings.Split(path, "/")
	for i, segment := range strings.Split(route, "/") {
		if strings.HasPrefix(segment, "{") {
			return segments[min(i, len(segments)-1)], i < len(segments)
		}
	}
	return "", false
}

// permit says 403 with the scope to ask for (RFC 6750 section 3.1).
func permit(c caller.Caller, p caller.Permission) error {
	err := c.Check(p)
	if err == nil {
		return nil
	}
	f := say(statusOf(fault.KindOf(err)), err.Error())
	if c.Kind == caller.User {
		return f // a challenge is for those who hold tokens
	}
	value := challenge + `, error="insufficient_scope"`
	if granting := caller.GrantedBy(p); len(granting) > 0 {
		value += `, scope="` + string(granting[0]) + `"`
	}
	f.header.Set("WWW-Authenticate", value)
	return f
}

// refused is a failure that is still known as the fault it came from.
type refused struct {
	*failure
	cause error
}

// Unwrap lets errors.As find both.
func (r *refused) Unwrap() []error { return []error{r.failure, r.cause} }

// refuseUnknown answers 404, or 405 with Allow where another method would do.
func refuseUnknown(w http.ResponseWriter, r *http.Request, mux http.Handler) {
	if mux != nil {
		heard := &listener{header: http.Header{}}
		mux.ServeHTTP(heard, r)
		if heard.status == http.StatusMethodNotAllowed {
			f := say(heard.status, "this path does not take "+r.Method)
			f.header.Set("Allow", heard.header.Get("Allow"))
			f.write(w)
			return
		}
	}
	say(http.StatusNotFound, nothingHere).write(w)
}

// listener takes the mux's own answer, whose body is not ours.
type listener struct {
	header http.Header
	status int
}

// Header is of http.ResponseWriter.
func (l *listener) Header() http.Header { return l.header }

// Write is of http.ResponseWriter.
func (l *listener) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader is of http.ResponseWriter.
func (l *listener) WriteHeader(status int) { l.status = status }
