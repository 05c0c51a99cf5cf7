// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pushing is a provider that pushes groups to a server that is killed again and
// again. Each group is changed by one worker: from one crew to the next, name and
// members in one PATCH.
type pushing struct {
	place

	base, token string
	crews       [][]string // ids of users, sorted
	groups      []string
	manage      application
	server      *server
	told        []int // the last crew of each group that was answered
}

const (
	pushedGroups = 3
	pushedUsers  = 12
	pushedCrews  = 5
)

func (p *pushing) start(t *testing.T) {
	t.Helper()
	p.server = p.serve(t)
}

func (p *pushing) scim(t *testing.T, method, path, body string) answer {
	t.Helper()
	a, err := p.server.send(t.Context(), method, p.base+path, strings.NewReader(body), bearer(p.token), "Content-Type: application/scim+json")
	if err != nil {
		return answer{text: err.Error()}
	}
	return a
}

func (p *pushing) create(t *testing.T, path, body string) string {
	t.Helper()
	a := p.scim(t, http.MethodPost, path, body)
	var made struct{ ID string }
	if a.into(t, &made); a.status != http.StatusCreated {
		t.Fatalf("create: %s", a)
	}
	return made.ID
}

func (p *pushing) fill(t *testing.T) {
	t.Helper()
	var made struct{ BaseURL, Token string }
	p.admin(t, &made, "directory", "create", "--name", "Okta", "--provider", "okta")
	address, err := url.Parse(made.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	p.base, p.token = address.Path, made.Token
	users := make([]string, pushedUsers)
	for i := range users {
		users[i] = p.create(t, "/Users", userBody(fmt.Sprintf("user%d", i)))
	}
	for i := range pushedCrews {
		var crew []string
		for j, id := range users {
			if (j+i)%pushedCrews != 0 {
				crew = append(crew, id)
			}
		}
		slices.Sort(crew)
		p.crews = append(p.crews, crew)
	}
	p.told = make([]int, pushedGroups)
	for g := range pushedGroups {
		p.groups = append(p.groups, p.create(t, "/Groups", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"%s","members":%s}`,
			crewName(g, 0), p.members(0))))
	}
}

func userBody(name string) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"%[1]s@example.com","displayName":"%[1]s","active":true}`, name)
}

func crewName(group, crew int) string { return fmt.Sprintf("Group %d crew %d", group, crew) }

func (p *pushing) members(crew int) string {
	return `[{"value":"` + strings.Join(p.crews[crew%pushedCrews], `"},{"value":"`) + `"}]`
}

// push moves a group from crew to crew until the server is gone.
func (p *pushing) push(t *testing.T, group int, done *atomic.Int64) {
	for crew := p.told[group] + 1; ; crew++ {
		a := p.scim(t, http.MethodPatch, "/Groups/"+p.groups[group], fmt.Sprintf(
			`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
				{"op":"replace","value":{"displayName":"%s"}},{"op":"replace","path":"members","value":%s}]}`, crewName(group, crew), p.members(crew)))
		if a.status == 0 {
			return
		}
		if a.status/100 != 2 {
			t.Errorf("push: %s", a)
			return
		}
		p.told[group] = crew
		done.Add(1)
	}
}

// hire sends bulks of users until the server is gone, and answers of how many it
// heard that they are there.
func (p *pushing) hire(t *testing.T, round int, done *atomic.Int64) (heard []string) {
	for i := 0; ; i++ {
		var operations, names []string
		for j := range 4 {
			name := fmt.Sprintf("hire%d-%d-%d", round, i, j)
			names = append(names, name)
			operations = append(operations, fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"b%d","data":%s}`, j, userBody(name)))
		}
		a := p.scim(t, http.MethodPost, "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+strings.Join(operations, ",")+`]}`)
		if a.status == 0 {
			return heard
		}
		if a.status != http.StatusOK || strings.Count(a.text, `"status":"201"`) != len(names) {
			t.Errorf("bulk: %s", a)
			return heard
		}
		heard = append(heard, names...)
		done.Add(1)
	}
}

// whole checks that each group is one crew under its name, no older than what was
// answered, and that the people are those of the members.
func (p *pushing) whole(t *testing.T) {
	t.Helper()
	manage := p.server.token(t, p.manage)
	people := map[string][]string{} // of groups of people, by name
	var page struct {
		Results struct{ Data []struct{ ID, Name string } }
	}
	p.server.call(t, http.MethodGet, "/v1/groups?pageSize=100", "", bearer(manage)).into(t, &page)
	for _, g := range page.Results.Data {
		var list []struct{ EmailAddress string }
		p.server.call(t, http.MethodGet, "/v1/groups/"+g.ID+"/people", "", bearer(manage)).into(t, &list)
		for _, one := range list {
			people[g.Name] = append(people[g.Name], one.EmailAddress)
		}
		slices.Sort(people[g.Name])
	}
	for g, id := range p.groups {
		var group struct {
			DisplayName string
			Members     []struct{ Value, Display string }
		}
		p.scim(t, http.MethodGet, "/Groups/"+id, "").into(t, &group)
		crew := p.told[g]
		if group.DisplayName == crewName(g, crew+1) {
			crew++ // it was done and not heard of
		}
		var members, mail []string
		for _, m := range group.Members {
			members, mail = append(members, m.Value), append(mail, m.Display+"@example.com")
		}
		slices.Sort(members)
		slices.Sort(mail)
		if group.DisplayName != crewName(g, crew) || !slices.Equal(members, p.crews[crew%pushedCrews]) {
			t.Errorf("%s of %d told has the members %v, want %v", group.DisplayName, p.told[g], members, p.crews[crew%pushedCrews])
		}
		if diff := cmp.Diff(mail, people[group.DisplayName]); diff != "" {
			t.Errorf("people of %s are not its members (-members +people):\n%s", group.DisplayName, diff)
		}
		p.told[g] = crew
	}
}

// hired checks that every user is there with person and account or not at all.
func (p *pushing) hired(t *testing.T, heard []string) {
	t.Helper()
	d := p.openDatabase(t)
	defer func() { _ = d.Close() }()
	var users, followed int
	if err := d.QueryRowContext(t.Context(), `
		SELECT COUNT(*), COUNT(CASE WHEN u.id IS NOT NULL AND p.id IS NOT NULL THEN 1 END)
		FROM scim_resource r LEFT JOIN access_user u ON u.id = r.account LEFT JOIN directory_person p ON p.id = r.follower
		WHERE r.type = 'User'`).Scan(&users, &followed); err != nil {
		t.Fatal(err)
	}
	if users != followed || users < pushedUsers+len(heard) {
		t.Errorf("%d users, %d with person and account; %d were answered for", users, followed, pushedUsers+len(heard))
	}
	for _, name := range heard {
		a := p.scim(t, http.MethodGet, "/Users?filter="+url.QueryEscape(fmt.Sprintf(`userName eq "%s@example.com"`, name)), "")
		if !strings.Contains(a.text, `"totalResults":1`) {
			t.Errorf("%s was answered for and is not there: %s", name, a)
		}
	}
}

// A server that is killed while groups are pushed leaves no half of a PATCH and no
// half of a bulk operation, and nothing that it has answered for is lost.
func TestKilledWhileGroupsArePushed(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, at place) {
		p := &pushing{place: at}
		p.manage = p.application(t, "Console", "manage")
		p.start(t)
		p.fill(t)
		var heard []string
		for round, answers := range []int64{1, 4, 9, 15} {
			var done atomic.Int64
			var workers sync.WaitGroup
			for g := range pushedGroups {
				workers.Go(func() { p.push(t, g, &done) })
			}
			var hired []string
			workers.Go(func() { hired = p.hire(t, round, &done) })
			workers.Go(func() {
				for done.Load() < answers && !t.Failed() {
					p.scim(t, http.MethodGet, "/Groups?count=0", "")
				}
				p.server.kill(t)
			})
			workers.Wait()
			heard = append(heard, hired...)
			p.start(t)
			p.whole(t)
			p.hired(t, heard)
		}
		p.server.stop(t)
		p.verify(t)
	})
}
