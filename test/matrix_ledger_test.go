// SPDX-License-Identifier: Apache-2.0

package test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// ledger looks into the database beside the server: at all that a workspace
// has, and at the few things that no route makes.
type ledger struct {
	*sql.DB

	tables []ledgerTable
}

type ledgerTable struct {
	name, columns, where string
}

// unowned are the tables without a workspace, and why nothing of one is in them.
func unowned(table string) bool {
	switch table {
	case "db_version", "sqlite_sequence", // the schema's own
		"evidence_key", "jobs_lease", "workspace_counter", "workspace_installation", // of the installation
		"signin_attempt": // counts guesses
		return true
	}
	return false
}

// unsteady are the columns that passes fill in after the act.
func unsteady(table, column string) bool {
	switch table + "." + column {
	case "evidence_entry.position", "oauth_connection.used_at", "oauth_token.last_used_at", "resource_head.claim_owner", "resource_head.claim_token",
		"resource_head.claim_until", "review_review.told", "scim_directory.erred_at", "signin_session.seen_at",
		"stream_target.failing_at", "stream_target.failures", "stream_target.last_error", "stream_target.next_at", "stream_target.part",
		"stream_target.position", "stream_target.sent", "stream_target.sent_at",
		"webhook_endpoint.away", "webhook_endpoint.failing_at", "webhook_endpoint.part", "webhook_endpoint.position", "webhook_endpoint.resume_at":
		return true
	}
	switch table {
	case "assessment_source", "assessment_told", "evidence_hash", "evidence_checkpoint", "notify_cursor", "webhook_attempt", "webhook_delivery":
		return true
	}
	return false
}

func openLedger(t *testing.T, p place) *ledger {
	t.Helper()
	l := &ledger{DB: p.openDatabase(t)}
	t.Cleanup(func() { _ = l.Close() })
	list := `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`
	if p.database != "" {
		list = `SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'public' ORDER BY tablename`
	}
	for _, name := range l.texts(t, list) {
		all, where := l.columns(t, name), "workspace = $1"
		switch {
		case name == "workspace":
			where = "number = $1"
		case unowned(name):
			continue
		case slices.Contains(all, "workspace"):
		case slices.Contains(all, "directory"): // the workspace's by its directory
			where = "directory IN (SELECT number FROM scim_directory WHERE workspace = $1)"
		default:
			t.Errorf("the table %s has no workspace: say in matrix_ledger_test.go why", name)
			continue
		}
		all = slices.DeleteFunc(all, func(column string) bool { return unsteady(name, column) })
		if len(all) > 0 {
			l.tables = append(l.tables, ledgerTable{columns: strings.Join(all, ", "), name: name, where: where})
		}
	}
	return l
}

func (l *ledger) columns(t *testing.T, table string) []string {
	t.Helper()
	rows, err := l.QueryContext(t.Context(), `SELECT * FROM `+table+` WHERE 1 = 0`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err = errors.Join(err, rows.Err()); err != nil {
		t.Fatal(err)
	}
	return columns
}

// texts answers rows as lines.
func (l *ledger) texts(t *testing.T, query string, args ...any) (all []string) {
	t.Helper()
	rows, err := l.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		parts := make([]string, len(values))
		for i, value := range values {
			if parts[i] = fmt.Sprint(value); isBytes(value) {
				parts[i] = fmt.Sprintf("%x", value)
			}
		}
		all = append(all, strings.Join(parts, " | "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func isBytes(v any) bool { _, ok := v.([]byte); return ok }

// settle waits until passes have carried over what people's records, owners, reviews
// and views are to follow, and until the requests of providers stand in their log: all
// that comes after the act.
func (l *ledger) settle(t *testing.T, e *estate) {
	t.Helper()
	if log := e.values["directoryId"]; log != "" {
		e.founds(t, "GET", "/v1/directories/"+log+"/requests", "", 200) // who reads the log has it written first
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for poll := time.NewTicker(5 * time.Millisecond); ; {
		var waiting int
		err := l.QueryRowContext(ctx, `
			SELECT (SELECT COUNT(*) FROM directory_change) + (SELECT COUNT(*) FROM account_feed) + (SELECT COUNT(*) FROM resource_behind)
				+ (SELECT COUNT(*) FROM assessment_touch) + (SELECT COUNT(*) FROM review_turn) + (SELECT COUNT(*) FROM scim_directory WHERE settling IS NOT NULL)`,
		).Scan(&waiting)
		if err != nil {
			t.Fatalf("something is still to be carried over: %v", err)
		}
		if waiting == 0 {
			poll.Stop()
			return
		}
		<-poll.C
	}
}

// state is all that a workspace has: a line for each row of each table.
func (l *ledger) state(t *testing.T, e *estate) (lines []string) {
	t.Helper()
	for _, table := range l.tables {
		rows := l.texts(t, `SELECT `+table.columns+` FROM `+table.name+` WHERE `+table.where, e.number)
		slices.Sort(rows)
		for _, row := range rows {
			lines = append(lines, table.name+": "+row)
		}
	}
	return lines
}

var idForm = regexp.MustCompile(`\b[0-9a-f]{24}\b`)

// builtIn is what ids of built-in roles, which all workspaces have, begin with.
const builtIn = "0000005ddeface"

// idsIn answers every id that stands in a text.
func idsIn(text string) map[string]bool {
	ids := map[string]bool{}
	for _, id := range idForm.FindAllString(text, -1) {
		if !strings.HasPrefix(id, builtIn) {
			ids[id] = true
		}
	}
	return ids
}

// number answers what stands for a workspace in rows.
func (l *ledger) number(t *testing.T, id string) (number int64) {
	t.Helper()
	if err := l.QueryRowContext(t.Context(), `SELECT number FROM workspace WHERE id = $1`, id).Scan(&number); err != nil {
		t.Fatal(err)
	}
	return number
}

func (l *ledger) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := l.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// identity links a user to a provider, as a sign-in there would.
func (l *ledger) identity(t *testing.T, e *estate, provider, user string) {
	t.Helper()
	l.exec(t, `
		INSERT INTO sso_identity (workspace, provider, subject, user_id, first_used_at, last_used_at) VALUES ($1, $2, $3, $4, 1, 1)`,
		e.number, provider, e.slug+" subject "+user, user)
}

// passkey gives a user one, as an authenticator would.
func (l *ledger) passkey(t *testing.T, e *estate, user string) string {
	t.Helper()
	id := fmt.Sprintf("%024x", time.Now().UnixNano())
	l.exec(t, `
		INSERT INTO passkey_credential (id, workspace, user_id, handle, name, credential, created_at) VALUES ($1, $2, $3, $4, $5, '{}', 1)`,
		id, e.number, user, "handle-"+id, e.slug+" key")
	return id
}
