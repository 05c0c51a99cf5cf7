// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Options are what a Client is made of.
type Options struct {
	BaseURL      string       // https://muster.example.com; required
	ClientID     string       // vci_…; required
	ClientSecret string       // vcs_…; required
	HTTP         *http.Client // nil: one of its own. Its Timeout would end long pushes
	Scopes       []string     // none: all that the application holds
	UserAgent    string       // "" = "muster-client"

	// OnRetry is told why a call failed and how long it will be before the next
	// try. It may be nil.
	OnRetry func(cause error, wait time.Duration)
	// Tries bounds the tries of one call; 0 = 6, 1 = no retries.
	Tries int
}

const defaultTries = 6

// Client calls one server as one application. It is safe for concurrent use.
type Client struct {
	base    *url.URL
	http    *http.Client
	now     func() time.Time
	options Options
	wait    func(context.Context, time.Duration) error

	mu     sync.Mutex // held while minting, so that one token serves all
	token  string
	expiry time.Time // of token
}

// New answers a client. It does not call the server yet.
func New(o Options) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(o.BaseURL, "/"))
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("the server's URL is %q; it must be such as https://muster.example.com", o.BaseURL)
	}
	if o.ClientID == "" || o.ClientSecret == "" {
		return nil, errors.New("client id and client secret are needed")
	}
	if o.Tries == 0 {
		o.Tries = defaultTries
	}
	if o.UserAgent == "" {
		o.UserAgent = "muster-client"
	}
	own := &http.Client{}
	if o.HTTP != nil {
		*own = *o.HTTP
	}
	// A PUT that follows a 301 becomes a GET: say where it should have gone.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{base: base, http: own, now: time.Now, options: o, wait: wait}, nil
}

// wait ends after d or with the context.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
