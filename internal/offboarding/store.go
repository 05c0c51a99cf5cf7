// SPDX-License-Identifier: Apache-2.0

package offboarding

import (
	"context"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/computer"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/sla"
)

// Narrow is of directory: it tells who is done from who is not, and, to about a day,
// who is overdue from who is not, by indexes.
func (s *Service) Narrow(ctx context.Context, tx *db.Tx, w caller.Workspace, n directory.Narrowing, arg func(value any) string) (string, error) {
	// One list, begun from what is open: former people become more and more, what is
	// open does not.
	some := `(SELECT n.id FROM directory_person n WHERE n.workspace = $1 AND n.offboarded_at IS NULL
		UNION ALL SELECT h.id FROM directory_person h WHERE h.workspace = $1 AND h.email_key IN (` + computer.OwnerKeys() + `)
		UNION ALL ` + account.ActiveOwners() + `)`
	open, done := "(p.id IN "+some+") IS TRUE", "(p.id IN "+some+") IS NOT TRUE"
	complete, soon, late := slices.Contains(n.States, string(Complete)), slices.Contains(n.States, string(DueSoon)), slices.Contains(n.States, string(Overdue))
	if soon == late {
		if complete {
			return done, nil // with both of the others there is nothing to narrow
		}
		return open, nil
	}
	terms, err := sla.TermsOf(ctx, tx, w.Number, category)
	if err != nil {
		return "", err
	}
	spans, others := terms.Around(db.Millis(n.Now))
	if soon {
		spans = others
	}
	text := within(n.LeftAt(), spans, arg)
	if complete {
		return "(" + text + " OR " + done + ")", nil
	}
	return "(" + text + " AND " + open + ")", nil
}

// within answers that an instant is in one of some spans.
func within(instant string, spans []sla.Span, arg func(value any) string) string {
	texts := []string{"1 = 0"}
	for _, span := range spans {
		texts = append(texts, instant+" BETWEEN "+arg(span.From)+" AND "+arg(span.To))
	}
	return "(" + strings.Join(texts, " OR ") + ")"
}
