// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// strict makes a shell note every command that fails, a refused request too:
// what a guide shows must work, to the last line of each block.
const strict = `
set -E -o pipefail
curl() { command curl --fail-with-body "$@"; }
trap 'echo "$BASH_COMMAND" >>failed.txt' ERR
scim() { curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/scim+json' "$@"; }
export EMAIL=ada@example.com PASSWORD='seven quiet otters'
`

// meanwhile is what the identity provider and people do between the blocks of a
// guide, by the beginning of the heading under which they do it.
var meanwhile = map[string]map[string]string{
	"provisioning.md": {
		"## What came": `
			scim "$SCIM/Users" -d '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "eve@example.com", "muster_roles": "no such role"}'
			command curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/scim+json' "$SCIM/Users" -d '{"userName": "eve@example.com"}'
			WARNING=$(api "$BASE/v1/directories/$DIR/warnings" | jq -er '.warnings[] | select(.kind == "unknown_role").id')`,
		"## What a directory cannot do": `
			api "$BASE/v1/users" -d '{"email": "carol@example.com", "name": "Carol", "role": "admin"}'
			scim "$SCIM/Users" -d '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "carol@example.com"}' >carol.json
			BOB=$(jq -er .id carol.json)`,
	},
	"okta.md": {
		"## 3. ": `
			SCIM=$(jq -r .baseUrl directory.json) TOKEN=$(jq -r .token directory.json)
			scim "$SCIM/Users?startIndex=1&count=2"`,
		"## 6. ": `scim "$SCIM/Users" -d '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "grace@example.com",
			"emails": [{"primary": true, "value": "grace@example.com", "type": "work"}], "muster_roles": "editor", "active": true}'
			WHO=grace@example.com`,
	},
	"entra.md": {
		"## 3. ": `
			SCIM=$(jq -r .baseUrl directory.json) TOKEN=$(jq -r .token directory.json)
			scim "$SCIM/Users?filter=userName+eq+%22d3b07384%22"`,
		"## 7. ": `scim "$SCIM/Users" -d '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "alan@example.com",
			"roles": [{"primary": "True", "value": "editor"}], "active": "True"}'
			WHO=alan@example.com`,
	},
	"scim.md": {
		"## 3. ": `
			SCIM=$(jq -r .baseUrl directory.json) TOKEN=$(jq -r .token directory.json)
			scim "$SCIM/Users?startIndex=1&count=1"`,
		"## 6. ": `scim "$SCIM/Users" -d '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "mary@example.com",
			"muster_roles": "editor", "active": true}'
			WHO=mary@example.com`,
	},
}

// TestGuidesToProvisioning runs the four guides as they are written, one after
// another in one shell, with an identity provider that comes in between.
func TestGuidesToProvisioning(t *testing.T) {
	t.Parallel()
	need(t, "bash", "curl", "jq", "openssl")
	p := place{data: t.TempDir()}
	s := p.serve(t)
	founder(t, s)
	for _, guide := range []string{"provisioning.md", "okta.md", "entra.md", "scim.md"} {
		t.Run(guide, func(t *testing.T) {
			folder := t.TempDir()
			list := []step{{script: strict}}
			if guide != "provisioning.md" { // they begin with what it sets
				list = append(list, sections(t, "provisioning.md", "## Connect one")[0])
			}
			list = append(list, sections(t, guide, "")...)
			for i, s := range list {
				if s.mark != "json" {
					list[i].want = "…"
				}
			}
			shell(t, guide, folder, []string{
				"PATH=" + filepath.Dir(muster(t)) + ":" + os.Getenv("PATH"), "HOME=" + folder, "LANG=C.UTF-8", "BASE=" + s.url,
			}, list)
			if failed, err := os.ReadFile(filepath.Join(folder, "failed.txt")); err == nil {
				t.Errorf("%s: what failed:\n%s", guide, failed)
			}
		})
	}
	s.stop(t)
}

// founder makes the Admin who follows the guides.
func founder(t *testing.T, s *server) {
	t.Helper()
	var user struct{ ID string }
	s.admin(t, &user, "user", "create", "--email", "ada@example.com", "--name", "Ada", "--role", "admin")
	var link struct{ URL string }
	s.admin(t, &link, "user", "invite", user.ID)
	_, token, _ := strings.Cut(link.URL, "#")
	cookieIn(t, s.call(t, "POST", "/v1/invitations/accept", `{"token":"`+token+`","password":"seven quiet otters"}`))
}

// sections answers the steps of a guide with what happens in between, of the
// sections whose headings begin so.
func sections(t *testing.T, guide, heading string) (list []step) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../docs/guide", guide))
	if err != nil {
		t.Fatal(err)
	}
	line := 0
	for i, section := range strings.Split(string(text), "\n#") {
		if i > 0 {
			section = "#" + section
		}
		these, err := steps(section)
		if err != nil {
			t.Fatalf("%s: %v", guide, err)
		}
		if strings.HasPrefix(section, heading) {
			list = append(list, between(guide, section)...)
			for _, s := range these {
				s.line += line
				list = append(list, s)
			}
		}
		line += strings.Count(section, "\n") + 1
	}
	return list
}

// between answers what happens before the steps of a section.
func between(guide, section string) (list []step) {
	for heading, script := range meanwhile[guide] {
		if strings.HasPrefix(section, heading) {
			list = append(list, step{script: script})
		}
	}
	return list
}
