// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/passmuster/muster/internal/db"
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
	service *Service
	web     *web.Server
	zippers sync.Pool
}

// mountProtocol puts everything below /scim/v2 up.
func (s *Service) mountProtocol(server *web.Server) {
	p := &protocol{service: s, web: server}
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		for _, path := range []string{"/scim/v2/{directory}", "/scim/v2/{directory}/{rest...}"} {
			server.Handle(web.Plain{Method: method, Path: path, Class: web.ClassManage, CrossOrigin: true}, http.HandlerFunc(p.serve))
		}
	}
}

func (p *protocol) serve(w http.ResponseWriter, r *http.Request) {
	req, err := p.read(w, r)
	if err != nil {
		p.write(w, r, refusal(known(err)))
		return
	}
	d, token, err := p.admit(r)
	if err != nil && errors.Is(err, errAnonymous) {
		p.write(w, r, p.service.introduce(r.Context(), r.PathValue("directory"), req))
		return
	}
	if err != nil {
		a := refusal(known(err))
		if a.Status == http.StatusUnauthorized {
			if allowance := p.web.TakeAnonymous(r); !allowance.Allowed {
				allowance.SetHeaders(w.Header())
				a = refusal(&schema.Error{Status: http.StatusTooManyRequests, Detail: "Too many requests without a valid token; come back later."})
			}
			p.service.noteStranger(r.Context(), r.PathValue("directory"), req, a)
		}
		p.write(w, r, a)
		return
	}
	p.write(w, r, p.service.handle(r.Context(), d, token, req))
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
func (p *protocol) admit(r *http.Request) (d Directory, hash []byte, err error) {
	header := r.Header.Get("Authorization")
	if header == "" && r.Method == http.MethodGet && discovers(r.PathValue("rest")) {
		return Directory{}, nil, errAnonymous
	}
	scheme, token, _ := strings.Cut(header, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return Directory{}, nil, errCredential()
	}
	err = p.service.DB.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		d, hash, err = p.service.authenticate(ctx, tx, r.PathValue("directory"), token)
		return err
	})
	return d, hash, err
}

// discovers says whether a path asks what the service can do.
func discovers(rest string) bool {
	head, _, _ := strings.Cut(strings.Trim(rest, "/"), "/")
	switch schema.Fold(head) {
	case "serviceproviderconfig", "schemas", "resourcetypes":
		return true
	}
	return false
}

// read takes a request out of HTTP.
func (p *protocol) read(w http.ResponseWriter, r *http.Request) (request, error) {
	req := request{
		Address: p.web.Visitor(r).Address, Agent: web.UserAgent(r.Context()), Header: map[string]string{}, Method: r.Method,
		Path: "/" + strings.Trim(r.PathValue("rest"), "/"),
	}
	var err error
	if req.Query, err = parseQuery(r.URL.RawQuery); err != nil {
		return req, err
	}
	for _, name := range []string{"If-Match", "If-None-Match", "Prefer"} {
		if value := r.Header.Get(name); value != "" {
			req.Header[strings.ToLower(name)] = value
		}
	}
	if r.Body == nil || r.Method == http.MethodGet || r.Method == http.MethodDelete {
		return req, nil
	}
	if err := checkType(r.Header.Get("Content-Type")); err != nil {
		return req, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		return req, &schema.Error{Status: http.StatusRequestEntityTooLarge, Detail: "The body is longer than " + strconv.Itoa(maxBody) + " bytes."}
	}
	if err != nil {
		return req, &schema.Error{Status: http.StatusBadRequest, Detail: "The body broke off."}
	}
	req.Body = body
	return req, nil
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
	if len(a.Body) >= zipFrom && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
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
