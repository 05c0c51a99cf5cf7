// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

const ownerSchema = `{
	"properties": {"state": {"enum": ["here", "gone"]}},
	"optionalProperties": {"mail": {"type": "string", "nullable": true}, "grade": {"type": "int32"}, "until": {"type": "timestamp"}, "server": {"type": "string"}}
}`

// owner is a record of Owner; more are further custom properties.
func owner(id, mail, state string, more ...string) string {
	members := append([]string{fmt.Sprintf(`"mail":%q,"state":%q`, mail, state)}, more...)
	return fmt.Sprintf(`{"uniqueId":%q,"displayName":"owner %s","externalUrl":"https://example.com/%s","customProperties":{%s}}`,
		id, id, id, strings.Join(members, ","))
}

// owned is a server that somebody owns.
func owned(id, mail string) string {
	return server(id, true, 1, fmt.Sprintf(`"owner":%q`, mail))
}

// pushTo replaces the records of a definition.
func (h *house) pushTo(d resource.Definition, elements ...string) resource.Result {
	h.t.Helper()
	result, err := h.records.Push(h.t.Context(), h.app, resource.Push{
		Base: d.Base, Default: resource.Strict,
		Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, d.ID, strings.Join(elements, ","))),
	})
	h.ok(err)
	if result.Failure != "" {
		h.t.Fatalf("push: %s", result.Failure)
	}
	return result
}

func ownedSchema() string {
	return strings.Replace(serverSchema, `"optionalProperties": {`, `"optionalProperties": {"owner": {"type": "string", "nullable": true}, `, 1)
}

// relatedHouse is a house whose servers have owners in another definition.
func relatedHouse(t *testing.T, d *db.DB) (*house, resource.Definition) {
	h := newHouse(t, d)
	h.servers = h.define("OwnedServer", ownedSchema())
	return h, h.define("Owner", ownerSchema)
}

func ownedForm(name string, members ...string) string {
	return strings.Replace(form(name, members...), "InternalServer", "OwnedServer", 1)
}

// reasons writes "id=OUTCOME reason" of every record that does not pass.
func (h *house) reasons(ref string) map[string]string {
	h.t.Helper()
	all := map[string]string{}
	for _, o := range []assessment.Outcome{assessment.Failing, assessment.InProgress, assessment.OutOfScope} {
		for id, e := range h.entities(ref, o) {
			all[id] = o.String() + " " + e.Reason
		}
	}
	return all
}

func (h *house) agree(step string, got, want map[string]string) {
	h.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		h.t.Fatalf("%s (-want +got):\n%s", step, diff)
	}
}

// judgedBy answers how many records are judged while fn runs.
func (h *house) judgedBy(fn func()) int64 {
	before := h.judge.Judged()
	fn()
	return h.judge.Judged() - before
}

const ownedByOneHere = `"passWhen":{"related":"Owner","on":{"owner":"mail"},"ignoreCase":true,"any":{"field":"state","op":"equals","value":"here"}}`

func TestRelation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, owners := relatedHouse(t, d)
		h.pushTo(h.servers, owned("s1", "a@x"), owned("s2", "B@x"), owned("s3", "c@x"), server("s4", true, 1))
		h.pushTo(owners, owner("1", "A@x", "here"), owner("2", "b@x", "gone"))
		test := h.create(ownedForm("Servers have an owner who is here", ownedByOneHere))
		const none = "FAILING there is no record of Owner whose mail is the same as owner (ignoring case), must be at least 1"
		const gone = `FAILING Owner[owner 2].state is "gone", must be "here"`
		const unknown = "FAILING owner is not reported"
		h.agree("at first", h.reasons(test.Slug), map[string]string{"s2": gone, "s3": none, "s4": unknown})

		// A changed owner: only what is theirs is judged again.
		n := h.judgedBy(func() { h.pushTo(owners, owner("1", "A@x", "here"), owner("2", "b@x", "here")) })
		h.agree("back", h.reasons(test.Slug), map[string]string{"s3": none, "s4": unknown})
		if n != 1 {
			t.Errorf("%d records were judged for one owner who changed, want 1", n)
		}
		// A new key: the records of the old one and of the new.
		n = h.judgedBy(func() { h.pushTo(owners, owner("1", "c@x", "here"), owner("2", "b@x", "here")) })
		h.agree("moved", h.reasons(test.Slug), map[string]string{"s1": none, "s4": unknown})
		if n != 2 {
			t.Errorf("%d records were judged for a key that changed, want 2", n)
		}
		n = h.judgedBy(func() { h.pushTo(owners, owner("2", "b@x", "here")) })
		h.agree("left out", h.reasons(test.Slug), map[string]string{"s1": none, "s3": none, "s4": unknown})
		if n != 1 {
			t.Errorf("%d records were judged for an owner who went, want 1", n)
		}
		// What has no owner here, or changes nothing, wakes nobody.
		n = h.judgedBy(func() { h.pushTo(owners, owner("2", "b@x", "here"), owner("9", "z@x", "here")) })
		if head := h.count(`SELECT head FROM resource_head WHERE definition = $1`, int64(h.servers.Number)); n != 0 || head != 5 {
			t.Errorf("%d records were judged for an owner of nothing, and the servers are at %d", n, head)
		}
		h.pushTo(h.servers, owned("s1", "z@x"), owned("s3", "b@x"))
		h.agree("servers change", h.reasons(test.Slug), map[string]string{})
		if n := h.count(`SELECT COUNT(*) FROM assessment_touch`); n != 0 {
			t.Errorf("%d touched values were not forgotten", n)
		}
	})
}

func TestRelationToItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, _ := relatedHouse(t, d)
		h.pushTo(h.servers, owned("s1", "a"), owned("s2", "a"), owned("s3", "b"))
		test := h.create(ownedForm("One server each",
			`"passWhen":{"related":"OwnedServer","on":{"owner":"owner"},"count":{"op":"equals","value":1,"of":{"field":"uniqueId","op":"exists"}}}`))
		const twice = "FAILING 2 of 2 records of OwnedServer with the same owner hold, must be 1"
		h.agree("at first", h.reasons(test.Slug), map[string]string{"s1": twice, "s2": twice})
		n := h.judgedBy(func() { h.pushTo(h.servers, owned("s1", "a"), owned("s2", "c"), owned("s3", "b")) })
		h.agree("one moves", h.reasons(test.Slug), map[string]string{})
		if n != 2 {
			t.Errorf("%d records were judged, want the one that moved and the one that it left", n)
		}
		h.pushTo(h.servers, owned("s1", "c"), owned("s3", "b"), owned("s4", "c"))
		h.agree("another", h.reasons(test.Slug), map[string]string{"s1": twice, "s4": twice})
		if behind, err := h.records.HasBehind(t.Context()); behind || err != nil {
			t.Errorf("behind itself: %t, %v", behind, err)
		}
		if head := h.count(`SELECT head FROM resource_head WHERE definition = $1`, int64(h.servers.Number)); head != 4 {
			t.Errorf("the head is %d: a push and its verdicts are one number", head)
		}
	})
}

// TestRelationByID relates to records by their public id.
func TestRelationByID(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, owners := relatedHouse(t, d)
		h.pushTo(h.servers, owned("s1", "a"), owned("s2", "b"))
		h.pushTo(owners, owner("1", "a", "here"))
		test := h.create(ownedForm("Servers are known by their owners",
			`"passWhen":{"related":"Owner","on":{"id":"server"},"any":{"field":"state","op":"equals","value":"here"}}`))
		ids := map[string]string{}
		for id, e := range h.entities(test.Slug, assessment.Failing) {
			ids[id] = e.ID
		}
		h.pushTo(owners, owner("1", "a", "here", fmt.Sprintf(`"server":%q`, ids["s2"])))
		h.agree("one is known", h.outcomes(test.Slug), map[string]string{"s1": "FAILING", "s2": "PASSING"})
		h.pushTo(h.servers, owned("s1", "a"), owned("s2", "b"), owned("s3", "c"))
		h.agree("a new one", h.outcomes(test.Slug), map[string]string{"s1": "FAILING", "s2": "PASSING", "s3": "FAILING"})
		id := h.entities(test.Slug, assessment.Failing)["s3"].ID
		n := h.judgedBy(func() { h.pushTo(owners, owner("1", "a", "here", fmt.Sprintf(`"server":%q`, id))) })
		h.agree("another", h.outcomes(test.Slug), map[string]string{"s1": "FAILING", "s2": "FAILING", "s3": "PASSING"})
		if n != 2 {
			t.Errorf("%d records were judged, want 2", n)
		}
		back := h.create(strings.Replace(ownedForm("Owners name a server that there is",
			`"passWhen":{"related":"OwnedServer","on":{"server":"id"},"any":{"field":"active","op":"equals","value":true}}`), `"resource":"OwnedServer"`, `"resource":"Owner"`, 1))
		h.agree("the other way", h.outcomes(back.Slug), map[string]string{"1": "PASSING"})
		h.pushTo(h.servers, owned("s1", "a"), owned("s2", "b"))
		h.agree("its server goes", h.outcomes(back.Slug), map[string]string{"1": "FAILING"})
	})
}

// TestRelationRefused holds what an author is told.
func TestRelationRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, _ := relatedHouse(t, d)
		h.pushTo(h.servers, owned("s1", "a"))
		for name, test := range map[string]struct{ rule, want string }{
			"nobody": {`{"related":"Nobody","on":{"owner":"mail"},"any":{"field":"state","op":"exists"}}`, `/passWhen/related: "Nobody" is no definition`},
			"field":  {`{"related":"Owner","on":{"owner":"mial"},"any":{"field":"state","op":"exists"}}`, "/passWhen/on/owner: of Owner: the record has no field mial; did you mean mail?"},
			"inner":  {`{"related":"Owner","on":{"owner":"mail"},"any":{"field":"stat","op":"exists"}}`, "/passWhen/any/field: the record has no field stat; did you mean state?"},
		} {
			_, err := h.tests.Create(t.Context(), h.manager, []byte(ownedForm("t "+name, `"passWhen":`+test.rule)))
			if fault.KindOf(err) != fault.Invalid || !strings.HasPrefix(problems(err), test.want) {
				t.Errorf("%s: got %s, want %s", name, problems(err), test.want)
			}
		}
	})
}

// TestRelationNames: a name means a system definition, a resourceId, the resource
// of the test's own application, or application/resource.
func TestRelationNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, owners := relatedHouse(t, d)
		h.pushTo(h.servers, owned("s1", "a"))
		h.pushTo(owners, owner("1", "a", "here"))
		for i, name := range []string{"Owner", "owner", string(owners.ID), "demo-private-integration/Owner", h.app.ID + "/owner"} {
			test := h.create(ownedForm(fmt.Sprintf("Name %d", i), strings.Replace(ownedByOneHere, `"Owner"`, fmt.Sprintf("%q", name), 1)))
			h.agree(name, h.outcomes(test.Slug), map[string]string{"s1": "PASSING"})
		}
		// What a version was bound to stays, whatever it is called.
		other := "Keeper"
		_, _, err := h.records.Edit(t.Context(), h.app, owners.ID, resource.Edit{Name: &other})
		h.ok(err)
		h.pushTo(owners, owner("1", "a", "gone"))
		h.agree("renamed", h.outcomes("name-0"), map[string]string{"s1": "FAILING"})
		if _, err := h.tests.NewVersion(t.Context(), h.manager, "name-0", []byte(ownedForm("x", ownedByOneHere))); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a new version by the old name: %v", err)
		}
	})
}

// TestRelationPreview and the unit tests of a form.
func TestRelationPreviewAndCases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, owners := relatedHouse(t, d)
		h.pushTo(h.servers, owned("s1", "a"), owned("s2", "b"), owned("s3", "c"), server("s4", true, 1))
		h.pushTo(owners, owner("1", "a", "here"), owner("2", "b", "gone"))
		scope := `"scope":{"related":"Owner","on":{"owner":"mail"},"count":{"op":"gte","value":1,"of":{"field":"state","op":"exists"}}}`
		p, err := h.tests.Preview(t.Context(), h.manager, []byte(ownedForm("p", ownedByOneHere, scope)))
		h.ok(err)
		got := map[string]string{}
		for _, e := range p.Entities {
			got[e.UniqueID] = e.Outcome.String() + " " + e.Reason
		}
		h.agree("preview", got, map[string]string{
			"s1": `PASSING Owner[owner 1].state is "here"`,
			"s2": `FAILING Owner[owner 2].state is "gone", must be "here"`,
			"s3": "OUT_OF_SCOPE there is no record of Owner whose mail is the same as owner, must be at least 1",
			"s4": "FAILING owner is not reported",
		})
		if len(p.Scope) != 1 || p.Scope[0].Records != 1 || p.Unknown != 1 {
			t.Errorf("the scope leaves out %+v, %d unknown", p.Scope, p.Unknown)
		}
		cases := `"cases":[
			{"record":{"owner":"a"},"related":{"Owner":[{"mail":"A","state":"here"}]},"want":"pass"},
			{"record":{"owner":"a"},"related":{"Owner":[{"mail":"a","state":"gone"},{"mail":"b","state":"here"}]},"want":"fail"},
			{"record":{"owner":"a"},"want":"fail"}]`
		_, err = h.tests.Preview(t.Context(), h.manager, []byte(ownedForm("p", ownedByOneHere, cases)))
		h.ok(err)
		_, err = h.tests.Preview(t.Context(), h.manager, []byte(ownedForm("p", ownedByOneHere,
			`"cases":[{"record":{"owner":"a"},"related":{"Owner":[{"mail":"a","state":"here"}],"Owners":[]},"want":"fail"},
				{"record":{"owner":"a"},"related":{"Owner":[{"male":"a"}]},"want":"fail"},
				{"record":{"owner":"a"},"related":{"Owner":[{"mail":"a","state":"here"}]},"want":"fail"}]`)))
		want := `/cases/0/related/Owners: the rule relates to no definition of that name
/cases/1/related/Owner/0/male: is no field of these records
/cases/2/want: wants fail, but the record comes out as pass: Owner[].state is "here"`
		if diff := cmp.Diff(want, problems(err)); diff != "" {
			t.Errorf("problems (-want +got):\n%s", diff)
		}
	})
}

// TestRelationAfterACrash: what dies between the flip and the verdicts that
// follow is found by the pass.
func TestRelationAfterACrash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, owners := relatedHouse(t, d)
		h.pushTo(h.servers, owned("s1", "a"), owned("s2", "b"))
		h.pushTo(owners, owner("1", "a", "here"))
		test := h.create(ownedForm("Owned", ownedByOneHere))
		// The process that pushes dies as soon as its number counts.
		dying, cancel := context.WithCancel(t.Context())
		h.records.Judge = &deadly{Judge: h.judge, at: cancel}
		_, err := h.records.Push(dying, h.app, resource.Push{
			Base: owners.Base, Default: resource.Strict,
			Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, owners.ID, owner("1", "b", "here"))),
		})
		h.ok(err)
		h.records.Judge = h.judge
		h.agree("not yet", h.outcomes(test.Slug), map[string]string{"s1": "PASSING", "s2": "FAILING"})
		h.agree("reasons are of what was judged", h.reasons(test.Slug),
			map[string]string{"s2": "FAILING there is no record of Owner whose mail is the same as owner (ignoring case), must be at least 1"})
		if behind, err := h.records.HasBehind(t.Context()); !behind || err != nil {
			t.Fatalf("nothing is behind: %v", err)
		}
		h.ok(h.records.Follow(t.Context()))
		h.agree("after the pass", h.outcomes(test.Slug), map[string]string{"s1": "FAILING", "s2": "PASSING"})
		if behind, err := h.records.HasBehind(t.Context()); behind || err != nil {
			t.Fatalf("still behind: %v", err)
		}
	})
}

// deadly ends the process, as far as the request can see, when it asks what is to
// follow.
type deadly struct {
	resource.Judge
	at func()
}

func (d *deadly) Behind(ctx context.Context, related resource.Number) ([]resource.Definition, error) {
	d.at()
	return nil, context.Canceled
}

// TestRelationToItselfAgain: a push that is judged again, because a rule changed
// meanwhile, finds its own records though their values are being written anew.
func TestRelationToItselfAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, _ := relatedHouse(t, d)
		impatient := resource.New(resource.Options{DB: d, Judge: h.judge, Now: h.now, Owner: "other", Wait: time.Millisecond})
		const pairs = 700 // more than two rounds, so that records are looked up and not all looked at
		set := func(of func(i int) int) (elements []string) {
			for i := range 2 * pairs {
				elements = append(elements, owned(fmt.Sprintf("s%d", i), fmt.Sprintf("o%d", of(i))))
			}
			return elements
		}
		h.pushTo(h.servers, set(func(i int) int { return i / 2 })...)
		test := h.create(ownedForm("Two servers each",
			`"passWhen":{"related":"OwnedServer","on":{"owner":"owner"},"count":{"op":"equals","value":2,"of":{"field":"uniqueId","op":"exists"}}}`))
		entity := h.entities(test.Slug, assessment.Passing)["s0"].ID
		tests := assessment.New(assessment.Options{Applications: h, DB: d, Judge: h.judge, Now: h.now, Resource: impatient, Users: h})
		defer tests.Close()
		moved := set(func(i int) int { return (i + 1) / 2 }) // every pair becomes another; the first and the last are alone
		_, err := h.records.Push(t.Context(), h.app, resource.Push{
			Base: h.servers.Base, Default: resource.Strict,
			Body: &meanwhile{
				func() {
					h.ok(tests.DeactivateEntity(t.Context(), h.manager, test.Slug, entity, assessment.Pause{Reason: "so"}))
				},
				[]string{fmt.Sprintf(`{"resourceId":%q,"resources":[`, h.servers.ID), strings.Join(moved, ",") + `]}`},
			},
		})
		h.ok(err)
		got := h.get(test.Slug).Counts
		want := assessment.Counts{assessment.Passing: 2*pairs - 2, assessment.Failing: 1, assessment.Deactivated: 1}
		if got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// TestRelationBeforeItsKey: what was judged before a key was filled is explained by
// the records of then.
func TestRelationBeforeItsKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, owners := relatedHouse(t, d)
		h.pushTo(h.servers, owned("s1", "a"))
		h.pushTo(owners, owner("1", "a", "gone"))
		impatient := resource.New(resource.Options{DB: d, Judge: h.judge, Now: h.now, Owner: "other", Wait: time.Millisecond})
		tests := assessment.New(assessment.Options{Applications: h, DB: d, Judge: h.judge, Now: h.now, Resource: impatient, Users: h})
		defer tests.Close()
		dying, die := context.WithCancel(t.Context())
		h.records.Judge = &deadly{Judge: h.judge, at: die}
		// The owners are held while the test is made, so nobody fills their key before.
		_, err := h.records.Push(dying, h.app, resource.Push{
			Base: owners.Base, Default: resource.Strict,
			Body: &meanwhile{
				func() {
					_, err := tests.Create(t.Context(), h.manager, []byte(ownedForm("Owned", ownedByOneHere)))
					h.ok(err)
				},
				[]string{fmt.Sprintf(`{"resourceId":%q,"resources":[`, owners.ID), owner("1", "a", "here") + `]}`},
			},
		})
		h.ok(err)
		h.records.Judge = h.judge
		if since := h.count(`SELECT COALESCE(MAX(since), 0) FROM assessment_key WHERE definition = $1`, int64(owners.Number)); since != 2 {
			t.Fatalf("the key is filled since %d, want the push's 2", since)
		}
		h.agree("as judged", h.reasons("owned"), map[string]string{"s1": `FAILING Owner[owner 1].state is "gone", must be "here"`})
		h.ok(h.records.Follow(t.Context()))
		h.agree("followed", h.outcomes("owned"), map[string]string{"s1": "PASSING"})
	})
}

// TestUnusedKeysGo: what no active test relates by is given up, and made again when
// a test comes back.
func TestUnusedKeysGo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, owners := relatedHouse(t, d)
		h.pushTo(h.servers, owned("s1", "a"), owned("s2", "b"))
		h.pushTo(owners, owner("1", "a", "here"))
		step := func(what, want string) {
			h.t.Helper()
			h.ok(h.tests.Purge(t.Context()))
			got := fmt.Sprintf("%d links, %d keys, %d keys with values",
				h.count(`SELECT COUNT(*) FROM assessment_link`), h.count(`SELECT COUNT(*) FROM assessment_key`), h.count(`SELECT COUNT(DISTINCT item_key) FROM assessment_value`))
			if got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		first := h.create(ownedForm("Owned", ownedByOneHere))
		h.create(ownedForm("Owned too", ownedByOneHere))
		step("two tests by one key", "1 links, 2 keys, 2 keys with values")
		_, err := h.tests.Deactivate(t.Context(), h.manager, first.Slug, assessment.Pause{Reason: "so"})
		h.ok(err)
		step("one of them", "1 links, 2 keys, 2 keys with values")
		_, err = h.tests.NewVersion(t.Context(), h.manager, "owned-too", []byte(ownedForm("Owned too", strings.Replace(ownedByOneHere, `"ignoreCase":true,`, "", 1))))
		h.ok(err)
		step("the other by another key", "1 links, 2 keys, 2 keys with values")
		_, err = h.tests.Deactivate(t.Context(), h.manager, "owned-too", assessment.Pause{Reason: "so"})
		h.ok(err)
		step("none", "0 links, 0 keys, 0 keys with values")
		h.pushTo(owners, owner("1", "b", "here"))
		_, err = h.tests.Reactivate(t.Context(), h.manager, first.Slug)
		h.ok(err)
		h.agree("back", h.outcomes(first.Slug), map[string]string{"s1": "FAILING", "s2": "PASSING"})
		h.pushTo(owners, owner("1", "A", "here"))
		h.agree("and followed", h.outcomes(first.Slug), map[string]string{"s1": "PASSING", "s2": "FAILING"})
	})
}

// TestRelationThatFitsAgain: a test that came back while its relation did not fit
// follows related records once the schema fits, of either side.
func TestRelationThatFitsAgain(t *testing.T) {
	for side, edit := range map[string]struct{ fits, misfits string }{
		"Owner":       {ownerSchema, strings.Replace(ownerSchema, `"mail"`, `"post"`, 1)},
		"OwnedServer": {ownedSchema(), strings.Replace(ownedSchema(), `"owner"`, `"holder"`, 1)},
	} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			h, owners := relatedHouse(t, d)
			h.pushTo(h.servers, owned("s1", "a"))
			h.pushTo(owners, owner("1", "a", "here"))
			test := h.create(ownedForm("Owned", ownedByOneHere))
			schema := func(text string) {
				h.t.Helper()
				id := map[string]resource.ID{"Owner": owners.ID, "OwnedServer": h.servers.ID}[side]
				_, _, err := h.records.Edit(t.Context(), h.app, id, resource.Edit{Force: true, Schema: []byte(text)})
				h.ok(err)
			}
			_, err := h.tests.Deactivate(t.Context(), h.manager, test.Slug, assessment.Pause{Reason: "so"})
			h.ok(err)
			h.ok(h.tests.Purge(t.Context()))
			schema(edit.misfits)
			_, err = h.tests.Reactivate(t.Context(), h.manager, test.Slug)
			h.ok(err)
			h.agree(side+" misfits", h.outcomes(test.Slug), map[string]string{"s1": "IN_PROGRESS"})
			schema(edit.fits)
			h.agree(side+" fits", h.outcomes(test.Slug), map[string]string{"s1": "PASSING"})
			h.pushTo(owners, owner("1", "a", "gone"))
			h.agree(side+" is followed", h.outcomes(test.Slug), map[string]string{"s1": "FAILING"})
		})
	}
}

// TestRelationByAKeyThatIsThere: a test that comes to a key while the definition with
// that key is pushed sees what the push changed.
func TestRelationByAKeyThatIsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, owners := relatedHouse(t, d)
		h.pushTo(h.servers, owned("s1", "a"))
		h.pushTo(owners, owner("1", "a", "here"))
		h.create(ownedForm("Owned", ownedByOneHere)) // keeps the owners of servers
		impatient := resource.New(resource.Options{DB: d, Judge: h.judge, Now: h.now, Owner: "other", Wait: time.Millisecond})
		tests := assessment.New(assessment.Options{Applications: h, DB: d, Judge: h.judge, Now: h.now, Resource: impatient, Users: h})
		defer tests.Close()
		owns := `{"name":"Owning","application":"` + h.app.Name + `","resource":"Owner","passWhen":{"related":"OwnedServer","on":{"mail":"owner"},"ignoreCase":true,"any":{"field":"active","op":"equals","value":true}}}`
		_, err := h.records.Push(t.Context(), h.app, resource.Push{
			Base: h.servers.Base, Default: resource.Strict,
			Body: &meanwhile{
				func() {
					_, err := tests.Create(t.Context(), h.manager, []byte(owns))
					h.ok(err)
					h.agree("before", h.outcomes("owning"), map[string]string{"1": "PASSING"})
				},
				[]string{fmt.Sprintf(`{"resourceId":%q,"resources":[`, h.servers.ID), owned("s2", "b") + `]}`},
			},
		})
		h.ok(err)
		h.agree("after", h.outcomes("owning"), map[string]string{"1": "FAILING"})
	})
}
