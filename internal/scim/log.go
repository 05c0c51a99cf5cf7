// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

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

// How much of a body the log keeps, and how many requests wait to be written.
const (
	loggedSent     = 64 << 10
	loggedAnswered = 8 << 10
	loggedWaiting  = 4096
)

// How many requests the log keeps of a directory, and for how long.
const (
	loggedKept = 20_000
	loggedFor  = 30 * 24 * time.Hour
)

// requestLog holds requests until they are written together: a request must not
// cost a transaction for its own log. What waits is lost in a crash.
type requestLog struct {
	mu      sync.Mutex
	lost    int // since the last write, for want of room
	waiting []loggedRow
}

type loggedRow struct {
	Logged
	directory int64
	steps     []string
	stranger  bool // came without a live token
	tolerated schema.Tolerated
	warnings  []warning
	workspace int64
}

func (l *requestLog) add(row loggedRow) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) >= loggedWaiting {
		l.lost++
		return
	}
	for _, text := range []*string{&row.Method, &row.Path, &row.Agent, &row.Subject, &row.Resource, &row.Words, &row.Problem} {
		*text = plainText(*text)
	}
	for i := range row.warnings {
		w := &row.warnings[i]
		w.kind, w.subject, w.message = plainText(w.kind), plainText(w.subject), plainText(w.message)
	}
	l.waiting = append(l.waiting, row)
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

func (l *requestLog) take() []loggedRow {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.waiting
	l.waiting = nil
	return taken
}

// HasLog says whether requests wait to be written.
func (s *Service) HasLog(context.Context) (bool, error) {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return len(s.log.waiting) > 0, nil
}

// FlushLog writes the requests that wait, with the steps that they did and the
// warnings that they gave rise to, and when tokens were used.
func (s *Service) FlushLog(ctx context.Context) error {
	rows, used := s.log.take(), s.used.take()
	if len(rows) == 0 && len(used) == 0 {
		return nil
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insertLogged(ctx, tx, rows); err != nil {
			return err
		}
		if err := keepTolerances(ctx, tx, rows); err != nil {
			return err
		}
		for _, row := range rows {
			if err := s.learnFrom(ctx, tx, row); err != nil {
				return err
			}
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

// learnFrom ticks what a request did, and shows what it warned of.
func (s *Service) learnFrom(ctx context.Context, tx *db.Tx, row loggedRow) error {
	if row.stranger {
		return refuseDirectory(ctx, tx, row.directory)
	}
	for _, step := range row.steps {
		if err := insertStep(ctx, tx, row.directory, step, row.At); err != nil {
			return err
		}
	}
	for _, w := range row.warnings {
		if err := putWarning(ctx, tx, row, w); err != nil {
			return err
		}
	}
	if !slices.Contains(row.steps, stepCredentials) {
		return nil
	}
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
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
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
