// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/web"
)

// mediaType is what bodies are, without a parameter (RFC 7644 §8.1, contract
// M1).
const mediaType = "application/scim+json"

// maxBody bounds a request's body.
const maxBody = 8 << 20

// protocol is the service provider as HTTP shows it. It stands outside of /v1:
// its clients, its errors and its documents are SCIM's own.
type protocol struct {
	grants  *grantFace
	service *Service
	web     *web.Server
	zippers sync.Pool
}

// The address of the protocol.
const (
	protocolPath = "/scim/"
	protocolBase = protocolPath + "v2/" // then a directory's id
)

// mountProtocol puts everything below /scim up: whatever a provider asks for, it
// is answered in SCIM's own form (contract E10).
func (s *Service) mountProtocol(server *web.Server) {
	p := &protocol{grants: &grantFace{service: s, web: server}, service: s, web: server}
	server.Registry().MustRegister(s.tally)
	server.Handle(web.Plain{Path: protocolPath, Class: web.ClassSCIM, CrossOrigin: true, Tree: true}, http.HandlerFunc(p.serve))
}

func (p *protocol) serve(w http.ResponseWriter, r *http.Request) {
	under, found := strings.CutPrefix(r.URL.Path, protocolBase)
	id, rest, _ := strings.Cut(under, "/")
	if !found || id == "" {
		p.write(w, r, refusal(&schema.Error{Status: http.StatusNotFound, Detail: "There is nothing here: the base URL of a directory is on its set-up page."}))
		return
	}
	if strings.TrimSuffix("/"+rest, "/") == tokenPath {
		p.grants.serve(w, r, id)
		return
	}
	req := p.head(r, rest)
	d, token, err := p.admit(r, id, req)
	switch {
	case errors.Is(err, errAnonymous):
		p.greet(w, r, id, req)
	case err != nil:
		p.turnAway(w, r, id, req, err)
	default:
		p.write(w, r, p.answer(w, r, d, token, req))
	}
}

// answer answers a request of the provider that it belongs to.
func (p *protocol) answer(w http.ResponseWriter, r *http.Request, d Directory, token []byte, req request) answer {
	allowance := p.web.Take(web.ClassSCIM, string(d.ID))
	if allowance.SetHeaders(w.Header()); !allowance.Allowed {
		return p.service.refuse(r.Context(), d, req, errRate(w, allowance))
	}
	if err := p.readBody(w, r, &req); err != nil {
		return p.service.refuse(r.Context(), d, req, err)
	}
	return p.service.handle(r.Context(), d, token, req)
}

// greet answers somebody who needs no credential.
func (p *protocol) greet(w http.ResponseWriter, r *http.Request, id string, req request) {
	if allowance := p.web.TakeAnonymous(r); !allowance.Allowed {
		p.write(w, r, refusal(known(errRate(w, allowance))))
		return
	}
	p.write(w, r, p.service.introduce(r.Context(), id, req))
}

// turnAway answers somebody without a live token.
func (p *protocol) turnAway(w http.ResponseWriter, r *http.Request, id string, req request, err error) {
	a := refusal(known(err))
	if a.Status == http.StatusUnauthorized {
		if allowance := p.web.TakeAnonymous(r); !allowance.Allowed {
			a = refusal(known(errRate(w, allowance)))
		}
		p.service.noteStranger(r.Context(), id, req, a)
	}
	p.write(w, r, a)
}

// errRate is what hears who asks too often; Okta understands seconds only (contract
// M7).
func errRate(w http.ResponseWriter, allowance web.Allowance) error {
	allowance.SetHeaders(w.Header())
	wait := int(math.Ceil(allowance.RetryAfter.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(max(wait, 1)))
	return &schema.Error{Status: http.StatusTooManyRequests, Detail: "Too many requests; come back in " + strconv.Itoa(max(wait, 1)) + " s."}
}

// known answers what a client may see of an error.
func known(err error) *schema.Error {
	var refusal *schema.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return &schema.Error{Status: http.StatusInternalServerError, Detail: "Something went wrong here; try again."}
}

// errAnonymous says that there is no credential, and that none is needed.
var errAnonymous = errors.New("nobody in particular")

// admit answers the directory that the token is for. What the service can do may
// be read without one (RFC 7643 §5, contract E3).
func (p *protocol) admit(r *http.Request, id string, req request) (d Directory, hash []byte, err error) {
	header := r.Header.Get("Authorization")
	if header == "" && (req.Method == methodGet || req.Method == methodHead) && discovers(req.Path) {
		return Directory{}, nil, errAnonymous
	}
	scheme, token, _ := strings.Cut(header, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return Directory{}, nil, errCredential()
	}
	return p.service.authenticate(r.Context(), id, token)
}

// discovers says whether a path asks what the service can do.
func discovers(path string) bool {
	head, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch schema.Fold(head) {
	case "serviceproviderconfig", "schemas", "resourcetypes":
		return true
	}
	return false
}

// head takes a request out of HTTP, but for its body. rest is the path after the
// base URL, without its first slash.
func (p *protocol) head(r *http.Request, rest string) request {
	req := request{
		Address: p.web.Visitor(r).Address, Agent: web.UserAgent(r.Context()), Header: map[string]string{}, Method: r.Method,
		Path: "/" + strings.TrimSuffix(rest, "/"), // providers put one at the end (contract E1)
	}
	req.Query, req.Tolerated, req.Wrong = parseQuery(r.URL.RawQuery)
	for _, name := range []string{"If-Match", "If-None-Match", "Prefer"} {
		if value := r.Header.Get(name); value != "" {
			req.Header[strings.ToLower(name)] = value
		}
	}
	return req
}

// readBody reads the body of a request that may have one.
func (p *protocol) readBody(w http.ResponseWriter, r *http.Request, req *request) error {
	switch req.Method {
	case methodPost, methodPut, methodPatch:
	default:
		return nil
	}
	if err := checkType(r.Header.Get("Content-Type")); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		return &schema.Error{Status: http.StatusRequestEntityTooLarge, Detail: "The body is longer than " + strconv.Itoa(maxBody) + " bytes."}
	}
	if err != nil {
		return &schema.Error{Status: http.StatusBadRequest, Detail: "The body broke off."}
	}
	req.Body = body
	return nil
}

// checkType takes both media types, with any parameters (contract M1).
func checkType(header string) error {
	if header == "" {
		return nil
	}
	kind, _, err := mime.ParseMediaType(header)
	if err == nil && (kind == mediaType || kind == "application/json") {
		return nil
	}
	return &schema.Error{Status: http.StatusUnsupportedMediaType, Detail: "Send " + mediaType + " or application/json."}
}

// zipFrom is from which size an answer is worth packing.
const zipFrom = 1400

// write sends an answer, packed where the client takes that (contract M8).
func (p *protocol) write(w http.ResponseWriter, r *http.Request, a answer) {
	h := w.Header()
	for name, value := range a.Header {
		h.Set(name, value)
	}
	h.Set("Cache-Control", "no-store")
	if a.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="scim"`)
	}
	if len(a.Body) > 0 {
		h.Set("Content-Type", mediaType)
	}
	h.Add("Vary", "Accept-Encoding")
	if len(a.Body) >= zipFrom && takesGzip(r.Header.Values("Accept-Encoding")) {
		a.Body = p.zip(a.Body)
		h.Set("Content-Encoding", "gzip")
	}
	if a.Status != http.StatusNoContent && a.Status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	// A client that has gone misses nothing.
	_, _ = w.Write(a.Body)
}

// takesGzip reads Accept-Encoding (RFC 9110 §12.5.3).
func takesGzip(header []string) bool {
	for coding := range strings.SplitSeq(strings.Join(header, ","), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			weight = strings.ReplaceAll(weight, " ", "")
			quality, err := strconv.ParseFloat(strings.TrimPrefix(weight, "q="), 64)
			return err != nil || quality > 0
		}
	}
	return false
}

func (p *protocol) zip(body []byte) []byte {
	var packed bytes.Buffer
	zipper, ok := p.zippers.Get().(*gzip.Writer)
	if !ok {
		zipper = gzip.NewWriter(&packed)
	}
	zipper.Reset(&packed)
	// A buffer takes everything.
	_, _ = zipper.Write(body)
	_ = zipper.Close()
	p.zippers.Put(zipper)
	return packed.Bytes()
}
