// SPDX-License-Identifier: Apache-2.0

package program

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func load(t *testing.T) *catalogue {
	t.Helper()
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCatalogueIsWhole(t *testing.T) {
	want := map[string]int{"soc2": 61, "iso27001_2022": 100, "hipaa": 67, "nistcsf2": 106, "nist53": 300}
	c := load(t)
	for _, f := range c.frameworks {
		count, leaves := 0, 0
		for r := range f.requirements() {
			count++
			if r.leaf() {
				leaves++
			}
		}
		if count != want[f.ID] {
			t.Errorf("%s has %d requirements (%d without finer ones), want %d", f.ID, count, leaves, want[f.ID])
		}
		if f.Custom || f.Source == "" || f.Attribution == "" || !f.License.Known() || f.Description == "" {
			t.Errorf("%s does not say what it is: %+v", f.ID, f)
		}
	}
	if len(c.frameworks) != len(want) {
		t.Errorf("got %d frameworks", len(c.frameworks))
	}
}

// TestCatalogueIsReadAsAnybodysFile holds the catalogue to the strict reader.
func TestCatalogueIsReadAsAnybodysFile(t *testing.T) {
	for _, id := range CatalogueIDs() {
		text, err := catalogueFiles.ReadFile("catalogue/" + id + ".json")
		if err != nil {
			t.Fatal(err)
		}
		got, err := readFramework(text)
		if err != nil {
			t.Errorf("%s: %v", id, err)
		}
		got.Custom = false
		want, _ := load(t).framework(id)
		if diff := cmp.Diff(*want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-loaded +read):\n%s", id, diff)
		}
	}
}

// TestTextIsShippedOnlyWhereTheLicenceAllowsIt is the check that no text of
// somebody else's comes along.
func TestTextIsShippedOnlyWhereTheLicenceAllowsIt(t *testing.T) {
	for _, f := range load(t).frameworks {
		texts := 0
		for _, c := range f.Categories {
			texts += min(1, len(c.Text))
		}
		for r := range f.requirements() {
			texts += min(1, len(r.Text))
		}
		switch {
		case texts > 0 && !f.License.AllowsText():
			t.Errorf("%s has %d texts under the licence %s", f.ID, texts, f.License)
		case (texts > 0) != (f.ID == "nistcsf2"):
			t.Errorf("%s has %d texts; docs/guide/program.md says otherwise", f.ID, texts)
		}
	}
	for _, id := range []string{"soc2", "iso27001_2022"} {
		f, _ := load(t).framework(id)
		if f.License != ReferenceOnly {
			t.Errorf("%s is shipped under %s", id, f.License)
		}
	}
}

func TestLibrary(t *testing.T) {
	c := load(t)
	ids, starters := map[string]bool{}, 0
	met := map[Place]bool{}
	for _, e := range c.entries {
		if ids[e.ID] || strings.ContainsAny(e.ID, "/;, ") || e.Name == "" || e.Description == "" || len(e.Domains) == 0 {
			t.Errorf("%q is there twice, or does not say what it is", e.ID)
		}
		ids[e.ID] = true
		if e.Starter {
			starters++
		}
		for _, domain := range e.Domains {
			if !slices.Contains(Domains(), domain) {
				t.Errorf("%s: %q is no domain", e.ID, domain)
			}
		}
		mapped := map[string]bool{}
		for i, p := range e.Requirements {
			f, _ := c.framework(p.Framework)
			if r, ok := f.find(p.Requirement); !ok || r.Ref != p.Requirement {
				t.Errorf("%s: %s is no requirement", e.ID, p.text())
			}
			if slices.Contains(e.Requirements[:i], p) {
				t.Errorf("%s names %s twice", e.ID, p.text())
			}
			mapped[p.Framework], met[p] = true, true
		}
		if len(mapped) != len(c.frameworks) {
			t.Errorf("%s is mapped to %d of %d frameworks", e.ID, len(mapped), len(c.frameworks))
		}
	}
	if starters < 40 || len(c.entries) == starters {
		t.Errorf("%d of %d controls are in use in a new workspace", starters, len(c.entries))
	}
	// With the whole library in use, nothing of the three smaller frameworks is
	// without a control.
	for _, id := range []string{"soc2", "iso27001_2022", "hipaa", "nistcsf2"} {
		f, _ := c.framework(id)
		for r := range f.requirements() {
			if r.leaf() && !met[Place{id, r.Ref}] {
				t.Errorf("no control of the library helps to meet %s of %s", r.Ref, id)
			}
		}
	}
}

// TestBuiltInMappings holds the library to the default mapping of the contract
// (frameworks.md section 4).
func TestBuiltInMappings(t *testing.T) {
	c := load(t)
	for id, want := range map[string]string{
		"access-reviews":                         "soc2/CC6.2 soc2/CC6.3 iso27001_2022/A.5.16 iso27001_2022/A.5.18 hipaa/164.308(a)(4)(ii)(C) hipaa/164.312(a)(2)(i)",
		"access-revoked-termination":             "soc2/CC6.2 soc2/CC6.3 soc2/CC6.5 iso27001_2022/A.5.18 iso27001_2022/A.6.5 hipaa/164.308(a)(3)(ii)(C)",
		"remote-access-mfa-enforced":             "soc2/CC6.1 soc2/CC6.6 iso27001_2022/A.8.5 hipaa/164.312(d)",
		"unique-account-authentication-enforced": "soc2/CC6.1 soc2/C1.1 iso27001_2022/A.5.16 hipaa/164.312(a)(2)(i)",
		"vulnerability-scans-conducted":          "soc2/CC7.1 soc2/CC7.2 soc2/CC2.1 soc2/CC4.1 soc2/CC7.4 iso27001_2022/A.8.8 hipaa/164.308(a)(1)(ii)(B)",
		"support-infra-patched":                  "soc2/CC7.1 soc2/CC7.2 soc2/CC8.1 iso27001_2022/A.8.8 hipaa/164.308(a)(1)(ii)(B)",
		"assets-portable-media-encrypted":        "soc2/CC6.1 soc2/CC6.7 iso27001_2022/A.8.1 iso27001_2022/A.8.24 hipaa/164.312(a)(2)(iv)",
		"data-encrypted":                         "soc2/CC6.1 soc2/CC6.7 iso27001_2022/A.8.1 iso27001_2022/A.8.24 hipaa/164.312(a)(2)(iv)",
		"assets-anti-malware":                    "soc2/CC6.8 iso27001_2022/A.8.7 hipaa/164.308(a)(5)(ii)(B)",
		"MDM-system-utilized":                    "soc2/CC6.7 soc2/CC6.8 iso27001_2022/A.7.7 iso27001_2022/A.8.1 hipaa/164.312(a)(2)(iii) hipaa/164.310(c)",
		"policies-passwords-enforced":            "soc2/CC6.1 iso27001_2022/A.5.17 hipaa/164.308(a)(5)(ii)(D)",
		"background-checks-performed":            "soc2/CC1.1 soc2/CC1.4 iso27001_2022/A.6.1 hipaa/164.308(a)(3)(ii)(B)",
		"security-awareness-training-completed":  "soc2/CC1.4 soc2/CC2.2 iso27001_2022/A.6.3 hipaa/164.308(a)(5)(i)",
		"access-encryption-keys":                 "soc2/CC6.1 iso27001_2022/A.5.17 iso27001_2022/A.8.24 hipaa/164.312(a)(2)(iv)",
	} {
		e, ok := c.entry(id)
		if !ok || !e.Starter {
			t.Errorf("%s is not in use in a new workspace", id)
		}
		has := placeTexts(e.Requirements)
		for place := range strings.FieldsSeq(want) {
			if !slices.Contains(has, place) {
				t.Errorf("%s is not mapped to %s", id, place)
			}
		}
	}
}

func BenchmarkLoadCatalogue(b *testing.B) {
	for b.Loop() {
		if _, err := loadCatalogue(); err != nil {
			b.Fatal(err)
		}
	}
}
