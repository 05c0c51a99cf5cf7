// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/computer"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/mapping"
	"github.com/passmuster/muster/internal/resource"
)

// computers answers "name SCREENLOCK" of all computers, and "late" with those whose last
// check is too old.
func (s *site) computers() (lines []string) {
	s.t.Helper()
	s.ok(s.Computers.Turn(s.t.Context()))
	list, _, err := s.Computers.List(s.t.Context(), s.admin, computer.Query{Limit: 100})
	s.ok(err)
	counts := [4]int64{}
	late := int64(0)
	for _, c := range list {
		line := fmt.Sprintf("%s %s", c.DisplayName, c.Outcomes[computer.ScreenLock])
		if counts[c.Outcomes[computer.ScreenLock]]++; c.Late {
			line += " late"
			late++
		}
		lines = append(lines, line)
	}
	sum, err := s.Computers.Summarize(s.t.Context(), s.admin)
	if s.ok(err); sum.Late != late || sum.Outcomes[computer.ScreenLock] != counts {
		s.t.Errorf("counted %+v, listed %v", sum, lines)
	}
	return lines
}

func (s *site) wantComputers(step string, want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.computers()); diff != "" {
		s.t.Errorf("%s (-want +got):\n%s", step, diff)
	}
}

// TestComputersGoByTheirTests: the page of computers says what the tests say, whatever
// their thresholds are set to, each system by its own.
func TestComputersGoByTheirTests(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		jamf, intune := s.system("Jamf", "MacosUserComputer"), s.system("Intune", "WindowsUserComputer")
		old := mac("m2", "eve@example.com")
		old["collectedTimestamp"] = "2026-02-22T12:00:00Z" // eight days
		old["systemScreenlockPolicies"] = []any{record{"requiresPassword": true, "screenSleepTimeoutMs": 1_800_000}}
		jamf.push(mac("m1", "jane@example.com"), old)
		intune.push(windows("w1", "eve@example.com"))
		s.wantComputers("as it begins", "m1 PASS", "m2 FAIL", "w1 PASS")
		for _, step := range []struct{ test, settings, macs, windows string }{
			{"mac-screens-lock", `{"idle": 30}`, "m1 PASS, m2 PASS", "w1 PASS"},
			{"mac-reported", `{"silence": 7}`, "m1 PASS, m2 PASS late", "w1 PASS"},
			{"windows-screens-lock", `{"idle": 14}`, "m1 PASS, m2 PASS late", "w1 FAIL"},
			{"mac-reported", `{"silence": 8}`, "m1 PASS, m2 PASS", "w1 FAIL"},
			{"mac-screens-lock", `{"idle": 5}`, "m1 FAIL, m2 FAIL", "w1 FAIL"},
			{"mac-screens-lock", `{"idle": null}`, "m1 PASS, m2 FAIL", "w1 FAIL"},
		} {
			_, err := s.configure(step.test, step.settings)
			s.ok(err)
			s.wantComputers(step.test+step.settings, append(strings.Split(step.macs, ", "), step.windows)...)
		}
		s.clock.set(noon().Add(time.Millisecond))
		s.wantComputers("a moment later", "m1 PASS", "m2 FAIL late", "w1 FAIL")
		_, err := s.configure("mac-screens-lock", `{"idle": 20}`)
		s.ok(err)
		_, err = s.Assessments.Deactivate(t.Context(), s.admin, "mac-screens-lock", assessment.Pause{Reason: "for now"})
		s.ok(err)
		old["systemScreenlockPolicies"] = []any{record{"requiresPassword": true, "screenSleepTimeoutMs": 1_200_000}}
		jamf.push(mac("m1", "jane@example.com"), old)
		s.wantComputers("a deactivated test still says what is asked for", "m1 PASS", "m2 PASS late", "w1 FAIL")
	})
}

const laptops = `{"properties": {"distro": {"type": "string"}}, "optionalProperties": {"holder": {"type": "string"}, "owner": {"type": "string"}}}`

// laptop is a record of a custom resource.
func laptop(id string, custom record) record {
	whole := record{"distro": "Debian"}
	for name, value := range custom {
		whole[name] = value
	}
	return record{"uniqueId": id, "customProperties": whole}
}

func (s *site) laptops(name string) *set {
	s.t.Helper()
	x := s.system(name, "UserAccount")
	d, err := s.Resources.Create(s.t.Context(), s.admin, resource.NewDefinition{
		Application: x.pusher.ID, Base: "CustomResource", Name: "Laptops", Schema: []byte(laptops),
	})
	s.ok(err)
	return &set{d, x.pusher, s}
}

// shown maps a set to computers whose owner is a field.
func (x *set) shown(owner string) {
	x.site.t.Helper()
	_, err := x.site.Mappings.Set(x.site.t.Context(), x.site.admin, x.definition.ID, mapping.Mapping{
		As: computer.Kind, Fields: map[string]string{"owner": owner}, Values: map[string]string{"operatingSystem": "linux"},
	})
	x.site.ok(err)
}

// TestPeopleHaveMappedComputers: custom definitions count from the moment at which they
// are mapped to computers and have records, by the field that the mapping says, until
// they are not mapped any more.
func TestPeopleHaveMappedComputers(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		s.make("jane@example.com")
		s.make("eve@example.com")
		linux := s.laptops("Fleet")
		linux.push(laptop("l1", record{"holder": "JANE@example.com", "owner": "eve@example.com"}))
		s.wantList("nobody said that these are computers", []string(nil)...)
		linux.shown("holder")
		jane := map[string]string{"jane@example.com": "PASSING", "eve@example.com": "FAILING"}
		s.wantPeople("mapped", jane)
		linux.shown("customProperties.owner")
		s.wantPeople("by another field", map[string]string{"eve@example.com": "PASSING", "jane@example.com": "FAILING"})
		linux.shown("holder")
		s.wantPeople("by the first", jane)
		s.system("Jamf", "MacosUserComputer").push(mac("m1", "eve@example.com"))
		s.wantPeople("and a Mac", map[string]string{"eve@example.com": "PASSING", "jane@example.com": "PASSING"})
		more := s.laptops("Landscape")
		more.shown("owner")
		version := s.version("people-have-computers")
		more.push(laptop("l2", record{"owner": "jane@example.com"}))
		if got := s.version("people-have-computers"); got != version+1 {
			t.Errorf("the first record makes version %d of %d", got, version)
		}
		linux.push()
		s.wantPeople("by the second", map[string]string{"eve@example.com": "PASSING", "jane@example.com": "PASSING"})
		s.ok(s.Mappings.Delete(t.Context(), s.admin, more.definition.ID))
		s.wantPeople("not mapped any more", map[string]string{"eve@example.com": "PASSING", "jane@example.com": "FAILING"})
		version = s.version("people-have-computers")
		s.ok(newFurnished(s).FurnishAll(t.Context()))
		if got := s.version("people-have-computers"); got != version {
			t.Errorf("a start made version %d of %d", got, version)
		}
	})
}

// TestMappedComputersAlone: nothing is left to relate to when the only mapping goes.
func TestMappedComputersAlone(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		s.make("jane@example.com")
		var sets []*set
		for i := range 11 { // one more than a relation takes
			x := s.laptops(fmt.Sprintf("Fleet %02d", i))
			x.shown("holder")
			x.push(laptop("l", record{"holder": []string{"eve@example.com", "jane@example.com"}[i/10]}))
			sets = append(sets, x)
		}
		s.wantPeople("the last of many", map[string]string{"jane@example.com": "PASSING"})
		for _, x := range sets {
			s.ok(s.Mappings.Delete(t.Context(), s.admin, x.definition.ID))
		}
		s.wantPeople("none", map[string]string{"jane@example.com": "FAILING"})
		sets[10].shown("holder")
		s.wantPeople("one again", map[string]string{"jane@example.com": "PASSING"})
	})
}

func (s *site) version(ref string) int64 {
	s.t.Helper()
	test, err := s.Assessments.Get(s.t.Context(), s.admin, ref)
	s.ok(err)
	return test.Version
}

// wantPeople compares the outcomes of people-have-computers, without reasons.
func (s *site) wantPeople(step string, want map[string]string) {
	s.t.Helper()
	got := s.verdicts("people-have-computers")
	for name, said := range got {
		got[name], _, _ = strings.Cut(said, " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Fatalf("%s (-want +got):\n%s", step, diff)
	}
}
