// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/json"
)

// Bearer finds the caller behind an access token. What is no live token is an
// Unauthorized fault.
type Bearer interface {
	Caller(ctx context.Context, token string) (caller.Caller, error)
}

// Limits of bodies when Options leave them at 0.
const (
	DefaultBodyLimit   = 1 << 20
	DefaultStreamLimit = 1 << 30
)

// Owner answers the id of the user who owns an object, "" for nobody. What is
// not there is a NotFound fault.
type Owner func(ctx context.Context, c caller.Caller, id string) (string, error)

// Options are what a Server is made of.
type Options struct {
	BaseURL         string           // what others call this server; https:// makes cookies secure
	ForwardedHeader string           // X-Forwarded-For (also ""), or Forwarded: what trusted proxies write
	Owners          map[string]Owner // who owns an object, by the kind that routes name as Owned
	Sessions        Sessions         // nil: no cookie is a credential
	TrustedProxies  []netip.Prefix   // whose ForwardedHeader counts

	Bearer       Bearer                      // nil: every token is refused
	BodyLimit    int64                       // bytes of a JSON body, decoded; 0 = DefaultBodyLimit
	Limits       Limits                      // the zero value limits nothing; see DefaultLimits
	Logger       *slog.Logger                // nil: nothing is logged
	Now          func() time.Time            // nil: time.Now
	Ready        func(context.Context) error // nil: always ready
	ReadPatience time.Duration               // how long a client may send nothing in the middle of a body; 0 = 30 s
	Registry     *prometheus.Registry        // nil: one of its own, with the process's own metrics
	StreamLimit  int64                       // bytes of a streamed body, decoded; 0 = DefaultStreamLimit, below 0 = none
	Version      string                      // of the program, for the document; "" = "dev"
}

// Server holds the routes and answers requests. Routes are mounted before
// Handler is called, and not after.
type Server struct {
	api     huma.API
	bearer  Bearer
	limits  *limits
	log     *slog.Logger
	metrics *metrics
	mux     *http.ServeMux
	now     func() time.Time
	options Options
	origins *http.CrossOriginProtection
	pages   http.Handler        // nil: browsers get a 404 like everybody
	routes  map[string]*mounted // by mux pattern
	trees   []tree

	document       func() ([]byte, error)
	packedDocument func() (*packed, error)
}

// New makes a server with the routes that belong to no feature: the home page,
// the document, health and metrics.
func New(o Options) *Server {
	setUpHuma()
	o = o.withDefaults()
	s := &Server{
		bearer:  o.Bearer,
		limits:  newLimits(o.Limits, o.Now),
		log:     o.Logger,
		metrics: newMetrics(o.Registry),
		mux:     http.NewServeMux(),
		now:     o.Now,
		options: o,
		origins: http.NewCrossOriginProtection(),
		routes:  map[string]*mounted{},
	}
	if base, err := url.Parse(o.BaseURL); err == nil && base.Host != "" {
		// Behind a proxy the Host header may be another. What is no origin is none of a browser's.
		_ = s.origins.AddTrustedOrigin(base.Scheme + "://" + base.Host)
	}
	s.api = humago.New(s.mux, humaConfig(o.Version))
	s.document = sync.OnceValues(s.finishDocument)
	s.packedDocument = sync.OnceValues(s.packDocument)
	s.mountOwn()
	return s
}

func (o Options) withDefaults() Options {
	if o.BodyLimit == 0 {
		o.BodyLimit = DefaultBodyLimit
	}
	if o.StreamLimit == 0 {
		o.StreamLimit = DefaultStreamLimit
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ReadPatience == 0 {
		o.ReadPatience = readPatience
	}
	if o.Ready == nil {
		o.Ready = func(context.Context) error { return nil }
	}
	if o.Registry == nil {
		o.Registry = newRegistry()
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	return o
}

// API is where huma keeps the document; features need it only to describe what
// Register cannot see.
func (s *Server) API() huma.API { return s.api }

// Mux is the router. Routes go on it by Register and Plain; what is put on it
// directly under /v1 is refused for everybody.
func (s *Server) Mux() *http.ServeMux { return s.mux }

// Registry is where features put metrics of their own.
func (s *Server) Registry() *prometheus.Registry { return s.options.Registry }

// Time-outs of the connections. Bodies have none as a whole: a push may take
// long, so each read has its own (stream.go).
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	headerBytes   = 64 << 10
)

// HTTP answers the net/http server for Handler, with the time-outs that keep
// slow clients from piling up.
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		Handler:           s.Handler(),
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
		ReadHeaderTimeout: headerTimeout,
	}
}

// setUpHuma sets the library's process-wide switches, once: they are the only
// way to keep its own error bodies and its case-blind member names out.
//
//nolint:gochecknoglobals // a once must outlive the servers it serves
var setUpHuma = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	huma.ValidateStrictCasing = true
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return libraryFailure(context.Background(), status, message, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		return libraryFailure(ctx.Context(), status, message, errs)
	}
})

func humaConfig(version string) huma.Config {
	config := huma.DefaultConfig("Muster", version)
	config.CreateHooks = nil // no $schema in answers
	config.DocsPath, config.OpenAPIPath, config.SchemasPath = "", "", ""
	format := huma.Format{Marshal: json.MarshalWrite, Unmarshal: json.Unmarshal}
	config.Formats = map[string]huma.Format{"application/json": format, "json": format}
	registry := config.Components.Schemas
	// The library takes a raw value for a string of base64.
	registry.RegisterTypeAlias(reflect.TypeFor[json.Value](), reflect.TypeFor[any]())
	registry.Schema(reflect.TypeFor[ErrorBody](), true, "")
	describeService(config.OpenAPI)
	return config
}
