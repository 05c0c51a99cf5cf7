// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/passmuster/muster/internal/fault"
)

// Limits are requests a minute, but for SCIM; 0 is no limit. Each application has
// its own allowance in each class.
type Limits struct {
	Anonymous   int // per address, for requests without a valid credential
	Audit       int
	Integration int
	Manage      int
	OAuth       int
	SCIM        int // a second, for each directory
	Session     int // per signed-in user, over all classes
}

// DefaultLimits are those of a self-hosted installation (contract
// integration-api.md section 3).
func DefaultLimits() Limits {
	return Limits{Anonymous: 1000, Audit: 600, Integration: 600, Manage: 600, OAuth: 60, SCIM: 50_000, Session: 6000}
}

// Allowance is what is left to somebody after a request was counted.
type Allowance struct {
	Allowed    bool
	Limit      int // a minute; 0 = none
	Remaining  int
	Reset      time.Time // when the whole allowance is there again
	RetryAfter time.Duration
}

// SetHeaders writes X-RateLimit-Limit, -Remaining and -Reset (Unix seconds), and
// Retry-After for who must wait. Where there is no limit it writes nothing.
func (a Allowance) SetHeaders(h http.Header) {
	if a.Limit == 0 {
		return
	}
	h.Set("X-RateLimit-Limit", strconv.Itoa(a.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(a.Remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(a.Reset.Unix(), 10))
	if !a.Allowed {
		h.Set("Retry-After", seconds(a.RetryAfter))
	}
}

// Fault answers nil for the allowed, else a RateLimited fault.
func (a Allowance) Fault() error {
	if a.Allowed {
		return nil
	}
	err := fault.New(fault.RateLimited, "more than %d requests in a minute; come back in %s s", a.Limit, seconds(a.RetryAfter))
	err.RetryAfter = a.RetryAfter
	return err
}

// Take counts a request of an application in a class. Plain routes call it when
// they know whose request it is.
func (s *Server) Take(class Class, application string) Allowance {
	return s.limits.classes[class].take(application)
}

// TakeAnonymous counts a request without a valid credential against its address.
func (s *Server) TakeAnonymous(r *http.Request) Allowance {
	return s.limits.anonymous.take(addressKey(exchangeOf(r.Context()).address))
}

// addressKey answers what stands for one client: an IPv4 address, or the /64 of
// an IPv6 one, of which a single host has all the addresses.
func addressKey(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil || addr.Is4() {
		return address
	}
	const hostBits = 64
	prefix, err := addr.Prefix(hostBits)
	if err != nil {
		return address
	}
	return prefix.String()
}

type limits struct {
	anonymous *limiter
	classes   map[Class]*limiter
}

func newLimits(l Limits, now func() time.Time) *limits {
	return &limits{
		anonymous: newLimiter(l.Anonymous, now),
		classes: map[Class]*limiter{
			ClassAudit:       newLimiter(l.Audit, now),
			ClassIntegration: newLimiter(l.Integration, now),
			ClassManage:      newLimiter(l.Manage, now),
			ClassOAuth:       newLimiter(l.OAuth, now),
			ClassSCIM:        newBrisk(l.SCIM, now),
			classSession:     newLimiter(l.Session, now),
		},
	}
}

// limiter holds one bucket for each key seen lately.
type limiter struct {
	burst     int // requests at once
	now       func() time.Time
	perMinute int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
	swept   time.Time
}

const (
	maxBuckets = 10_000 // past these, new keys share one
	sweepEvery = time.Minute
	sharedKey  = "" // no application and no address has it
)

func newLimiter(perMinute int, now func() time.Time) *limiter {
	return &limiter{burst: perMinute, now: now, perMinute: perMinute, buckets: map[string]*rate.Limiter{}}
}

// newBrisk is newLimiter for a number of requests a second, of which two seconds'
// worth may come at once: who sends too many learns it at once, and is not let
// through for a minute first.
func newBrisk(perSecond int, now func() time.Time) *limiter {
	l := newLimiter(perSecond*int(time.Minute/time.Second), now)
	l.burst = 2 * perSecond
	return l
}

// take counts one request; a nil limiter allows everything.
func (l *limiter) take(key string) Allowance {
	if l == nil || l.perMinute <= 0 {
		return Allowance{Allowed: true}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	bucket := l.bucket(key, now)
	allowed := bucket.AllowN(now, 1)
	tokens := bucket.TokensAt(now)
	a := Allowance{Allowed: allowed, Limit: l.perMinute, Remaining: max(0, int(tokens))}
	a.Reset = now.Add(l.fillTime(float64(l.burst) - tokens))
	if !allowed {
		a.RetryAfter = l.fillTime(1 - tokens)
	}
	return a
}

func (l *limiter) fillTime(tokens float64) time.Duration {
	return time.Duration(tokens / float64(l.perMinute) * float64(time.Minute))
}

func (l *limiter) bucket(key string, now time.Time) *rate.Limiter {
	if bucket, ok := l.buckets[key]; ok {
		return bucket
	}
	if now.Sub(l.swept) >= sweepEvery {
		l.sweep(now)
	}
	if len(l.buckets) >= maxBuckets {
		if bucket, ok := l.buckets[sharedKey]; ok {
			return bucket
		}
		key = sharedKey
	}
	bucket := rate.NewLimiter(rate.Limit(float64(l.perMinute)/time.Minute.Seconds()), l.burst)
	l.buckets[key] = bucket
	return bucket
}

// sweep drops full buckets: a new one would be no different.
func (l *limiter) sweep(now time.Time) {
	l.swept = now
	for key, bucket := range l.buckets {
		if bucket.TokensAt(now) >= float64(l.burst) {
			delete(l.buckets, key)
		}
	}
}
