// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// problems answers the places of a refusal.
func problems(err error) (places []string) {
	var wrong *fault.Error
	if !errors.As(err, &wrong) {
		return []string{fmt.Sprint(err)}
	}
	for _, p := range wrong.Problems {
		places = append(places, p.Pointer+" "+p.Message)
	}
	if len(places) == 0 {
		places = append(places, wrong.Error())
	}
	return places
}

func (s *site) configure(ref, settings string) (assessment.Test, error) {
	return s.Assessments.Configure(s.t.Context(), s.admin, ref, assessment.Configuration{Reason: "as agreed", Settings: json.Value(settings)})
}

// TestSettings: thresholds of built-in tests are settings, each change a version, and
// nothing else of their rules can be others, except in a copy.
func TestSettings(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		ctx := t.Context()
		s.system("GitHub", "UserAccount").push(
			login("jane", record{"lastLoginTimestamp": "2026-02-20T12:00:00Z"}), login("eve", record{"permissionLevel": "ADMIN"}),
		)
		test, err := s.configure("accounts-used", `{"unused": 10}`)
		s.ok(err)
		if test.Version != 2 || test.Document.Name != "Accounts were used in the last 10 days" || test.Status != assessment.StatusOK {
			t.Errorf("version %d, %q, %s", test.Version, test.Document.Name, test.Status)
		}
		test, err = s.configure("accounts-used", `{"unused": 9}`)
		s.ok(err)
		s.want("stricter", "accounts-used", map[string]string{
			"eve":  "PASSING",
			"jane": "FAILING lastLoginTimestamp is 2026-02-20T12:00:00Z, must not be older than 9 days; createdTimestamp is 2020-01-01T00:00:00Z, must not be older than 9 days",
		})
		if same, err := s.configure("accounts-used", `{"unused": 9}`); err != nil || same.Version != test.Version {
			t.Errorf("the same again: version %d, %v", same.Version, err)
		}
		versions, _, err := s.Assessments.Versions(ctx, s.admin, "accounts-used", 0, 10)
		s.ok(err)
		var made []string
		for _, v := range versions {
			made = append(made, fmt.Sprintf("%d %s by %s: %s", v.Number, v.Document.Settings, v.Actor.Kind, v.Reason))
		}
		if diff := cmp.Diff([]string{
			`1 {"unused":90} by system: a built-in test, made for the first record`, `2 {"unused":10} by system: as agreed`, `3 {"unused":9} by system: as agreed`,
		}, made); diff != "" {
			t.Errorf("versions (-want +got):\n%s", diff)
		}
		test, err = s.configure("accounts-used", `{"unused": null}`)
		s.ok(err)
		if string(test.Document.Settings) != `{"unused":90}` {
			t.Errorf("put back to %s", test.Document.Settings)
		}
		if test, err = s.configure("admin-accounts-few", `{"most": 0}`); err != nil || test.Status != assessment.StatusNeedsAttention {
			t.Errorf("no administrators: %s, %v", test.Status, err)
		}
	})
}

// TestSettingsAreRefused: what does not fit is told by its place.
func TestSettingsAreRefused(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		ctx := t.Context()
		s.system("GitHub", "UserAccount").push(login("jane", nil))
		for settings, want := range map[string]string{
			`{"unused": 0}`:               "/settings/unused must be a whole number of days from 1 to 3650",
			`{"unused": 1.5}`:             "/settings/unused must be a whole number of days from 1 to 3650",
			`{"unused": 1e400}`:           "/settings/unused must be a whole number of days from 1 to 3650",
			`{"unused": "90d"}`:           "/settings/unused must be a number: a whole number of days from 1 to 3650",
			`{"unused": 3651}`:            "/settings/unused must be a whole number of days from 1 to 3650",
			`{"unusd": 9}`:                "/settings/unusd is no member of the settings of this test; did you mean unused?",
			`[9]`:                         "/settings must be an object: settings of the test by their names",
			`{"unused": 9, "unused": 10}`: "/settings must be an object: settings of the test by their names",
		} {
			_, err := s.configure("accounts-used", settings)
			if diff := cmp.Diff([]string{want}, problems(err)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", settings, diff)
			}
		}
		for form, want := range map[string]string{
			`{"passWhen": {"field": "email", "op": "exists"}}`: "/passWhen is fixed in a built-in test: change its settings, or copy it to have a test of your own",
			`{"settings": {"unused": 0}}`:                      "/settings/unused must be a whole number of days from 1 to 3650",
			`{"slug": "mine"}`:                                 "/slug a test keeps its slug, which is accounts-used",
		} {
			_, err := s.Assessments.NewVersion(ctx, s.admin, "accounts-used", []byte(form))
			if diff := cmp.Diff([]string{want}, problems(err)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", form, diff)
			}
		}
		file := `{"apiVersion": "muster/v1", "kind": "Test", "slug": "accounts-used", "settings": {"unused": 45}, "reason": "from a file", "category": "IT"}`
		test, err := s.Assessments.NewVersion(ctx, s.admin, "accounts-used", []byte(file))
		s.ok(err)
		if string(test.Document.Settings) != `{"unused":45}` || test.Version != 2 || test.Category != "IT" || test.Document.BuiltIn != "accounts-used" {
			t.Errorf("a file made %s, version %d, category %s, built in as %q", test.Document.Settings, test.Version, test.Category, test.Document.BuiltIn)
		}
		copied, err := s.Assessments.Copy(ctx, s.admin, "mfa-on-accounts", []byte(`{"name": "Second factor everywhere", "scope": {"field": "status", "op": "equals", "value": "ACTIVE"}}`))
		s.ok(err)
		if copied.Document.BuiltIn != "" || copied.Slug != "second-factor-everywhere" || copied.PublicID() != copied.ID || copied.Status != assessment.StatusOK {
			t.Errorf("the copy is %q %q %s %s", copied.Document.BuiltIn, copied.Slug, copied.PublicID(), copied.Status)
		}
		if _, err := s.configure("second-factor-everywhere", `{}`); problems(err)[0] != "/settings only built-in tests have settings; a test of your own gets a new version" {
			t.Errorf("settings of a copy: %v", err)
		}
		if _, err := s.Assessments.NewVersion(ctx, s.admin, "second-factor-everywhere",
			[]byte(`{"name": "Ours", "passWhen": {"field": "mfaEnabled", "op": "equals", "value": true}}`)); err != nil {
			t.Errorf("a rule of one's own: %v", err)
		}
	})
}
