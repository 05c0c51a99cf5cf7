// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"strconv"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// differences collects fields that differ, for people who read evidence; ""
// counts as nothing there.
type differences []evidence.Change

func (d *differences) add(field, before, after string) {
	if before == after {
		return
	}
	c := evidence.Change{Field: field}
	if before != "" {
		c.Before = before
	}
	if after != "" {
		c.After = after
	}
	*d = append(*d, c)
}

func (t *Test) subject() evidence.Subject { return t.ref().subject() }

// entry says that a test got its newest version; document is the version's, as it
// is stored.
func (r revision) entry(c caller.Caller, document string) evidence.Entry {
	t := r.after
	return evidence.Entry{
		Actor: c, Kind: "test_version", Subject: t.subject(),
		Body: map[string]any{
			"what": "created", "slug": t.Slug, "version": t.Version, "definition": t.Definition.ID, "resource": t.Definition.Name, "reason": r.reason,
			"rule": t.Document.Sentence(), "changes": t.changes(r.before),
			// As text: the numbers of a rule may be longer than a double keeps.
			"document": document,
		},
	}
}

// changes answers what distinguishes two versions of a test.
func (t *Test) changes(before Test) []evidence.Change {
	var d differences
	was, is := before.Document, t.Document
	d.add("name", was.Name, is.Name)
	d.add("category", before.Category, t.Category)
	d.add("description", was.Description, is.Description)
	d.add("failureDescription", was.FailureDescription, is.FailureDescription)
	d.add("remediation", was.Remediation, is.Remediation)
	d.add("rule", was.told(), is.told())
	d.add("scope", was.scopeTold(), is.scopeTold())
	d.add("due", was.dueTold(), is.dueTold())
	if before.Version == 0 {
		was.Reducer = Reducer{}
	}
	d.add("reducer", was.Reducer.told(), is.Reducer.told())
	d.add("onEmpty", was.OnEmpty, is.OnEmpty)
	d.add("onUnknown", was.OnUnknown, is.OnUnknown)
	d.add("freshness", was.Freshness, is.Freshness)
	d.add("cases", string(was.Cases), string(is.Cases))
	return d
}

// told says what a record must be; "" for no document.
func (d Document) told() string {
	switch {
	case d.PassWhen != nil:
		return "passes when " + d.PassWhen.Sentence()
	case d.FailWhen != nil:
		return "fails when " + d.FailWhen.Sentence()
	}
	return ""
}

func (d Document) scopeTold() string {
	if d.Scope == nil {
		return ""
	}
	return d.Scope.Sentence()
}

// told says which records must pass; "" for no reducer.
func (r Reducer) told() string {
	n := strconv.FormatFloat(r.N, 'f', -1, 64)
	switch r.Kind {
	case reduceAtLeast:
		return "at least " + n + " passing"
	case reduceAtMostFailing:
		return "at most " + n + " failing"
	case reducePercentPassing:
		return n + " percent passing"
	}
	return r.Kind
}

// turnEntry says that a test was switched off or on; p is empty for the latter.
func (t *Test) turnEntry(c caller.Caller, to State, p Pause) evidence.Entry {
	what := "reactivated"
	if to == StateDeactivated {
		what = "deactivated"
	}
	var d differences
	d.add("state", string(t.State), string(to))
	d.add("reason", t.StateWhy, p.Reason)
	d.add("until", instant(t.StateUntil), instant(p.Until))
	return evidence.Entry{
		Actor: c, Kind: "test", Subject: t.subject(),
		Body: map[string]any{"what": what, "slug": t.Slug, "reason": p.Reason, "until": p.Until, "changes": []evidence.Change(d)},
	}
}

// instant answers a time in milliseconds as text; "" for none.
func instant(ms *int64) string {
	if ms == nil {
		return ""
	}
	return db.Time(*ms).Format(time.RFC3339)
}

// entry says what was done with an exception; before is the one that it was
// made in place of, or the one that ended, zero for none.
func (x *Exception) entry(actor caller.Caller, what string, before Exception) evidence.Entry {
	var d differences
	after := *x
	switch what {
	case "declined", "expired", "reactivated", "withdrawn": // it is no more
		after = Exception{}
	}
	d.add("reason", before.Reason, after.Reason)
	d.add("until", instant(before.Until), instant(after.Until))
	body := map[string]any{
		"what": what, "exception": x.ID, "reason": x.Reason, "replaces": x.replaces, "slug": x.Test.Slug, "until": x.Until,
		"changes": []evidence.Change(d),
	}
	if x.conditional() {
		body["condition"], body["rule"] = x.Clause.Condition.Sentence(), x.Clause.Condition
	} else {
		body["entity"] = map[string]any{"id": x.Entity, "name": x.Name}
	}
	if x.Decision != "" {
		body["comment"] = x.Decision
	}
	if what == "approved" || what == "declined" {
		body["requester"] = x.Actor.Name
	}
	if x.File.Name != "" {
		body["file"] = map[string]any{"name": x.File.Name, "size": x.File.Size, "sha256": x.File.SHA256}
	}
	return evidence.Entry{Actor: actor, Kind: "exception", Subject: x.Test.subject(), Body: body}
}
