// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/egress"
)

// maxDrained is how much of an answer is read so that the connection can be used again.
const maxDrained = 64 << 10

// Poster sends requests to receivers.
type Poster struct {
	Plain bool // receivers may be reached by http, and stand in private networks

	agent  string
	client *http.Client
}

// NewPoster makes one of a client's options, of which it sets Timeout. version is told to
// receivers.
func NewPoster(o egress.Options, version string) Poster {
	o.Timeout = Timeout
	client := egress.New(o)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return Poster{Plain: o.AllowPrivate, agent: "Muster-Webhooks/" + version, client: client}
}

// check says what is wrong with an address. Where its name leads is known only when
// something is sent.
func (p Poster) check(address string) error {
	if err := egress.CheckURL(address, !p.Plain); err != nil {
		return err
	}
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	return egress.Options{AllowPrivate: p.Plain}.CheckHost(u.Hostname())
}

// request is one that is to be made.
type request struct {
	at        time.Time // that the signature has
	body      string
	id        string
	signature string
	url       string
}

// post makes a request and answers what came of it.
func (p Poster) post(ctx context.Context, r request, now func() time.Time) (o outcome) {
	began := now()
	defer func() { o.took = now().Sub(began) }()
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, strings.NewReader(r.body))
	if err != nil {
		return outcome{err: "the address of the webhook is no URL"}
	}
	req.Header = http.Header{
		"Accept": {"*/*"}, "Content-Type": {"application/json"}, "User-Agent": {p.agent},
		"Webhook-Id": {r.id}, "Webhook-Signature": {r.signature}, "Webhook-Timestamp": {strconv.FormatInt(r.at.Unix(), 10)},
	}
	response, err := p.client.Do(req)
	if err != nil {
		return outcome{err: words(err)}
	}
	defer response.Body.Close()
	o = outcome{retryAfter: waitOf(response.Header.Get("Retry-After"), now()), status: response.StatusCode}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	o.answer = text(body)
	if err == nil {
		_, _ = io.CopyN(io.Discard, response.Body, maxDrained) // what is left, or breaks off, is nobody's business
	}
	return o
}

// words says why there was no answer. The whole error would hold the URL, and what a
// name inside the network resolves to.
func words(err error) string {
	var (
		dns     *net.DNSError
		op      *net.OpError
		refused *egress.Refused
		wrapped *url.Error
	)
	switch {
	case errors.As(err, &refused):
		return refused.Error()
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return fmt.Sprintf("there was no answer within %d seconds", Timeout/time.Second)
	case errors.Is(err, context.Canceled):
		return "the server stopped during this attempt: whether it arrived is not known"
	case errors.As(err, &dns):
		return "the host of the address was not found"
	case errors.As(err, &op) && op.Op == "dial":
		return "nobody takes connections there: " + rootOf(op)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &op):
		return "the connection broke before there was an answer"
	case errors.As(err, &wrapped):
		return wrapped.Err.Error() // of TLS: it names the certificate's host and what is wrong with it
	}
	return err.Error()
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// rootOf answers the innermost reason of a failed connection, which holds no address.
func rootOf(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
