// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// Logged is a request of a provider as the log keeps it.
type Logged struct {
	Address  string
	Agent    string
	Answered string // body, redacted and cut
	At       time.Time
	ID       string
	Method   string
	Path     string // after the base URL, with its query
	Problem  string // detail of the error, "" for none
	ReplayOf string // id of the request that this one repeats, "" for none
	Resource string // id, "" for none
	Sent     string // body, redacted
	Status   int
	Subject  string // whom or what it was about, by name
	Took     time.Duration
	Words    string // what happened, as a sentence
}

// How much of a body the log keeps.
const (
	loggedSent     = 64 << 10
	loggedAnswered = 8 << 10
)

// How many requests the log keeps of a directory, and for how long.
const (
	loggedKept = 20_000
	loggedFor  = 30 * 24 * time.Hour
)

// How many requests of a directory are told one by one: so many a second, after
// as many at once as a first synchronisation brings. Refusals have the same again
// for themselves. Of the rest the log says how many there were.
const (
	toldRate  = 200
	toldBurst = 2000
)

// requestLog holds what requests leave until it is written together: a request
// must not cost a transaction for its own log. What waits is lost in a crash.
type requestLog struct {
	mu      sync.Mutex
	budgets map[budget]*rate.Limiter
	waiting waiting
}

// budget names what has an allowance of its own.
type budget struct {
	directory int64
	refused   bool
}

// waiting is what has not been written yet. The zero value is empty.
type waiting struct {
	days      map[dayKey]dayCount
	rows      []loggedRow
	steps     map[stepKey]loggedRow // the first request that did it
	strangers map[int64]bool        // directories that somebody came to with a dead token
	// tolerances are what requests needed beyond the RFC.
	tolerances map[toleranceKey]Tolerance
	untold     map[budget]*untold
	warnings   map[warningKey]warned
}

type dayKey struct{ directory, workspace, day int64 }

type dayCount struct{ failed, requests int64 }

type stepKey struct {
	directory int64
	step      string
}

// untold counts requests that are not told one by one.
type untold struct {
	first loggedRow
	more  int
}

type warningKey struct {
	directory     int64
	kind, subject string
}

// warned is what a warning says, and how often it came.
type warned struct {
	at               time.Time // of the last
	count, workspace int64
	message          string
}

// warnedSubjects bounds the warnings that wait: each subject has its own.
const warnedSubjects = 1000

type loggedRow struct {
	Logged
	directory int64
	steps     []string
	stranger  bool // came without a live token
	tolerated schema.Tolerated
	warnings  []warning
	workspace int64
}

// tells says whether the next request of a directory is told by itself; so who
// asks need not make the row of one that is not.
func (l *requestLog) tells(directory int64, refused bool, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := budget{directory, refused}
	b := l.budgets[key]
	if b == nil {
		if l.budgets == nil {
			l.budgets = map[budget]*rate.Limiter{}
		}
		b = rate.NewLimiter(toldRate, toldBurst)
		l.budgets[key] = b
	}
	return b.AllowN(now, 1)
}

// counts counts a request that is not told by itself, unless it is the first: that
// one stands for all, and needs its row.
func (l *requestLog) counts(row loggedRow) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.waiting.untold[budget{row.directory, row.Status >= 400}]
	if known == nil {
		return false
	}
	l.waiting.learn(row)
	known.more++
	return true
}

// put notes a request with its row, by itself or as the first of those that are
// not told.
func (l *requestLog) put(row loggedRow, told bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting.learn(row)
	if row = row.plain(); told {
		l.waiting.rows = append(l.waiting.rows, row)
		return
	}
	key := budget{row.directory, row.Status >= 400}
	if known := l.waiting.untold[key]; known != nil {
		known.more++
		return
	}
	if l.waiting.untold == nil {
		l.waiting.untold = map[budget]*untold{}
	}
	l.waiting.untold[key] = &untold{first: row}
}

// plain answers the row as every database takes it.
func (r loggedRow) plain() loggedRow {
	for _, text := range []*string{&r.Method, &r.Path, &r.Agent, &r.Subject, &r.Resource, &r.Words, &r.Problem} {
		*text = plainText(*text)
	}
	return r
}

// learn keeps what a request did beside its row.
func (w *waiting) learn(row loggedRow) {
	if w.days == nil {
		w.days, w.steps = map[dayKey]dayCount{}, map[stepKey]loggedRow{}
		w.strangers, w.warnings = map[int64]bool{}, map[warningKey]warned{}
		w.tolerances = map[toleranceKey]Tolerance{}
	}
	key := dayKey{row.directory, row.workspace, db.Millis(row.At) / dayMillis}
	day := w.days[key]
	day.requests++
	if row.Status >= 400 {
		day.failed++
	}
	w.days[key] = day
	row.tolerated.Each(func(one schema.Tolerance) {
		key := toleranceKey{row.directory, row.workspace, one}
		w.tolerances[key] = Tolerance{Count: w.tolerances[key].Count + 1, LastAt: row.At, Name: one.String()}
	})
	if row.stranger {
		w.strangers[row.directory] = true
	}
	for _, step := range row.steps {
		if key := (stepKey{row.directory, step}); w.steps[key].directory == 0 {
			w.steps[key] = row
		}
	}
	for _, one := range row.warnings {
		key := warningKey{row.directory, plainText(one.kind), plainText(one.subject)}
		known := w.warnings[key]
		if known.count > 0 || len(w.warnings) < warnedSubjects {
			w.warnings[key] = warned{at: row.At, count: known.count + 1, workspace: row.workspace, message: plainText(one.message)}
		}
	}
}

// loggedText is how much of a name or sentence the log keeps.
const loggedText = 4 << 10

// plainText answers text that every database takes: one bad row would lose all
// that are written with it.
func plainText(text string) string {
	if len(text) > loggedText {
		text = text[:loggedText] + "…"
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "\x00", "?")
}

func (l *requestLog) take() waiting {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.waiting
	l.waiting = waiting{}
	return taken
}

func (w *waiting) empty() bool { return len(w.days) == 0 }

// HasLog says whether requests wait to be written.
func (s *Service) HasLog(context.Context) (bool, error) {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return !s.log.waiting.empty(), nil
}

// FlushLog writes the requests that wait, with the steps that they did and the
// warnings that they gave rise to, and when tokens were used. One flush waits for
// another: who reads the log after it must find what that one has taken.
func (s *Service) FlushLog(ctx context.Context) error {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	w, used := s.log.take(), s.used.take()
	if w.empty() && len(used) == 0 {
		return nil
	}
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insertLogged(ctx, tx, append(slices.Clone(w.rows), w.summaries()...)); err != nil {
			return err
		}
		if err := keepTolerances(ctx, tx, w.tolerances); err != nil {
			return err
		}
		if err := addDays(ctx, tx, w.days); err != nil {
			return err
		}
		if err := s.learnFrom(ctx, tx, &w); err != nil {
			return err
		}
		for hash, at := range used {
			if err := touchToken(ctx, tx, []byte(hash), at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write the request log: %w", err)
	}
	return nil
}

// summaries are the rows for what was not told one by one.
func (w *waiting) summaries() []loggedRow {
	var rows []loggedRow
	for _, u := range w.untold {
		row := u.first.plain()
		if u.more > 0 {
			row.Words = fmt.Sprintf("%s, and %d more requests within a moment that are not told one by one", row.Words, u.more)
		}
		rows = append(rows, row)
	}
	return rows
}

// learnFrom ticks what requests did, and shows what they warned of.
func (s *Service) learnFrom(ctx context.Context, tx *db.Tx, w *waiting) error {
	for directory := range w.strangers {
		if err := refuseDirectory(ctx, tx, directory); err != nil {
			return err
		}
	}
	if err := s.tellErrors(ctx, tx, append(slices.Clone(w.rows), w.summaries()...)); err != nil {
		return err
	}
	for _, key := range slices.SortedFunc(maps.Keys(w.steps), stepKey.compare) {
		row := w.steps[key]
		if err := insertStep(ctx, tx, key.directory, key.step, row.At); err != nil {
			return err
		}
		if key.step == stepCredentials {
			if err := s.activate(ctx, tx, row); err != nil {
				return err
			}
		}
	}
	for key, one := range w.warnings {
		if err := putWarning(ctx, tx, key, one); err != nil {
			return err
		}
	}
	return nil
}

func (k stepKey) compare(other stepKey) int {
	return cmp.Or(cmp.Compare(k.directory, other.directory), cmp.Compare(k.step, other.step))
}

// activate makes a directory Active, and says so, unless it was.
func (s *Service) activate(ctx context.Context, tx *db.Tx, row loggedRow) error {
	linked, err := linkDirectory(ctx, tx, row.directory, row.At)
	if err != nil || linked == 0 {
		return err
	}
	d, err := selectByNumber(ctx, tx, row.directory)
	if err != nil {
		return err
	}
	return evidence.Append(ctx, tx, s.instant(), evidence.Entry{
		Actor: d.actor(row.Address), Kind: "directory", Subject: d.subject(), Body: map[string]any{"what": didActivate},
	})
}

// PurgeLog forgets old requests, and what clients have got that is over.
func (s *Service) PurgeLog(ctx context.Context) error {
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := purgeGrants(ctx, tx, s.instant()); err != nil {
			return err
		}
		return purgeLogged(ctx, tx, s.instant().Add(-loggedFor), loggedKept)
	})
	if err != nil {
		return fmt.Errorf("forget old requests: %w", err)
	}
	return nil
}

// loggedAnswer is redacted for a body that we made. Of a long list it keeps what
// stands before the resources: to read a whole page for the log costs as much as
// the page.
func loggedAnswer(body []byte) string {
	if len(body) <= loggedAnswered {
		return redacted(body, loggedAnswered)
	}
	const resources = `"Resources":[`
	if i := bytes.Index(body[:min(len(body), 2*loggedAnswered)], []byte(resources)); i >= 0 {
		return string(body[:i+len(resources)]) + "…"
	}
	if len(body) > loggedSent {
		return fmt.Sprintf("(%d bytes)", len(body))
	}
	return redacted(body, loggedAnswered)
}

// redacted answers a body without what must not be kept, wherever it stands: a
// password by name, by path, and nested. Text that is no JSON is not kept.
func redacted(body []byte, limit int) string {
	if len(body) == 0 {
		return ""
	}
	value, err := schema.Parse(body)
	if err != nil {
		return "(not JSON)"
	}
	safe, err := json.Marshal(redactValue(value))
	if err != nil {
		return "(not readable)"
	}
	text := string(safe)
	if len(text) > limit {
		return strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return text
}

// concealed stands where a secret stood.
const concealed = "(redacted)"

// redactValue answers a value, as schema.Parse reads it, for the log.
func redactValue(value any) any {
	switch v := value.(type) {
	case schema.Object:
		safe := make(map[string]any, len(v))
		pathIsSecret := false
		for name, inner := range v {
			path, _ := inner.(string)
			pathIsSecret = pathIsSecret || schema.Fold(name) == "path" && schema.SecretName(path)
		}
		for name, inner := range v {
			said, _ := inner.(string)
			speaks := (schema.Fold(name) == "filter" || schema.Fold(name) == "path") && strings.ContainsAny(said, `"[ `) && schema.SecretName(said)
			if schema.SecretName(name) || speaks || pathIsSecret && schema.Fold(name) == "value" {
				safe[name] = concealed
				continue
			}
			safe[name] = redactValue(inner)
		}
		return safe
	case []any:
		safe := make([]any, len(v))
		for i, inner := range v {
			safe[i] = redactValue(inner)
		}
		return safe
	case schema.Number:
		return json.Value(v)
	}
	return value
}
