// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/assessment/builtin"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
	"github.com/passmuster/muster/internal/sla"
)

// loadBuiltIns reads the files.
func loadBuiltIns(t *testing.T) *builtin.Catalogue {
	t.Helper()
	c, err := builtin.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTheTableOfTheContract: every base type has the tests that the contract asks for,
// and one slug has mfa in it.
func TestTheTableOfTheContract(t *testing.T) {
	want := contractTable()
	got := map[string][]string{}
	for _, b := range loadBuiltIns(t).All() {
		bases := []string{b.Base}
		if b.Gathers != nil {
			bases = b.Gathers
		}
		for _, base := range bases {
			got[base] = append(got[base], b.ID)
		}
		if strings.Contains(b.ID, "mfa") && b.ID != "mfa-on-accounts" {
			t.Errorf("%s has mfa in it", b.ID)
		}
	}
	for _, list := range want {
		slices.Sort(list)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tests by base (-want +got):\n%s", diff)
	}
}

// libraryEntries are the ids of the library of controls.
func libraryEntries(t *testing.T) (ids []string) {
	t.Helper()
	text, err := os.ReadFile("../program/catalogue/controls.json")
	if err != nil {
		t.Fatal(err)
	}
	var library struct {
		Controls []struct {
			ID string `json:"id"`
		} `json:"controls"`
	}
	if err := json.Unmarshal(text, &library); err != nil {
		t.Fatal(err)
	}
	for _, c := range library.Controls {
		ids = append(ids, c.ID)
	}
	return ids
}

// TestFilesAsAnAuditorReadsThem: each says what it is for, whom it is about, what to do,
// and for which controls it is evidence; texts and rules name the same thresholds.
func TestFilesAsAnAuditorReadsThem(t *testing.T) {
	entries, names := libraryEntries(t), map[string]string{}
	var slas []string
	for _, c := range sla.BuiltIn() {
		slas = append(slas, c.Slug)
	}
	for _, b := range loadBuiltIns(t).All() {
		form := formOf(t, b, b.Defaults())
		for name, least := range map[string]int{"name": 10, "description": 100, "remediation": 40, "failureDescription": 30} {
			if text := textOf(t, form[name]); len(text) < least || strings.Contains(text, "  ") || strings.Contains(text, "TODO") {
				t.Errorf("%s: %s is %q", b.ID, name, text)
			}
		}
		name := textOf(t, form["name"])
		if other := names[name]; other != "" {
			t.Errorf("%s and %s are both called %q", b.ID, other, name)
		}
		names[name] = b.ID
		if len(b.Controls) == 0 {
			t.Errorf("%s is evidence for nothing", b.ID)
		}
		for _, entry := range b.Controls {
			if !slices.Contains(entries, entry) {
				t.Errorf("%s is mapped to %s, which is no entry of the library", b.ID, entry)
			}
		}
		if b.SLA != "" && !slices.Contains(slas, b.SLA) {
			t.Errorf("%s goes by the SLA %s", b.ID, b.SLA)
		}
		readsSettings(t, b)
	}
}

// readsSettings checks that each setting changes the rule, and what is read of it.
func readsSettings(t *testing.T, b *builtin.Test) {
	t.Helper()
	before := formOf(t, b, b.Defaults())
	for _, s := range b.Settings {
		if s.About == "" || !strings.HasSuffix(s.About, ".") {
			t.Errorf("%s: the setting %s says %q about itself", b.ID, s.Name, s.About)
		}
		for _, extreme := range []json.Value{s.Minimum, s.Maximum} {
			values := b.Defaults()
			values[s.Name] = extreme
			after := formOf(t, b, values)
			rule, texts := false, false
			for name := range after {
				differs := string(before[name]) != string(after[name])
				switch name {
				case "passWhen", "failWhen", "scope", "reducer", "freshness":
					rule = rule || differs
				case "name", "description":
					texts = texts || differs
				}
			}
			if string(extreme) != string(s.Default) && (!rule || !texts) {
				t.Errorf("%s: with %s = %s the rule differs: %t, name or description differ: %t", b.ID, s.Name, extreme, rule, texts)
			}
		}
	}
}

func formOf(t *testing.T, b *builtin.Test, values builtin.Values) map[string]json.Value {
	t.Helper()
	var gathered []builtin.Gathered
	for _, name := range b.Gathers {
		gathered = append(gathered, builtin.Gathered{Name: name})
	}
	b, err := b.On(b.Base)
	if err != nil {
		t.Fatal(err)
	}
	form, err := b.Form(values, gathered)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

func textOf(t *testing.T, raw json.Value) string {
	t.Helper()
	text, err := json.Unquote(raw)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return text
}

// schemaFields answers what rules may name of a base type, or of a definition that
// Muster fills.
func schemaFields(t *testing.T, name string) *rule.Fields {
	t.Helper()
	d := resource.Definition{Base: resource.Base(name)}
	switch name {
	case directory.RecordsName:
		d.Base, d.Schema = resource.SystemRecord, json.Value(directory.RecordSchema)
	case account.Owners:
		d.Base, d.Schema = resource.SystemRecord, json.Value(account.OwnersSystem().Schema)
	}
	schema, err := d.RecordSchema()
	if err != nil {
		t.Fatal(err)
	}
	return rule.NewFields(schema).Relating(func(other string) (*rule.Fields, error) { return schemaFields(t, other), nil })
}

// TestComputersAsTheirPageShowsThem: the conditions of the page and of the tests are
// the same ones.
func TestComputersAsTheirPageShowsThem(t *testing.T) {
	all := loadBuiltIns(t)
	for _, system := range []string{"mac", "windows"} {
		text, err := os.ReadFile("../computer/base/" + map[string]string{"mac": "macos", "windows": "windows"}[system] + "_user_computer.json")
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Conditions map[string]json.Value `json:"conditions"`
		}
		if err := json.Unmarshal(text, &page); err != nil && !strings.Contains(err.Error(), "unknown") {
			t.Fatal(err)
		}
		for condition, id := range map[string]string{
			"screenlock": "-screens-lock", "diskEncryption": "-disks-encrypted", "passwordManager": "-password-manager-installed", "antivirusInstallation": "-antivirus-on",
		} {
			b, ok := all.Find(system + id)
			if !ok {
				t.Fatalf("there is no %s%s", system, id)
			}
			form := formOf(t, b, b.Defaults())
			if want, got := printed(t, json.Value(strings.ReplaceAll(string(page.Conditions[condition]), `"${idle}"`, "900000"))), printed(t, form["passWhen"]); want != got {
				t.Errorf("%s (-page +test):\n%s", b.ID, cmp.Diff(want, got))
			}
			if string(form["onUnknown"]) != `"in_progress"` {
				t.Errorf("%s: the page shows unknown as in progress, the test as %s", b.ID, form["onUnknown"])
			}
		}
	}
}

func printed(t *testing.T, text json.Value) string {
	t.Helper()
	node, problems := rule.Parse(text)
	if len(problems) > 0 {
		t.Fatalf("%s: %v", text, problems)
	}
	out, err := node.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// contractTable is section 3 of the contract, by ids.
func contractTable() map[string][]string {
	computer := func(system string) []string {
		return []string{
			system + "-disks-encrypted", system + "-antivirus-on", system + "-screens-lock", system + "-password-manager-installed", system + "-reported",
			"people-have-computers",
		}
	}
	weakness := func(kind string) []string {
		v := kind + "-vulnerabilities-"
		return []string{v + "critical", v + "high", v + "medium", v + "low", kind + "-source-reports"}
	}
	return map[string][]string{
		"ApiEndpointVulnerabilityConnectors":        weakness("api"),
		"BackgroundCheckConnector":                  {"background-checks-complete"},
		"PackageVulnerabilityConnectors":            weakness("package"),
		"Secret":                                    {"secrets-not-expired", "secrets-owned", "secrets-rotated"},
		"SecurityTask":                              {"security-tasks-closed-in-time"},
		"StaticAnalysisCodeVulnerabilityConnectors": weakness("code"),
		"UserSecurityTrainingStatus":                {"trainings-complete"},
		"UserAccount":                               accountTests(),
		"MacosUserComputer":                         computer("mac"),
		"WindowsUserComputer":                       computer("windows"),
	}
}
