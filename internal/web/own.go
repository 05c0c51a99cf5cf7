// SPDX-License-Identifier: Apache-2.0

package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"log/slog"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/passmuster/muster/internal/fault"
)

//go:embed home.html
var homePage string

// mountOwn puts the routes up that belong to no feature.
func (s *Server) mountOwn() {
	metrics := promhttp.HandlerFor(s.options.Registry, promhttp.HandlerOpts{})
	s.Handle(Plain{Method: http.MethodGet, Path: "/{$}"}, http.HandlerFunc(s.home))
	s.Handle(Plain{Method: http.MethodGet, Path: "/healthz"}, http.HandlerFunc(alive))
	s.Handle(Plain{Method: http.MethodGet, Path: "/metrics"}, metrics)
	s.Handle(Plain{Method: http.MethodGet, Path: "/openapi.json"}, http.HandlerFunc(s.serveDocument))
	s.Handle(Plain{Method: http.MethodGet, Path: "/readyz"}, http.HandlerFunc(s.ready))
}

// home answers people who open the address in a browser: with the dashboard, or
// with a page that says how to get one.
func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	if s.pages != nil {
		s.pages.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy",
		"default-src 'none'; frame-ancestors 'none'; style-src 'sha256-"+styleDigest(homePage)+"'")
	answer(w, "text/html; charset=utf-8", []byte(homePage))
}

// styleDigest answers the digest of a page's one style element, as CSP names it.
func styleDigest(page string) string {
	_, after, _ := strings.Cut(page, "<style>")
	style, _, _ := strings.Cut(after, "</style>")
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// alive says that the process answers.
func alive(w http.ResponseWriter, _ *http.Request) {
	answer(w, "application/json", []byte(`{"status":"alive"}`))
}

// ready says whether requests can be served; the reason stays in the log.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.options.Ready(r.Context()); err != nil {
		s.log.LogAttrs(r.Context(), slog.LevelWarn, "not ready", slog.String("error", err.Error()))
		WriteError(w, r, fault.New(fault.Unavailable, "not ready"))
		return
	}
	answer(w, "application/json", []byte(`{"status":"ready"}`))
}

func (s *Server) serveDocument(w http.ResponseWriter, r *http.Request) {
	document, err := s.packedDocument()
	if err != nil {
		WriteError(w, r, err)
		return
	}
	document.serve(w, r, "application/json")
}

func answer(w http.ResponseWriter, contentType string, body []byte) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", contentType)
	// A client that has gone misses nothing.
	_, _ = w.Write(body)
}
