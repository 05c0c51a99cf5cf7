// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/directory"
)

func finding(id string, severity float64) record {
	return record{
		"uniqueId": id, "packageName": "p", "packageVersion": "1", "severity": severity, "vulnerableComponentUniqueId": "c", "description": "d",
		"isResolvable": true, "remediationInstructions": "r",
	}
}

// statuses answers "slug STATUS passing/failing" of the tests whose slugs begin so.
func (s *site) statuses(prefixes ...string) (lines []string) {
	s.t.Helper()
	return slices.DeleteFunc(s.list(), func(line string) bool {
		return !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(line, p) })
	})
}

func (s *site) wantStatuses(step string, prefix string, want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.statuses(prefix)); diff != "" {
		s.t.Fatalf("%s (-want +got):\n%s", step, diff)
	}
}

// TestVulnerabilitiesAreFixedInTime: a vulnerability is late from the millisecond after
// its days, one that comes back begins anew, and a source that is silent is stale.
func TestVulnerabilitiesAreFixedInTime(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		scanner := s.system("Scanner", "PackageVulnerabilityConnectors")
		scanner.push(finding("v1", 9.1), finding("v2", 7), finding("v3", 0))
		list := func(critical, high, source string) []string {
			return []string{
				"package-source-reports " + source, "package-vulnerabilities-critical " + critical, "package-vulnerabilities-high " + high,
				"package-vulnerabilities-low NOT_APPLICABLE 0/0", "package-vulnerabilities-medium NOT_APPLICABLE 0/0",
			}
		}
		s.wantStatuses("new", "package", list("OK 1/0", "OK 1/0", "OK 3/0")...)
		s.clock.set(noon().Add(7 * 24 * time.Hour))
		s.passes()
		s.wantStatuses("after 7 days", "package", list("OK 1/0", "OK 1/0", "OK 3/0")...)
		s.clock.set(s.clock.now().Add(time.Millisecond))
		s.passes()
		s.wantStatuses("a millisecond later", "package", list("NEEDS_ATTENTION 0/1", "OK 1/0", "INVALID 3/0")...)
		scanner.push(finding("v1", 9.2), finding("v2", 7))
		s.wantStatuses("pushed again, changed", "package", list("NEEDS_ATTENTION 0/1", "OK 1/0", "OK 2/0")...)
		s.want("why", "package-vulnerabilities-critical", map[string]string{
			"v1": "FAILING presentSince is 2026-03-02T12:00:00.000Z, must not be older than 7 days", "v2": "OUT_OF_SCOPE severity is 7, must be at least 9.0",
		})
		scanner.push(finding("v2", 7))
		scanner.push(finding("v1", 9.2), finding("v2", 7))
		s.wantStatuses("gone and back", "package", list("OK 1/0", "OK 1/0", "OK 2/0")...)
		s.clock.set(s.clock.now().Add(7*24*time.Hour + time.Millisecond))
		s.passes()
		s.wantStatuses("late anew", "package", list("NEEDS_ATTENTION 0/1", "OK 1/0", "INVALID 2/0")...)
		scanner.push()
		s.wantStatuses("nothing left", "package", list("NOT_APPLICABLE 0/0", "NOT_APPLICABLE 0/0", "OK 0/0")...)
		s.clock.set(noon().Add(30*24*time.Hour + time.Millisecond))
		s.passes()
		s.wantStatuses("silence", "package", list("NOT_APPLICABLE 0/0", "NOT_APPLICABLE 0/0", "INVALID 0/0")...)
		_, err := s.configure("package-source-reports", `{"silence": 60}`)
		s.ok(err)
		s.wantStatuses("a longer silence is allowed", "package", list("NOT_APPLICABLE 0/0", "NOT_APPLICABLE 0/0", "OK 0/0")...)
		if _, err := s.configure("package-vulnerabilities-high", `{"below": 7}`); problems(err)[0] != "/settings/below below must be above from: they would be 7 and 7" &&
			problems(err)[0] != "/settings/below below must be above from: they would be 7 and 7.0" {
			t.Errorf("no room between: %v", problems(err))
		}
	})
}

func mac(id, owner string) record {
	return record{
		"uniqueId": id, "collectedTimestamp": "2026-03-02T12:00:00Z", "osName": "macOS", "osVersion": "26", "hardwareUuid": id, "serialNumber": id,
		"applications": []any{}, "browserExtensions": []any{}, "drives": []any{record{"name": "d", "encrypted": true, "filevaultEnabled": true}}, "users": []any{},
		"systemScreenlockPolicies": []any{record{"requiresPassword": true, "screenSleepTimeoutMs": 900_000}}, "isManaged": true, "autoUpdatesEnabled": true,
		"isXProtectEnabled": true, "owner": owner,
	}
}

func windows(id, owner string) record {
	r := mac(id, owner)
	delete(r, "applications")
	delete(r, "isXProtectEnabled")
	r["programs"] = []any{record{"name": "KeePassXC"}}
	r["drives"] = []any{record{"name": "C:", "encrypted": false}}
	return r
}

// TestPeopleHaveComputers: one test of the workspace relates people to all definitions of
// computers, and another definition makes a version.
func TestPeopleHaveComputers(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		jane := s.make("jane@example.com")
		s.make("eve@example.com")
		jamf := s.system("Jamf", "MacosUserComputer")
		jamf.push(mac("m1", "Jane@example.com"))
		s.wantList("Macs",
			"mac-antivirus-on OK 1/0", "mac-disks-encrypted OK 1/0", "mac-password-manager-installed NEEDS_ATTENTION 0/1", "mac-reported OK 1/0", "mac-screens-lock OK 1/0",
			"people-have-computers NEEDS_ATTENTION 1/1",
		)
		intune := s.system("Intune/Europe", "WindowsUserComputer")
		intune.push(windows("w1", "eve@example.com"))
		s.wantStatuses("both", "people", "people-have-computers OK 2/0")
		s.wantStatuses("Windows", "windows", "windows-antivirus-on NEEDS_ATTENTION 0/1", "windows-disks-encrypted NEEDS_ATTENTION 0/1",
			"windows-password-manager-installed OK 1/0", "windows-reported OK 1/0", "windows-screens-lock OK 1/0")
		test, err := s.Assessments.Get(t.Context(), s.admin, "people-have-computers")
		s.ok(err)
		if test.Version != 2 || len(test.Document.Related) != 2 || test.PublicID() != "people-have-computers" {
			t.Errorf("version %d relates to %v", test.Version, test.Document.Related)
		}
		jamf.push()
		s.wantStatuses("a computer is gone", "people", "people-have-computers NEEDS_ATTENTION 1/1")
		s.ok(s.setEnd(jane.ID, noon().Add(-time.Hour)))
		s.wantStatuses("she has left", "people", "people-have-computers OK 1/0")
		s.ok(newFurnished(s).FurnishAll(t.Context()))
		if again, err := s.Assessments.Get(t.Context(), s.admin, "people-have-computers"); err != nil || again.Version != 2 {
			t.Errorf("a start made version %d: %v", again.Version, err)
		}
		checks := s.system("Checkr", "BackgroundCheckConnector")
		checks.push(record{"uniqueId": "b1", "fullName": "Eve", "email": "EVE@example.com", "status": "COMPLETE"})
		s.wantStatuses("checks", "background", "background-checks-complete OK 1/0")
		checks.push(record{"uniqueId": "b1", "fullName": "Eve", "email": "EVE@example.com", "status": "IN_PROGRESS"})
		s.wantStatuses("a check that goes on", "background", "background-checks-complete NEEDS_ATTENTION 0/1")
		_, err = s.configure("background-checks-complete", `{"since": "2026-03-03"}`)
		s.ok(err)
		s.ok(s.setStart("eve@example.com", noon().Add(-48*time.Hour)))
		s.wantStatuses("she joined before", "background", "background-checks-complete NOT_APPLICABLE 0/0")
		if _, err := s.configure("background-checks-complete", `{"since": "3 March"}`); problems(err)[0] != "/settings/since must be a date such as 2026-01-31, from 1970-01-01 to 2100-12-31" {
			t.Errorf("no date: %v", problems(err))
		}
	})
}

func (s *site) setStart(email string, at time.Time) error {
	people, _, err := s.Directory.List(s.t.Context(), s.admin, directory.Query{Limit: 100})
	for _, p := range people {
		if err == nil && p.Email == email {
			_, err = s.Directory.Update(s.t.Context(), s.admin, p.ID, directory.Attributes{StartDate: &at})
		}
	}
	return err
}

// TestTasksTrainingsAndSecrets: the rest of the table, with its clocks.
func TestTasksTrainingsAndSecrets(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		s.make("jane@example.com")
		s.system("Jira", "SecurityTask").push(record{
			"uniqueId": "k1", "taskId": "K-1", "taskTitle": "T", "createdTimestamp": noon().Add(-6 * 24 * time.Hour).Format(time.RFC3339), "taskState": "OPEN",
			"priority": "P0", "assignees": []any{}, "creator": "c", "labels": []any{},
		})
		s.system("Academy", "UserSecurityTrainingStatus").push(record{
			"uniqueId": "t1", "trainingId": "t", "trainingName": "T", "frameworksFulfilled": []any{}, "traineeFullName": "Jane", "traineeAccountName": "jane",
			"traineeEmail": "jane@example.com", "status": "INCOMPLETE", "trainingCreatedTimestamp": "2026-01-01T00:00:00Z",
			"trainingDueTimestamp": noon().Add(24 * time.Hour).Format(time.RFC3339),
		})
		s.system("Vault", "Secret").push(record{
			"uniqueId": "s1", "name": "n", "description": "d", "createdTimestamp": noon().Add(-364 * 24 * time.Hour).Format(time.RFC3339), "creator": "c",
			"owner": "jane@example.com", "expiresTimestamp": noon().Add(24 * time.Hour).Format(time.RFC3339),
		})
		const owned = "secrets-owned OK 1/0"
		s.wantList("at first", "secrets-not-expired OK 1/0", owned, "secrets-rotated OK 1/0", "security-tasks-closed-in-time OK 1/0", "trainings-complete OK 1/0")
		s.clock.set(noon().Add(24 * time.Hour))
		s.passes()
		s.wantList("the last instant", "secrets-not-expired OK 1/0", owned, "secrets-rotated OK 1/0", "security-tasks-closed-in-time OK 1/0", "trainings-complete OK 1/0")
		s.clock.set(s.clock.now().Add(time.Millisecond))
		s.passes()
		s.wantList("a millisecond later", "secrets-not-expired NEEDS_ATTENTION 0/1", owned, "secrets-rotated NEEDS_ATTENTION 0/1",
			"security-tasks-closed-in-time NEEDS_ATTENTION 0/1", "trainings-complete NEEDS_ATTENTION 0/1")
	})
}
