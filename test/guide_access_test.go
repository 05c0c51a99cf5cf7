// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// scanned and account are records that the guides speak of.
const (
	scanned = `{"uniqueId":"v%d","displayName":"Finding %d","externalUrl":"https://x.example","packageName":"openssl","packageVersion":"1","severity":9.5,
		"vulnerableComponentUniqueId":"web","description":"d","isResolvable":false,"remediationInstructions":"r"}`
	login = `{"uniqueId":%q,"displayName":%q,"externalUrl":"https://x.example","fullName":"F","accountName":"a","email":"x@example.com","permissionLevel":"ADMIN",
		"createdTimestamp":"2026-01-01T00:00:00Z","status":"ACTIVE","mfaEnabled":false,"mfaMethods":[],"authMethod":"PASSWORD"}`
)

// guided runs the blocks of shell of a guide one by one, with variables that the
// steps before may add to, and lets check look at each answer.
func guided(t *testing.T, file string, env map[string]string, check []func(answer string)) {
	t.Helper()
	need(t, "curl")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list := blocks(string(text), "sh")
	if len(list) != len(check) {
		t.Fatalf("%s has %d blocks of shell, and %d checks", file, len(list), len(check))
	}
	for i, block := range list {
		cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-euc", block)
		for name, value := range env {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		cmd.Env = append(cmd.Env, "PATH="+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s, block %d: %v\n%s", file, i+1, err, out)
		}
		check[i](string(out))
	}
}

// says wants all of some texts in an answer.
func says(t *testing.T, texts ...string) func(string) {
	return func(answer string) {
		t.Helper()
		for _, text := range texts {
			if !strings.Contains(answer, text) {
				t.Errorf("want %s in %s", text, answer)
			}
		}
	}
}

// ids answers the ids in an answer's list, by a member.
func ids(t *testing.T, answer, member string) (list []string) {
	t.Helper()
	var page struct {
		Results struct{ Data []map[string]any }
	}
	if err := json.Unmarshal([]byte(answer), &page); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	for _, one := range page.Results.Data {
		list = append(list, fmt.Sprint(one[member]))
	}
	return list
}

// TestGuideToVulnerabilities runs docs/guide/vulnerabilities.md as written.
func TestGuideToVulnerabilities(t *testing.T) {
	t.Parallel()
	p := place{data: t.TempDir()}
	schema := t.TempDir() + "/schema.json"
	if err := os.WriteFile(schema, []byte(`{"properties":{"score":{"type":"float64"},"machine":{"type":"string"},"seen":{"type":"timestamp"},"module":{"type":"string"}},
		"optionalProperties":{"fixed_in":{"type":"string"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	build, manage := p.application(t, "Scanner", "build"), p.application(t, "Console", "manage")
	findings, custom := p.plainDefinition(t, build, "Findings", "PackageVulnerabilityConnectors"), p.plainDefinition(t, build, "Own scanner", "CustomResource", "--schema", schema)
	s := p.serve(t)
	pusher, token := s.token(t, build), s.token(t, manage)
	push := func(base, resource string, records ...string) {
		t.Helper()
		if a := s.call(t, "PUT", "/v1/resources/"+base, set(resource, records...), bearer(pusher)); a.status != 200 {
			t.Fatalf("push: %s", a)
		}
	}
	push("package_vulnerability_connectors", findings, fmt.Sprintf(scanned, 1, 1), fmt.Sprintf(scanned, 2, 2))
	push("package_vulnerability_connectors", findings, fmt.Sprintf(scanned, 1, 1))
	push("custom_resource", custom, `{"uniqueId":"o1","displayName":"Own finding","externalUrl":"https://x.example",
		"customProperties":{"score":7.5,"machine":"web","seen":"2026-01-01T00:00:00Z","module":"left-pad"}}`)
	gone := ids(t, s.call(t, "GET", "/v1/vulnerability-remediations", "", bearer(token)).text, "id")
	if len(gone) != 1 {
		t.Fatalf("got %v", gone)
	}
	env := map[string]string{"MUSTER_URL": s.url, "TOKEN": token, "PUSH_TOKEN": pusher, "REMEDIATION_ID": gone[0], "RESOURCE_ID": custom}
	guided(t, "../docs/guide/vulnerabilities.md", env, []func(string){
		func(answer string) {
			list := ids(t, answer, "id")
			if len(list) != 1 {
				t.Fatalf("got %s", answer)
			}
			env["VULNERABILITY_ID"] = list[0]
		},
		says(t, `"status":"ERROR"`, "on time"), // it was not late
		says(t, `"status":"SUCCESS"`),
		func(answer string) {
			says(t, `"as":"vulnerability"`)(answer)
			if a := s.call(t, "GET", "/v1/vulnerabilities?packageIdentifier=left-pad", "", bearer(token)); !strings.Contains(a.text, `"severity":"HIGH"`) {
				t.Errorf("not shown: %s", a)
			}
			if a := s.call(t, "GET", "/v1/vulnerabilities?isDeactivated=true", "", bearer(token)); !strings.Contains(a.text, "Not reachable from outside.") {
				t.Errorf("not deactivated: %s", a)
			}
		},
	})
}

// TestGuideToReviews runs docs/guide/reviews.md as written.
func TestGuideToReviews(t *testing.T) {
	t.Parallel()
	p := place{data: t.TempDir()}
	build, manage := p.application(t, "HR", "build"), p.application(t, "Console", "manage")
	p.admin(t, &struct{}{}, "user", "create", "--email", "ada@example.com", "--name", "Ada", "--role", "admin")
	resource := p.plainDefinition(t, build, "GitHub", "UserAccount")
	s := p.serve(t)
	pusher, token := s.token(t, build), s.token(t, manage)
	push := func(names ...string) {
		t.Helper()
		var records []string
		for _, name := range names {
			records = append(records, fmt.Sprintf(login, name, name))
		}
		if a := s.call(t, "PUT", "/v1/resources/user_account", set(resource, records...), bearer(pusher)); a.status != 200 {
			t.Fatalf("push: %s", a)
		}
	}
	push("one", "two")
	env := map[string]string{"MUSTER_URL": s.url, "TOKEN": token, "RESOURCE_ID": resource}
	review := ""
	guided(t, "../docs/guide/reviews.md", env, []func(string){
		func(answer string) {
			var made struct{ ID, Status string }
			if err := json.Unmarshal([]byte(answer), &made); err != nil || made.Status != "DRAFT" {
				t.Fatalf("%v: %s", err, answer)
			}
			review, env["REVIEW_ID"] = "/v1/access-reviews/"+made.ID, made.ID
		},
		says(t, `"status":"IN_PROGRESS"`, `"PENDING":2`),
		func(answer string) {
			list := ids(t, answer, "accountId")
			if len(list) != 2 {
				t.Fatalf("got %s", answer)
			}
			env["KEPT_ID"], env["REMOVED_ID"] = list[0], list[1]
		},
		func(answer string) {
			if strings.Count(answer, "SUCCESS") != 2 {
				t.Errorf("got %s", answer)
			}
			push("one")
			if a := s.call(t, "POST", review+"/complete", "", bearer(token)); a.status != 200 || !strings.Contains(a.text, `"REMOVED":1`) {
				t.Errorf("complete: %s", a)
			}
		},
		says(t, "GitHub,Ada,", ",KEPT,Console,", ",REMOVED,Console,", "Changed to another team."),
	})
}
