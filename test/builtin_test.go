// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// loginElement is an account as integrations push it.
func loginElement(id string, mfa bool) string {
	return fmt.Sprintf(`{"uniqueId":%q,"displayName":%[1]q,"externalUrl":"https://x.example","fullName":%[1]q,"accountName":%[1]q,"email":"%[1]s@example.com",
		"permissionLevel":"BASE","status":"ACTIVE","createdTimestamp":"2020-01-01T00:00:00Z","mfaEnabled":%[2]t,"mfaMethods":[],"authMethod":"PASSWORD",
		"lastLoginTimestamp":null}`, id, mfa)
}

// testLine is what tests of these pages look at.
type testLine struct {
	ID      string
	Status  string
	BuiltIn *struct{ ID string }
	Version struct{ Major int }
	Counts  struct{ Passing, Failing int }
}

func (s *server) tests(t *testing.T, token string) map[string]testLine {
	t.Helper()
	a := s.call(t, "GET", "/v1/tests?pageSize=100", "", bearer(token))
	var page struct{ Results struct{ Data []testLine } }
	if err := json.Unmarshal([]byte(a.text), &page); err != nil || a.status != 200 {
		t.Fatal(a)
	}
	all := map[string]testLine{}
	for _, one := range page.Results.Data {
		all[one.ID] = one
	}
	return all
}

// framework answers how many tests of a framework pass, of how many.
func (s *server) framework(t *testing.T, token, id string) (passing, total int) {
	t.Helper()
	var f struct{ NumTestsPassing, NumTestsTotal int }
	a := s.call(t, "GET", "/v1/frameworks/"+id, "", bearer(token))
	if err := json.Unmarshal([]byte(a.text), &f); err != nil || a.status != 200 {
		t.Fatal(a)
	}
	return f.NumTestsPassing, f.NumTestsTotal
}

// TestBuiltInTests: the first push of accounts brings tests that are evaluated and evidence for
// frameworks when it is answered; restarts, pushes and a killed server make none twice;
// lists of one test a page name each once; the evidence holds.
func TestBuiltInTests(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p place) {
		build, manage := p.application(t, "GitHub", "build"), p.application(t, "Console", "manage")
		accounts := p.plainDefinition(t, build, "Accounts", "UserAccount")
		s := p.serve(t)
		pusher, token := s.token(t, build), s.token(t, manage)
		if all := s.tests(t, token); len(all) > 0 {
			t.Fatalf("before: %v", all)
		}
		put := func(elements ...string) {
			t.Helper()
			if a := s.call(t, "PUT", "/v1/resources/user_account", set(accounts, elements...), bearer(pusher)); a.status != 200 {
				t.Fatal(a)
			}
		}
		put(loginElement("jane", true), loginElement("eve", false))
		all := s.tests(t, token)
		mfa := all["mfa-on-accounts"]
		if len(all) != 7 || mfa.Status != "NEEDS_ATTENTION" || mfa.Counts.Passing != 1 || mfa.Counts.Failing != 1 || mfa.BuiltIn == nil {
			t.Fatalf("after the answer: %+v", all)
		}
		for _, id := range []string{"soc2", "iso27001_2022", "hipaa", "nistcsf2", "nist53"} {
			// Without people and administrators two of the seven have nothing to look at.
			if passing, total := s.framework(t, token, id); passing != 2 || total != 5 {
				t.Errorf("%s counts %d of %d tests", id, passing, total)
			}
		}
		put(loginElement("jane", true))
		if passing, total := s.framework(t, token, "soc2"); passing != 3 || total != 5 {
			t.Errorf("soc2 counts %d of %d tests when the failing account is gone", passing, total)
		}
		if a := s.call(t, "PATCH", "/v1/tests/accounts-used", `{"settings":{"unused":3650}}`, bearer(token)); a.status != 200 {
			t.Fatal(a)
		}
		s.kill(t)
		s = p.serve(t)
		pusher, token = s.token(t, build), s.token(t, manage)
		put(loginElement("jane", false))
		after := s.tests(t, token)
		if len(after) != 7 || after["accounts-used"].Version.Major != 2 || after["mfa-on-accounts"].Version.Major != 1 ||
			after["mfa-on-accounts"].Counts.Failing != 1 {
			t.Errorf("after a kill and a push: %+v", after)
		}
		s.pages(t, token, after)
		s.stop(t)
		p.verify(t)
	})
}

// pages walks the list with one test a page.
func (s *server) pages(t *testing.T, token string, want map[string]testLine) {
	t.Helper()
	var seen []string
	for cursor := ""; ; {
		a := s.call(t, "GET", "/v1/tests?pageSize=1&pageCursor="+cursor, "", bearer(token))
		var page struct {
			Results struct {
				Data     []testLine
				PageInfo struct {
					EndCursor   string
					HasNextPage bool
				}
			}
		}
		if err := json.Unmarshal([]byte(a.text), &page); err != nil || a.status != 200 || len(page.Results.Data) != 1 {
			t.Fatal(a)
		}
		seen = append(seen, page.Results.Data[0].ID)
		if cursor = page.Results.PageInfo.EndCursor; !page.Results.PageInfo.HasNextPage {
			break
		}
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != len(want) {
		t.Errorf("pages name %s", strings.Join(seen, ", "))
	}
}
