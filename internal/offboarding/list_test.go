// SPDX-License-Identifier: Apache-2.0

package offboarding_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/deadline"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/sla"
	"github.com/passmuster/muster/internal/web"
)

// Caller takes every token.
func (h *house) Caller(context.Context, string) (caller.Caller, error) { return h.admin, nil }

// lists is the list of people over HTTP.
type lists struct {
	*house
	server *httptest.Server
}

func newLists(t testing.TB, h *house) *lists {
	t.Helper()
	server := web.New(web.Options{Bearer: h, Now: h.now})
	h.people.Mount(server)
	l := &lists{h, httptest.NewServer(server.Handler())}
	t.Cleanup(l.server.Close)
	return l
}

func (l *lists) page(query url.Values) (page web.Page[api.Person]) {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodGet, l.server.URL+"/v1/people?"+query.Encode(), http.NoBody)
	l.ok(err)
	r.Header.Set("Authorization", "Bearer x")
	answer, err := l.server.Client().Do(r)
	l.ok(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	l.ok(err)
	if answer.StatusCode != http.StatusOK {
		l.t.Fatalf("%s: %d %s", query.Encode(), answer.StatusCode, text)
	}
	l.ok(json.Unmarshal(text, &page))
	return page
}

// walk answers everybody of a list in pages of a size, and that no page but the last is
// short.
func (l *lists) walk(query url.Values, size int) (people []api.Person) {
	l.t.Helper()
	query.Set("pageSize", fmt.Sprint(size))
	for {
		page := l.page(query)
		people = append(people, page.Results.Data...)
		if !page.Results.PageInfo.HasNextPage {
			return people
		}
		if len(page.Results.Data) != size {
			l.t.Errorf("%s: a page of %d with more to come", query.Encode(), len(page.Results.Data))
		}
		query.Set("pageCursor", *page.Results.PageInfo.EndCursor)
	}
}

func ids(people []api.Person) (list []string) {
	for _, p := range people {
		list = append(list, p.ID)
	}
	return list
}

// leave makes people of every kind: here, gone and inactive, with accounts, computers,
// acknowledged and not, long ago and just now.
func (l *lists) leave(n int, random *rand.Rand) {
	l.t.Helper()
	var logins, macs []string
	for i := range n {
		email := fmt.Sprintf("p%03d@example.com", i)
		in, left := directory.Attributes{Email: &email}, l.clock.Add(-time.Duration(random.IntN(12*24))*time.Hour/2)
		if random.IntN(5) > 0 {
			in.EndDate = &left
		}
		p, err := l.people.Create(l.t.Context(), l.admin, in)
		l.ok(err)
		if in.EndDate != nil && random.IntN(4) > 0 {
			l.acknowledge(p.ID)
		}
		switch random.IntN(6) {
		case 0:
			logins = append(logins, login(email, email))
		case 1:
			logins = append(logins, strings.ReplaceAll(login(email, email), "ACTIVE", "DEACTIVATED"))
		case 2:
			macs = append(macs, mac(email, strings.ToUpper(email)))
		case 3:
			_, err := l.people.MarkNotPeople(l.t.Context(), l.admin, []directory.NotPerson{{ID: p.ID}})
			l.ok(err)
		}
	}
	l.push(l.accounts, logins...)
	l.push(l.macs, macs...)
}

func (l *lists) acknowledge(p directory.PersonID) {
	l.t.Helper()
	l.ok(l.db.Write(l.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `UPDATE directory_person SET offboarded_at = $2 WHERE id = $1`, string(p), db.Millis(l.clock))
	}))
}

// TestListsByDeparture: each filter answers those of the whole list who are at such a
// state, in its order, in pages of any size, by every kind of deadline.
func TestListsByDeparture(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		l := newLists(t, h)
		l.leave(70, rand.New(rand.NewPCG(1, 2)))
		deadlines := sla.New(sla.Options{DB: engine, Now: h.now})
		for i, change := range []sla.Change{
			{}, {Term: &deadline.Term{Amount: 3, Unit: deadline.BusinessDays}}, {Enabled: new(bool)},
		} {
			if change != (sla.Change{}) {
				// As if it had always been so: what has begun keeps its deadline.
				_, err := deadlines.Edit(t.Context(), h.admin, "account-access-revocation", change)
				h.ok(err)
				h.ok(engine.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.Exec(ctx, `UPDATE sla_term SET since = $1 WHERE since > $1`, db.Millis(h.clock.Add(-100*time.Hour/time.Duration(i))))
					return err
				}))
			}
			l.compare(fmt.Sprintf("%+v", change))
			h.clock = h.clock.Add(time.Second)
		}
	})
}

func (l *lists) compare(step string) {
	l.t.Helper()
	seen := map[string]int{}
	for _, not := range []string{"false", "true"} {
		everybody := l.walk(url.Values{"notPerson": {not}}, 100)
		for _, states := range [][]string{
			{"NONE"},
			{"COMPLETE"},
			{"DUE_SOON"},
			{"OVERDUE"},
			{"DUE_SOON", "OVERDUE"},
			{"COMPLETE", "OVERDUE"},
			{"COMPLETE", "DUE_SOON"},
			{"COMPLETE", "DUE_SOON", "OVERDUE"},
			{"NONE", "OVERDUE"},
			{"NONE", "COMPLETE", "DUE_SOON", "OVERDUE"},
		} {
			query := url.Values{"notPerson": {not}}
			for _, state := range states {
				query.Add("tasksSummaryStatusMatchesAny", strings.TrimPrefix("OFFBOARDING_"+state, map[bool]string{true: "OFFBOARDING_"}[state == "NONE"]))
			}
			var want []string
			for _, p := range everybody {
				status := p.TasksSummary.Details.CompleteOffboardingCustomTasks.Status
				seen[status]++
				if slices.Contains(states, status) {
					want = append(want, p.ID)
				}
			}
			for _, size := range []int{1, 7, 100} {
				query.Del("pageCursor")
				if diff := cmp.Diff(want, ids(l.walk(query, size))); diff != "" {
					l.t.Errorf("%s: %s in pages of %d (-want +got):\n%s", step, query.Encode(), size, diff)
				}
			}
		}
	}
	l.t.Logf("%s: %v", step, seen)
}

// BenchmarkLists measures the lists by state of departure at ten thousand who left, all
// but a few of whom are done, and five hundred who are here, over HTTP.
func BenchmarkLists(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{
		"sqlite":     dbtest.SQLite,
		"postgresql": func(t testing.TB) *db.DB { return dbtest.Open(t, db.Options{URL: dbtest.PostgreSQL(t)}) },
	} {
		for _, gone := range []int{300, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", name, gone), func(b *testing.B) {
				l := newLists(b, newHouse(b, open(b)))
				l.crowd(gone, 500)
				for _, state := range []string{"", "NONE", "OFFBOARDING_COMPLETE", "OFFBOARDING_DUE_SOON", "OFFBOARDING_OVERDUE"} {
					b.Run("state="+state, func(b *testing.B) {
						query := url.Values{"pageSize": {"100"}}
						if state != "" {
							query.Set("tasksSummaryStatusMatchesAny", state)
						}
						for b.Loop() {
							l.page(query)
						}
					})
				}
			})
		}
	}
}

func (l *lists) crowd(gone, here int) {
	l.t.Helper()
	var file strings.Builder
	file.WriteString("email,status\n")
	var logins, macs []string
	for i := range gone + here {
		email, status := fmt.Sprintf("p%05d@example.com", i), "FORMER"
		if i >= gone {
			status = ""
		}
		fmt.Fprintf(&file, "%s,%s\n", email, status)
		one := login(email, email)
		if status != "" && i%2000 != 7 {
			one = strings.ReplaceAll(one, "ACTIVE", "DEACTIVATED")
		}
		logins = append(logins, one)
		if status == "" || i%2000 == 8 {
			macs = append(macs, mac(email, email))
		}
	}
	_, err := l.people.Import(l.t.Context(), l.admin, strings.NewReader(file.String()), directory.ImportOptions{})
	l.ok(err)
	l.push(l.accounts, logins...)
	l.push(l.macs, macs...)
	l.ok(l.db.Write(l.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE directory_person SET offboarded_at = end_date WHERE end_date IS NOT NULL`)
		return err
	}))
	l.ok(l.db.Write(l.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `ANALYZE`) // as the databases do by themselves, in time
		return err
	}))
	l.clock = l.clock.Add(240 * time.Hour)
}
