// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/randtest"
	"github.com/passmuster/muster/internal/resource"
)

// world is what a machine knows by itself, told in plain Go: people who come and go,
// accounts with owners, computers, vulnerabilities, and the settings.
type world struct {
	*rand.Rand
	*site

	accounts   map[string]record // now
	byHand     map[string]bool   // accounts of which somebody said whose they are
	computers  map[string]string // owner by id
	few, days  int
	emails     map[string]string    // that an account had last, ever
	findings   map[string]time.Time // since when
	hadMacs    bool
	owners     map[string]string // e-mail of a person, or "service", by account, of those that were here too
	people     map[string]*human // by e-mail
	renamed    int
	scim       *provider
	systems    map[string]*set
	unusedDays int
}

type human struct {
	end, start *time.Time
	id         directory.PersonID // "" for who came by SCIM
	user       string             // its SCIM resource; "" for who did not
}

func (h *human) status(now time.Time) string {
	switch {
	case h.end != nil && !now.Before(*h.end):
		return "FORMER"
	case h.start != nil && now.Before(*h.start):
		return "UPCOMING"
	}
	return "CURRENT"
}

func emailOf(i int) string { return fmt.Sprintf("p%d@example.com", i%4) }

// link is what Muster does by e-mail: whoever has none gets the person who has it.
func (w *world) link() {
	for id, a := range w.accounts {
		email := strings.ToLower(a["email"].(string))
		if w.owners[id] == "" && w.people[email] != nil {
			w.owners[id] = email
		}
	}
}

func (w *world) pushAccounts() {
	w.accounts = map[string]record{}
	var list []record
	for i := range 7 {
		if w.IntN(4) == 0 {
			continue
		}
		id := fmt.Sprintf("a%d", i)
		r := login(id, record{
			"email": w.one(emailOf(i), emailOf(i), strings.ToUpper(emailOf(i)), ""), "status": w.one("ACTIVE", "ACTIVE", "DEACTIVATED"), "permissionLevel": w.one("ADMIN", "BASE"),
			"authMethod": w.one("SSO", "PASSWORD", "TOKEN"), "createdTimestamp": w.ago(200),
		})
		r["mfaEnabled"] = []any{true, false, nil}[w.IntN(3)]
		r["lastLoginTimestamp"] = []any{w.ago(200), nil}[w.IntN(2)]
		w.accounts[id] = r
		w.readdress(id, strings.ToLower(r["email"].(string)))
		list = append(list, r)
	}
	w.systems["UserAccount"].push(list...)
	w.link()
}

// readdress is what a push does to a link by e-mail: it moves when the account comes with
// the e-mail of another person than before.
func (w *world) readdress(id, email string) {
	before, known := w.emails[id]
	w.emails[id] = email
	if known && before != email && w.people[email] != nil && w.owners[id] != "" && !w.byHand[id] {
		w.owners[id] = email
	}
}

// provision lets the identity provider make somebody, or give somebody it made another
// e-mail that is free: links stay with the person, computers go by the e-mail.
func (w *world) provision() {
	email := emailOf(w.IntN(4))
	if elsewhere := "new-" + email; w.people[elsewhere] != nil && w.IntN(2) == 0 {
		email = elsewhere
	}
	switch h := w.people[email]; {
	case h == nil:
		w.people[email] = &human{user: w.scim.hire(email)}
	case h.user != "":
		other := w.one(emailOf(w.IntN(4)), "new-"+emailOf(w.IntN(4)))
		if w.people[other] != nil {
			return
		}
		w.scim.rename(h.user, other)
		w.renamed++
		delete(w.people, email)
		w.people[other] = h
		for id, owner := range w.owners {
			if owner == email {
				w.owners[id] = other
			}
		}
	}
	w.passes()
	w.link()
}

func (w *world) one(words ...string) string { return words[w.IntN(len(words))] }

// ago is an instant up to so many days ago, often a whole number of them.
func (w *world) ago(days int) string {
	ms := w.Int64N(int64(days) * 24 * 3600 * 1000)
	if w.IntN(2) == 0 {
		ms -= ms % (24 * 3600 * 1000)
	}
	return w.clock.now().Add(-time.Duration(ms) * time.Millisecond).Format(time.RFC3339Nano)
}

func (w *world) pushOthers() {
	if w.IntN(2) == 0 {
		w.computers = map[string]string{}
		var list []record
		for i := range w.IntN(4) {
			id := fmt.Sprintf("m%d", i)
			w.computers[id] = strings.ToUpper(emailOf(w.IntN(4)))
			list = append(list, mac(id, w.computers[id]))
		}
		w.hadMacs = w.hadMacs || len(list) > 0
		w.systems["MacosUserComputer"].push(list...)
		return
	}
	before := w.findings
	w.findings = map[string]time.Time{}
	var list []record
	for i := range 4 {
		if w.IntN(3) == 0 {
			continue
		}
		id := fmt.Sprintf("v%d", i)
		w.findings[id] = w.clock.now()
		if since, was := before[id]; was {
			w.findings[id] = since
		}
		f := finding(id, 9.5)
		f["description"] = w.one("d", "e")
		list = append(list, f)
	}
	w.systems["PackageVulnerabilityConnectors"].push(list...)
}

func (w *world) changePeople() {
	email := emailOf(w.IntN(4))
	h := w.people[email]
	if h == nil {
		w.people[email] = &human{id: w.make(email).ID}
		w.link()
		return
	}
	if h.user != "" {
		return // the provider's
	}
	at := w.clock.now().Add(time.Duration(w.IntN(60)-20) * 12 * time.Hour)
	h.start, h.end = nil, nil
	change := directory.Attributes{EndDate: &time.Time{}, StartDate: &time.Time{}}
	switch w.IntN(3) {
	case 0:
		h.end, change.EndDate = &at, &at
	case 1:
		h.start, change.StartDate = &at, &at
	}
	_, err := w.Directory.Update(w.t.Context(), w.admin, h.id, change)
	w.ok(err)
}

// move says by hand whose an account is.
func (w *world) move() {
	for id := range w.accounts {
		choice := account.Choice{Service: &account.ServiceOwner{Purpose: "a robot"}}
		w.owners[id], w.byHand[id] = "service", true
		if email := emailOf(w.IntN(4)); w.people[email] != nil && w.people[email].id != "" {
			choice, w.owners[id] = account.Choice{Person: w.people[email].id}, email
		}
		w.own(id, choice)
		return
	}
}

func (w *world) configureSome() {
	set := func(ref, name string, n int) {
		if _, err := w.Assessments.Get(w.t.Context(), w.admin, ref); err == nil {
			_, err := w.configure(ref, fmt.Sprintf(`{%q: %d}`, name, n))
			w.ok(err)
		}
	}
	switch w.IntN(3) {
	case 0:
		w.unusedDays = 1 + w.IntN(150)
		set("accounts-used", "unused", w.unusedDays)
	case 1:
		w.few = w.IntN(4)
		set("admin-accounts-few", "most", w.few)
	default:
		w.days = 1 + w.IntN(20)
		set("package-vulnerabilities-critical", "days", w.days)
	}
}

// old says whether an instant lies more than so many days before now.
func (w *world) old(text any, days int) bool {
	at, err := time.Parse(time.RFC3339Nano, text.(string))
	w.ok(err)
	return at.Before(w.clock.now().Add(-time.Duration(days) * 24 * time.Hour))
}

func said(good bool) string {
	if good {
		return "PASSING"
	}
	return "FAILING"
}

// judged answers what the tests must say of an account.
func (w *world) judged(id string, a record) map[string]string {
	owner := w.owners[id]
	gone := owner != "" && owner != "service" && w.people[owner].status(w.clock.now()) == "FORMER"
	out := map[string]string{}
	for _, ref := range accountTests() {
		out[ref] = "OUT_OF_SCOPE"
	}
	if a["status"] != "ACTIVE" {
		return out
	}
	out["accounts-linked-to-people"], out["admin-accounts-few"] = said(owner != ""), said(a["permissionLevel"] != "ADMIN")
	if owner != "" && owner != "service" {
		out["accounts-removed-when-people-leave"] = said(!gone)
	}
	if a["permissionLevel"] == "ADMIN" {
		out["admin-accounts-owned"] = said(owner != "" && !gone)
	}
	if owner != "service" && a["email"] != "" {
		same := 0
		for _, other := range w.accounts {
			if other["status"] == "ACTIVE" && strings.EqualFold(other["email"].(string), a["email"].(string)) {
				same++
			}
		}
		out["accounts-unique"] = said(same < 2)
	}
	if a["authMethod"] != "SSO" && owner != "service" {
		out["mfa-on-accounts"] = said(a["mfaEnabled"] == true)
	}
	if owner != "service" {
		used := a["lastLoginTimestamp"] != nil && !w.old(a["lastLoginTimestamp"], w.unusedDays)
		out["accounts-used"] = said(used || !w.old(a["createdTimestamp"], w.unusedDays))
	}
	return out
}

// expected answers "outcome" by test and record.
func (w *world) expected() map[string]map[string]string {
	all := map[string]map[string]string{}
	put := func(ref, name, outcome string) {
		if all[ref] == nil {
			all[ref] = map[string]string{}
		}
		all[ref][name] = outcome
	}
	for id, a := range w.accounts {
		for ref, outcome := range w.judged(id, a) {
			put(ref, id, outcome)
		}
	}
	for id, since := range w.findings {
		late := since.Before(w.clock.now().Add(-time.Duration(w.days) * 24 * time.Hour))
		put("package-vulnerabilities-critical", id, said(!late))
	}
	for email, h := range w.people {
		if !w.hadMacs {
			break
		}
		outcome := "OUT_OF_SCOPE"
		if h.status(w.clock.now()) == "CURRENT" {
			outcome = "FAILING"
			for _, owner := range w.computers {
				if strings.EqualFold(owner, email) {
					outcome = "PASSING"
				}
			}
		}
		put("people-have-computers", email, outcome)
	}
	return all
}

func (w *world) compare(step string) {
	w.t.Helper()
	for ref, want := range w.expected() {
		got := map[string]string{}
		for name, text := range w.verdicts(ref) {
			got[name], _, _ = strings.Cut(text, " ")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			w.t.Fatalf("after %s, at %s: %s (-want +got):\n%s", step, w.clock.now().Format(time.RFC3339Nano), ref, diff)
		}
	}
	if admins, refs := 0, w.accounts; len(refs) > 0 {
		for _, a := range refs {
			if a["status"] == "ACTIVE" && a["permissionLevel"] == "ADMIN" {
				admins++
			}
		}
		test, err := w.Assessments.Get(w.t.Context(), w.admin, "admin-accounts-few")
		w.ok(err)
		if is := test.Status == "OK" || test.Status == "NOT_APPLICABLE"; is != (admins <= w.few) {
			w.t.Fatalf("after %s: %d administrators, at most %d: %s", step, admins, w.few, test.Status)
		}
	}
}

// compareDue: a finding that is late was due when its days were over, and is overdue.
func (w *world) compareDue(step string) {
	w.t.Helper()
	want, soonest, remedy, first := map[string]string{}, "none", "PASS", w.clock.now()
	for id, since := range w.findings {
		due := since.Add(time.Duration(w.days) * 24 * time.Hour)
		if !due.Before(w.clock.now()) {
			continue
		}
		want[id], remedy = shownTime(due.UnixMilli())+" overdue true", "OVERDUE"
		if due.Before(first) {
			first, soonest = due, shownTime(due.UnixMilli())
		}
	}
	if len(w.findings) == 0 {
		remedy = "NA"
	}
	w.wantDue("after "+step, "package-vulnerabilities-critical", remedy+" "+soonest, want)
}

// TestBuiltInTestsAgainstPlainGo: joiners, people renamed by SCIM, movers, leavers, pushes, settings and the clock, and
// after each step every verdict is the one that plain Go comes to.
func TestBuiltInTestsAgainstPlainGo(t *testing.T) {
	seed := randtest.Seed(t)
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		w := &world{
			Rand: rand.New(rand.NewPCG(seed, 1)), site: newSite(t, storage), accounts: map[string]record{}, byHand: map[string]bool{}, computers: map[string]string{}, days: 7, few: 5,
			emails: map[string]string{}, findings: map[string]time.Time{}, owners: map[string]string{}, people: map[string]*human{}, systems: map[string]*set{}, unusedDays: 90,
		}
		w.scim = newProvider(w.site)
		for _, base := range []string{"UserAccount", "MacosUserComputer", "PackageVulnerabilityConnectors"} {
			w.systems[base] = w.system(base, resourceBase(base))
		}
		w.provision()
		w.provision()
		for len(w.accounts) == 0 {
			w.pushAccounts()
		}
		for len(w.findings) == 0 {
			w.pushOthers()
		}
		steps := map[string]func(){
			"a push of accounts": w.pushAccounts, "another push": w.pushOthers, "people": w.changePeople, "a hand": w.move, "a setting": w.configureSome, "SCIM": w.provision,
			"time": func() {
				w.clock.set(w.clock.now().Add(time.Duration(w.IntN(40))*12*time.Hour + time.Duration(w.IntN(2))*time.Millisecond))
				w.passes()
			},
		}
		names := []string{"a push of accounts", "another push", "people", "people", "a hand", "a setting", "SCIM", "SCIM", "time", "time"}
		count := 50
		if testing.Short() {
			count = 20
		}
		for range count {
			step := w.one(names...)
			w.clock.set(w.clock.now().Add(time.Millisecond)) // no two pushes are of one instant
			steps[step]()
			w.compare(step)
			w.compareDue(step)
		}
		text, err := json.Marshal(maps.Clone(w.owners))
		w.ok(err)
		t.Logf("%d people, %d times renamed, owners %s", len(w.people), w.renamed, text)
	})
}

func resourceBase(name string) resource.Base { return resource.Base(name) }
