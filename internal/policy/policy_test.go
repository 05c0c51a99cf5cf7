// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/blob"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/policy"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
)

// house is two workspaces with people and policies behind HTTP. Tokens are the names of
// callers: "ada" and "ben" write policies, "eve" is an employee; "other" is next door.
type house struct {
	testing.TB
	callers  map[string]caller.Caller
	clock    time.Time
	db       *db.DB
	people   *directory.Service
	policies *policy.Service
	url      string
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{TB: t, callers: map[string]caller.Caller{}, clock: time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC), db: d}
	now := func() time.Time { return h.clock }
	houses := workspace.New(d, now)
	_, err := houses.Create(t.Context(), caller.Caller{Kind: caller.CommandLine}, workspace.NewWorkspace{Name: "other"})
	h.ok(err)
	for name, place := range map[string]string{"ada": "default", "ben": "default", "eve": "default", "other": "other"} {
		w, err := houses.Get(t.Context(), place)
		h.ok(err)
		c := caller.Caller{Kind: caller.User, ID: db.NewID(h.clock), Name: name, Role: "x", Workspace: w.Caller(), Grants: []caller.Permission{caller.OwnAccount}}
		if name != "eve" {
			c.Grants = append(c.Grants, caller.ReadPolicies, caller.WritePolicies, caller.ReadPeople, caller.WritePeople)
		}
		h.callers[name] = c
	}
	h.people = directory.New(directory.Options{DB: d, Now: now})
	h.policies = policy.New(policy.Options{DB: d, Directory: h.people, Files: blob.New(t.TempDir(), 100), Now: now, Users: h})
	server := web.New(web.Options{Bearer: h, Now: now, StreamLimit: 1 << 20})
	h.people.Mount(server)
	h.policies.Mount(server)
	s := httptest.NewServer(server.Handler())
	t.Cleanup(s.Close)
	h.url = s.URL
	return h
}

// Caller takes the names of callers for tokens.
func (h *house) Caller(_ context.Context, token string) (caller.Caller, error) {
	c, ok := h.callers[token]
	if !ok {
		return c, fault.New(fault.Unauthorized, "no such token")
	}
	return c, nil
}

// PolicyUser knows the callers by id and e-mail.
func (h *house) PolicyUser(_ context.Context, c caller.Caller, ref string) (policy.User, error) {
	for name, one := range h.callers {
		if one.Workspace == c.Workspace && (one.ID == ref || name+"@x.example" == ref) {
			return policy.User{Email: name + "@x.example", ID: one.ID, MayOwn: name != "eve", Name: name}, nil
		}
	}
	return policy.User{}, fault.New(fault.NotFound, "there is no user %q", ref)
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// ask calls as somebody, wants a status, and reads the answer into to.
func (h *house) ask(who, method, path, body string, status int, to any) string {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), method, h.url+"/v1/"+path, strings.NewReader(body))
	h.ok(err)
	r.Header.Set("Authorization", "Bearer "+who)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		if strings.Contains(path, "/file") {
			r.Header.Set("Content-Type", "application/octet-stream")
		}
	}
	answer, err := http.DefaultClient.Do(r)
	h.ok(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	h.ok(err)
	if answer.StatusCode != status {
		h.Fatalf("%s %s %s: %d %s, want %d", who, method, path, answer.StatusCode, text, status)
	}
	if to != nil {
		h.ok(json.Unmarshal(text, to))
	}
	return string(text)
}

// person makes one, and group a group with some.
func (h *house) person(name string) directory.PersonID {
	h.Helper()
	email := name + "@x.example"
	p, err := h.people.Create(h.Context(), h.callers["ada"], directory.Attributes{Email: &email})
	h.ok(err)
	return p.ID
}

func (h *house) group(name string, people ...directory.PersonID) directory.GroupID {
	h.Helper()
	g, err := h.people.CreateGroup(h.Context(), h.callers["ada"], name)
	h.ok(err)
	_, err = h.people.JoinAll(h.Context(), h.callers["ada"], g.ID, people)
	h.ok(err)
	return g.ID
}

// publish writes and approves the next version.
func (h *house) publish(slug, text string, minor bool) {
	h.Helper()
	_, _, err := h.policies.Write(h.Context(), h.callers["ada"], slug, policy.Writing{Minor: minor, Text: text})
	h.ok(err)
	_, _, err = h.policies.Submit(h.Context(), h.callers["ada"], slug)
	h.ok(err)
	_, _, err = h.policies.Approve(h.Context(), h.callers["ben"], slug)
	h.ok(err)
}

// summary answers what is asked of a person: status, due, completion, what is open and
// what is done.
func (h *house) summary(id directory.PersonID) string {
	h.Helper()
	var p api.Person
	h.ask("ada", "GET", "people/"+string(id), "", 200, &p)
	day := func(at *string) string {
		if at == nil {
			return "-"
		}
		return (*at)[:10]
	}
	a := p.TasksSummary.Details.AcceptPolicies
	if p.TasksSummary.Status != a.Status && p.TasksSummary.Status != "PAUSED" && !strings.HasPrefix(p.TasksSummary.Status, "OFFBOARDING") {
		h.Errorf("the summary is %s, the only task %s", p.TasksSummary.Status, a.Status)
	}
	text := fmt.Sprintf("%s %s %s open", p.TasksSummary.Status, day(p.TasksSummary.DueDate), day(p.TasksSummary.CompletionDate))
	for _, one := range a.UnacceptedPolicies {
		text += " " + one.Name
	}
	text += " done"
	for _, one := range a.AcceptedPolicies {
		text += " " + one.Name
	}
	if a.Disabled != nil {
		text += " disabled " + day(&a.Disabled.Date)
	}
	return text
}

func (h *house) days(n int) { h.clock = h.clock.AddDate(0, 0, n) }

// TestLifeOfAPolicy goes from a draft to its expiry.
func TestLifeOfAPolicy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		var s api.PolicySettings
		h.ask("ada", "POST", "policies", `{"name":"Access control","description":"Who may what.","renewal":"P1Y","owner":"ada@x.example"}`, 201, &s)
		at := "policies/" + s.Slug
		shown := func(want string) {
			t.Helper()
			var one api.Policy
			var page web.Page[api.Policy]
			h.ask("ada", "GET", at, "", 200, &one)
			h.ask("ada", "GET", "policies", "", 200, &page)
			if diff := cmp.Diff([]api.Policy{one}, page.Results.Data); diff != "" {
				t.Errorf("the list differs (-one +list):\n%s", diff)
			}
			approved := "-"
			if one.ApprovedAtDate != nil {
				approved = (*one.ApprovedAtDate)[:10]
			}
			if got := one.Status + " " + one.LatestVersion.Status + " " + approved; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		shown("NEEDS_REMEDIATION NOT_STARTED -")
		h.ask("ada", "POST", at+"/submit", "", 422, nil)
		h.ask("ada", "PUT", at+"/draft", `{"text":"  "}`, 400, nil)
		h.ask("ada", "PUT", at+"/draft", `{"text":"# One"}`, 200, nil)
		h.ask("ada", "PUT", at+"/draft", `{"text":"# First"}`, 200, nil)
		shown("NEEDS_REMEDIATION DRAFT -")
		h.ask("ben", "POST", at+"/approve", "", 422, nil)
		h.ask("ada", "POST", at+"/submit", "", 200, nil)
		shown("NEEDS_REMEDIATION PENDING_APPROVAL -")
		h.ask("ada", "PUT", at+"/draft", `{"text":"# Sneaked in"}`, 422, nil)
		h.ask("ada", "PUT", at+"/draft/file?name=a.pdf", `sneaked in`, 422, nil)
		h.ask("ada", "POST", at+"/approve", "", 403, nil)
		h.ask("ben", "POST", at+"/return", `{"reason":"A word is missing."}`, 200, nil)
		shown("NEEDS_REMEDIATION DRAFT -")
		h.ask("ada", "POST", at+"/submit", "", 200, nil)
		h.ask("ben", "POST", at+"/approve", "", 200, nil)
		shown("OK APPROVED 2026-01-31")
		h.days(334)
		shown("OK APPROVED 2026-01-31")
		h.days(1)
		shown("OK RENEW_SOON 2026-01-31")
		h.days(30)
		shown("NEEDS_REMEDIATION EXPIRED 2026-01-31")
		h.ask("ben", "PUT", at+"/draft/file?name=..%2Fnew.pdf", "%PDF", 200, nil)
		shown("NEEDS_REMEDIATION DRAFT 2026-01-31")
		h.ask("ben", "PUT", at+"/draft/file?name=big.pdf", strings.Repeat("x", 101), 413, nil)
		h.ask("ben", "POST", at+"/submit", "", 200, nil)
		h.ask("ada", "POST", at+"/approve", "", 200, nil)
		shown("OK APPROVED 2027-01-31")
		if got := h.ask("ada", "GET", at+"/versions/2/file", "", 200, nil); got != "%PDF" {
			t.Errorf("the file is %q", got)
		}
		h.ask("ada", "GET", at+"/versions/1/file", "", 404, nil)
		var first api.PolicyVersionText
		h.ask("ada", "GET", at+"/versions/1", "", 200, &first)
		sum := sha256.Sum256([]byte("# First"))
		if *first.Text != "# First" || first.Status != "REPLACED" || first.SHA256 != hex.EncodeToString(sum[:]) || first.ExpiresDate != nil {
			t.Errorf("got %+v", first)
		}
		var page web.Page[api.PolicyVersion]
		h.ask("ada", "GET", at+"/versions?pageSize=1", "", 200, &page)
		if v := page.Results.Data[0]; v.Number != 2 || v.File.Name != "new.pdf" || *v.ExpiresDate != "2028-01-31T09:00:00.000Z" || !page.Results.PageInfo.HasNextPage {
			t.Errorf("got %+v", page)
		}
		h.ask("ada", "GET", at+"/versions?pageSize=1&pageCursor="+*page.Results.PageInfo.EndCursor, "", 200, &page)
		if v := page.Results.Data[0]; v.Number != 1 || page.Results.PageInfo.HasNextPage {
			t.Errorf("got %+v", page)
		}
		h.entries("policy", "created", "version drafted", "version drafted", "version submitted", "version returned", "version submitted", "version approved",
			"version drafted", "version submitted", "version approved")
		h.ask("ada", "DELETE", at, "", 204, nil)
		h.ask("ada", "GET", at, "", 404, nil)
	})
}

// entries compares what the ledger says of a kind.
func (h *house) entries(kind string, want ...string) {
	h.Helper()
	var got []string
	h.ok(h.db.Read(h.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, func(row db.Row) error {
			var text []byte
			if err := row.Scan(&text); err != nil {
				return err
			}
			var entry struct {
				Kind string `json:"kind"`
				Body struct {
					What string `json:"what"`
				} `json:"body"`
			}
			if err := json.Unmarshal(text, &entry); err != nil {
				return err
			}
			if entry.Kind == kind {
				got = append(got, entry.Body.What)
			}
			return nil
		}, `SELECT document FROM evidence_entry`)
	}))
	slices.Sort(want) // entries of one millisecond have no order
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		h.Errorf("the ledger (-want +got):\n%s", diff)
	}
}

// TestRefusals names what is wrong by its place, and keeps the walls.
func TestRefusals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for body, place := range map[string]string{
			`{}`: "/name", `{"name":"x","renewal":"P4Y"}`: "/renewal", `{"name":"x","groups":["nobody"]}`: "/groups/0", `{"name":"x","groups":"a"}`: "/groups",
			`{"name":"x","daysToAccept":0}`: "/daysToAccept", `{"name":"x","daysToAccept":1.5}`: "/daysToAccept", `{"name":"x","owner":"zoe"}`: "/owner",
			`{"name":"x","owner":"eve@x.example"}`: "/owner", `{"name":"x","approver":"other@x.example"}`: "/approver", `{"name":"x","authorMayApprove":"yes"}`: "/authorMayApprove",
			`{"name":"x","kind":"Scope"}`: "/kind", `{"name":"x","colour":"red"}`: "/colour", `{"name":"x","slug":"A b"}`: "/slug", `{"name":"日本"}`: "/slug", `[]`: "object",
		} {
			if text := h.ask("ada", "POST", "policies", body, 400, nil); !strings.Contains(text, place) {
				t.Errorf("%s: %s does not name %s", body, text, place)
			}
		}
		h.ask("ada", "POST", "policies", `{"name":"Access","approver":"ben@x.example","authorMayApprove":true}`, 201, nil)
		h.ask("ada", "POST", "policies", `{"name":"Access"}`, 409, nil)
		h.ask("ada", "PUT", "policies/access", `{"name":"Access","slug":"other"}`, 400, nil)
		h.publish("access", "x", false)
		h.ask("ada", "PUT", "policies/access/draft", `{"text":"y"}`, 200, nil)
		h.ask("ada", "POST", "policies/access/submit", "", 200, nil)
		h.ask("ada", "POST", "policies/access/approve", "", 403, nil) // ben is named
		for _, one := range [][3]string{
			{"GET", "", ""},
			{"PUT", "", `{"name":"y"}`},
			{"DELETE", "", ""},
			{"GET", "/settings", ""},
			{"GET", "/versions", ""},
			{"GET", "/versions/1", ""},
			{"GET", "/versions/1/file", ""},
			{"PUT", "/draft", `{"text":"x"}`},
			{"PUT", "/draft/file?name=x", "x"},
			{"POST", "/submit", ""},
			{"POST", "/approve", ""},
			{"POST", "/return", `{"reason":"x"}`},
			{"GET", "/acceptances", ""},
			{"POST", "/acceptances", `{"personId":"a@x.example","reason":"x"}`},
		} {
			h.ask("other", one[0], "policies/access"+one[1], one[2], 404, nil)
			h.ask("eve", one[0], "policies/access"+one[1], one[2], 403, nil)
		}
		h.ask("eve", "GET", "policies", "", 403, nil)
		h.ask("eve", "GET", "account/policies/access", "", 404, nil)
		h.ask("eve", "POST", "policies/access/accept", `{"version":1}`, 404, nil)
		if text := h.ask("other", "GET", "policies", "", 200, nil); strings.Contains(text, "Access") {
			t.Errorf("next door sees %s", text)
		}
	})
}

// TestAcceptance follows what is asked of one person through groups, versions, leave,
// and her going.
func TestAcceptance(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		eve, max := h.person("eve"), h.person("max")
		staff := h.group("Staff", eve)
		want := func(text string) {
			t.Helper()
			if got := h.summary(eve); got != text {
				t.Errorf("%s: got %q, want %q", h.clock.Format(time.DateOnly), got, text)
			}
		}
		h.ask("ada", "POST", "policies", `{"name":"Access","groups":["staff"],"daysToAccept":10}`, 201, nil)
		h.ask("ada", "POST", "policies", `{"name":"Backup","groups":["`+string(staff)+`"],"daysToAccept":20}`, 201, nil)
		want("NONE - - open done")
		h.ask("eve", "POST", "policies/access/accept", `{"version":1}`, 404, nil)
		h.publish("access", "# Access", false)
		h.days(1)
		h.publish("backup", "# Backup", false)
		want("DUE_SOON 2026-02-10 - open Access Backup done")
		var own web.Page[api.OwnPolicy]
		h.ask("eve", "GET", "account/policies", "", 200, &own)
		if len(own.Results.Data) != 2 || own.Results.Data[0].Version != 1 || own.Results.Data[0].Status != "DUE_SOON" {
			t.Fatalf("got %+v", own)
		}
		slices.SortFunc(own.Results.Data, func(a, b api.OwnPolicy) int { return strings.Compare(a.Name, b.Name) })
		var text api.PolicyVersionText
		h.ask("eve", "GET", "account/policies/"+own.Results.Data[0].ID, "", 200, &text)
		if *text.Text != "# Access" || text.SHA256 != own.Results.Data[0].SHA256 {
			t.Errorf("got %+v", text)
		}
		h.ask("eve", "POST", "policies/access/accept", `{"version":2}`, 409, nil)
		var done, again api.PolicyAcceptance
		h.ask("eve", "POST", "policies/access/accept", `{"version":1}`, 200, &done)
		h.days(1)
		h.ask("eve", "POST", "policies/access/accept", `{"version":1}`, 200, &again)
		if diff := cmp.Diff(done, again); diff != "" || *done.SHA256 != text.SHA256 || done.RecordedBy != nil {
			t.Errorf("%+v, then (-first +second):\n%s", done, diff)
		}
		want("DUE_SOON 2026-02-21 - open Backup done Access")
		h.ask("ada", "POST", "policies/backup/acceptances", `{"personId":"eve@x.example","reason":""}`, 400, nil)
		h.ask("ada", "POST", "policies/backup/acceptances", `{"personId":"max@x.example","reason":"On paper."}`, 404, nil)
		h.ask("ada", "POST", "policies/backup/acceptances", `{"personId":"`+string(eve)+`","reason":"On paper."}`, 201, &done)
		if *done.RecordedBy != "ada" || *done.Reason != "On paper." {
			t.Errorf("got %+v", done)
		}
		want("COMPLETE - 2026-02-02 open done Access Backup")
		h.publish("access", "# Access, spelt right", true)
		want("COMPLETE - 2026-02-02 open done Access Backup")
		h.publish("access", "# Access is another thing now", false)
		want("DUE_SOON 2026-02-12 - open Access done Backup")
		h.days(10)
		want("DUE_SOON 2026-02-12 - open Access done Backup")
		h.days(1)
		want("OVERDUE 2026-02-12 - open Access done Backup")
		begin, end := h.clock, h.clock.AddDate(0, 0, 5)
		_, err := h.people.SetLeave(t.Context(), h.callers["ada"], eve, directory.Leave{Start: begin, End: &end})
		h.ok(err)
		want("PAUSED - - open Access done Backup disabled 2026-02-13")
		h.days(5)
		want("DUE_SOON 2026-02-28 - open Access done Backup") // ten days from the end of the leave
		_, err = h.people.Quit(t.Context(), h.callers["ada"], staff, eve)
		h.ok(err)
		want("NONE - - open done")
		h.ask("eve", "POST", "policies/access/accept", `{"version":3}`, 404, nil)
		h.days(30)
		_, err = h.people.Join(t.Context(), h.callers["ada"], staff, eve)
		h.ok(err)
		want("DUE_SOON 2026-03-30 - open Access done Backup") // ten days from joining again
		_, err = h.people.Join(t.Context(), h.callers["ada"], staff, max)
		h.ok(err)
		var list web.Page[api.PolicyAcceptance]
		h.ask("ada", "GET", "policies/backup/acceptances", "", 200, &list)
		var names []string
		for _, a := range list.Results.Data {
			names = append(names, a.Name+" "+a.Status)
		}
		slices.Sort(names)
		if diff := cmp.Diff([]string{"eve@x.example COMPLETE", "max@x.example DUE_SOON"}, names); diff != "" {
			t.Errorf("acceptances (-want +got):\n%s", diff)
		}
		gone := h.clock
		_, err = h.people.Update(t.Context(), h.callers["ada"], eve, directory.Attributes{EndDate: &gone})
		h.ok(err)
		want("NONE - - open done") // offboarding, which tells of who has left, is not part of this house
		h.entries("policy", "created", "created", "version drafted", "version submitted", "version approved", "version drafted", "version submitted", "version approved",
			"accepted", "acceptance recorded", "version drafted", "version submitted", "version approved", "version drafted", "version submitted", "version approved")
	})
}
