// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/resource"
)

// estate is a workspace with people and accounts, through the parts of a process.
type estate struct {
	*app.App
	t        *testing.T
	admin    caller.Caller
	accounts resource.Definition
	pusher   caller.Caller
}

func newEstate(t *testing.T, storage config.Storage) *estate {
	t.Helper()
	e := &estate{App: open(t, storage), t: t}
	w, err := e.Workspaces.Get(t.Context(), "")
	e.ok(err)
	e.admin = caller.Caller{Kind: caller.System, Name: "muster", Workspace: w.Caller()}
	made, _, err := e.OAuth.Create(t.Context(), e.admin, oauth.NewApplication{Name: "Shop"})
	e.ok(err)
	e.pusher = caller.Caller{Kind: caller.Application, ID: string(made.ID), Name: "Shop", Workspace: w.Caller()}
	e.accounts, err = e.Resources.Create(t.Context(), e.admin, resource.NewDefinition{
		Application: string(made.ID), Base: "CustomResource", Name: "Login", Schema: []byte(`{"properties":{"mail":{"type":"string"}}}`),
	})
	e.ok(err)
	return e
}

func (e *estate) ok(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

func (e *estate) push(mails ...string) {
	e.t.Helper()
	var elements []string
	for _, mail := range mails {
		elements = append(elements, fmt.Sprintf(`{"uniqueId":%q,"displayName":%[1]q,"externalUrl":"","customProperties":{"mail":%[1]q}}`, mail))
	}
	_, err := e.Resources.Push(e.t.Context(), e.pusher, resource.Push{
		Base: e.accounts.Base, Default: resource.Strict,
		Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, e.accounts.ID, strings.Join(elements, ","))),
	})
	e.ok(err)
}

func (e *estate) make(email string) directory.Person {
	e.t.Helper()
	p, err := e.Directory.Create(e.t.Context(), e.admin, directory.Attributes{Email: &email})
	e.ok(err)
	return p
}

// verdicts answers "OUTCOME reason" of every record under a test by displayName.
func (e *estate) verdicts(ref string) map[string]string {
	e.t.Helper()
	all := map[string]string{}
	for _, o := range []assessment.Outcome{assessment.Passing, assessment.Failing, assessment.InProgress, assessment.OutOfScope} {
		page, err := e.Assessments.Entities(e.t.Context(), e.admin, ref, assessment.EntityQuery{Limit: 100, Outcome: o})
		e.ok(err)
		for _, x := range page.Entities {
			all[x.Name()] = strings.TrimSpace(o.String() + " " + x.Reason)
		}
	}
	return all
}

func (e *estate) want(step, ref string, want map[string]string) {
	e.t.Helper()
	if diff := cmp.Diff(want, e.verdicts(ref)); diff != "" {
		e.t.Fatalf("%s (-want +got):\n%s", step, diff)
	}
}

func onBothEngines(t *testing.T, fn func(*testing.T, config.Storage)) {
	dbtest.EachPlace(t, func(t *testing.T, folder, url string) { fn(t, config.Storage{Data: folder, Database: url}) })
}

// TestPeopleAreRecords: rules read people, and what changes about a person is known
// when the change, or the push that came after it, is answered.
func TestPeopleAreRecords(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		e := newEstate(t, storage)
		ctx := t.Context()
		jane := e.make("jane@example.com")
		e.push("Jane@Example.com", "eve@example.com")
		_, err := e.Assessments.Create(ctx, e.admin, []byte(`{"name":"Logins are of people who are here","application":"Shop","resource":"Login",
			"passWhen":{"related":"people","on":{"mail":"email"},"ignoreCase":true,"any":{"field":"status","op":"in","value":["CURRENT","ON_LEAVE"]}}}`))
		e.ok(err)
		const ref, nobody = "logins-are-of-people-who-are-here", "FAILING there is no record of people whose email is the same as mail (ignoring case), must be at least 1"
		e.want("at first", ref, map[string]string{"Jane@Example.com": "PASSING", "eve@example.com": nobody})
		eve := e.make("eve@example.com")
		e.want("a new person", ref, map[string]string{"Jane@Example.com": "PASSING", "eve@example.com": "PASSING"})
		_, err = e.Directory.Offboard(ctx, e.admin, []directory.Offboarding{{ID: eve.ID, Acknowledger: string(jane.ID)}})
		e.ok(err)
		e.want("who leaves", ref, map[string]string{
			"Jane@Example.com": "PASSING", "eve@example.com": `FAILING people[eve@example.com].status is "FORMER", must be one of "CURRENT", "ON_LEAVE"`,
		})
		// What a source says is not carried over yet when accounts are pushed.
		e.ok(e.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			email := "new@example.com"
			_, _, err := e.Directory.Put(ctx, tx, e.admin, directory.Source{Type: directory.SCIM}, "", directory.Attributes{Email: &email})
			return err
		}))
		e.push("Jane@Example.com", "new@example.com")
		e.want("pushed after a source spoke", ref, map[string]string{"Jane@Example.com": "PASSING", "new@example.com": "PASSING"})
	})
}

// TestPeopleHaveTests: people are the records of a test like any others, and
// nobody sees where they are kept.
func TestPeopleHaveTests(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		e := newEstate(t, storage)
		ctx := t.Context()
		e.push("jane@example.com")
		jane := e.make("jane@example.com")
		e.make("eve@example.com")
		made, err := e.Assessments.Create(ctx, e.admin, []byte(`{"name":"People have a login","application":"muster","resource":"people",
			"scope":{"field":"isPerson","op":"equals","value":true},
			"passWhen":{"related":"Shop/Login","on":{"email":"mail"},"count":{"op":"gte","value":1,"of":{"field":"mail","op":"exists"}}}}`))
		e.ok(err)
		const none = "FAILING there is no record of Shop/Login whose mail is the same as email, must be at least 1"
		e.want("at first", "people-have-a-login", map[string]string{"jane@example.com": "PASSING", "eve@example.com": none})
		e.push("eve@example.com")
		e.want("logins change", "people-have-a-login", map[string]string{"jane@example.com": none, "eve@example.com": "PASSING"})
		_, err = e.Directory.MarkNotPeople(ctx, e.admin, []directory.NotPerson{{ID: jane.ID, Reason: "a mailbox"}})
		e.ok(err)
		e.want("no person", "people-have-a-login", map[string]string{
			"jane@example.com": "OUT_OF_SCOPE isPerson is false, must be true", "eve@example.com": "PASSING",
		})
		if made.Definition.Name != "people" {
			t.Errorf("the test is about %+v", made.Definition)
		}
		list, err := e.Resources.List(ctx, e.admin, "")
		e.ok(err)
		applications, err := e.OAuth.List(ctx, e.admin)
		e.ok(err)
		if len(list) != 1 || len(applications) != 1 {
			t.Errorf("listed are %d definitions and %d applications; people are kept apart", len(list), len(applications))
		}
	})
}
