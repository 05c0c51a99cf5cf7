// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/schema"
)

// Tolerances are named in package schema, noted where they are practised, and
// counted here: each request counts once for each that it needed, in the metrics of
// this process and with its directory.

// tally counts tolerances in the metrics.
type tally struct {
	*prometheus.CounterVec
	counters []prometheus.Counter // by schema.Tolerance
}

func newTally() tally {
	t := tally{CounterVec: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "muster_scim_tolerances_total", Help: "Requests of providers that were taken although the RFCs refuse what they held, by what that was.",
	}, []string{"tolerance"})}
	for _, one := range schema.Tolerances() {
		t.counters = append(t.counters, t.WithLabelValues(one.String()))
	}
	return t
}

func (t tally) count(used schema.Tolerated) {
	used.Each(func(one schema.Tolerance) { t.counters[one].Inc() })
}

// Tolerance is something that a directory's provider sends and that strict mode
// refuses.
type Tolerance struct {
	Count  int64 // requests
	LastAt time.Time
	Name   string
}

// words says what it is; a name that the list does not have any more says itself.
func (t Tolerance) words() string {
	for _, one := range schema.Tolerances() {
		if one.String() == t.Name {
			return one.Words()
		}
	}
	return t.Name
}

// toleranceKey names a tolerance of a directory.
type toleranceKey struct {
	directory, workspace int64
	tolerance            schema.Tolerance
}

// keepTolerances adds what requests needed to what is known of their directories.
func keepTolerances(ctx context.Context, tx *db.Tx, counts map[toleranceKey]Tolerance) error {
	for key, one := range counts {
		if err := addTolerance(ctx, tx, key.directory, key.workspace, one); err != nil {
			return err
		}
	}
	return nil
}

// note puts down a tolerance that a request needed.
func (c *call) note(t schema.Tolerance) { c.tolerated.Add(t) }

// noteParameters puts down what is tolerated of the query and the header.
func (c *call) noteParameters(req request) {
	c.tolerated.Merge(req.Tolerated)
	for _, name := range []string{"count", "startIndex"} {
		if value := req.Query.Get(name); value != "" && numberOf(value) == nil {
			c.note(schema.OddPageNumber)
		}
	}
	for _, name := range []string{"attributes", "excludedAttributes"} {
		if strings.Contains(req.Query.Get(name), "[") {
			c.note(schema.ProjectionPath)
		}
	}
	for _, name := range []string{"if-match", "if-none-match"} {
		if bareVersion(req.Header[name]) {
			c.note(schema.BareVersion)
		}
	}
}

// bareVersion says whether a version lacks its quotes.
func bareVersion(header string) bool {
	return header != "" && header != "*" && !strings.Contains(header, `"`)
}
