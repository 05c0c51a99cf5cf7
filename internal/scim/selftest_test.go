// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"net/http"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

func TestTheSelfTestLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		users := o.count(`SELECT COUNT(*) FROM access_user`)
		for _, p := range Providers() {
			c := o.connect(string(p), string(p))
			got := o.admin(http.StatusOK, "POST", c.path+"/self-test", "")
			steps, _ := got["steps"].([]any)
			if got["passed"] != true || len(steps) < 10 {
				t.Errorf("%s: %v", p, failures(steps))
			}
			if general := p == JumpCloud || p == Google || p == Generic; strings.Contains(str(got["note"]), "general") != general {
				t.Errorf("%s: got the note %q", p, got["note"])
			}
			one := o.admin(http.StatusOK, "GET", c.path, "")
			if done := o.stepsDone(one); len(done) != 0 || one["state"] != "validating" {
				t.Errorf("%s: a rehearsal ticked %v, state %v", p, done, one["state"])
			}
		}
		for table, want := range map[string]int64{
			"scim_resource": 0, "directory_person": 0, "directory_group": 0, "scim_warning": 0, "scim_request": 0, "access_user": users,
		} {
			if got := o.count(`SELECT COUNT(*) FROM ` + table); got != want {
				t.Errorf("%s has %d rows, want %d", table, got, want)
			}
		}
		if told := o.told(); strings.Contains(told, rehearsedPrefix) {
			t.Error("the rehearsal is in the evidence")
		}
	})
}

func TestTheSelfTestSaysWhatToDo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		o.admin(http.StatusOK, "PATCH", c.path, `{"strict":true}`)
		got := o.admin(http.StatusOK, "POST", c.path+"/self-test", "")
		steps, _ := got["steps"].([]any)
		last := steps[len(steps)-1]
		if got["passed"] != false || at(last, "passed") != false || at(last, "method") != "POST" || !strings.Contains(str(at(last, "whatToDo")), "Switch strict off") {
			t.Errorf("got %v", last)
		}
		// What a rehearsal that was cut off left is removed by the next one; what
		// has such a name and an account is not.
		o.admin(http.StatusOK, "PATCH", c.path, `{"strict":false}`)
		o.hire(c, rehearsedPrefix+"real", "")
		if got := o.admin(http.StatusOK, "POST", c.path+"/self-test", ""); got["passed"] != true {
			t.Errorf("got %v", failures(got["steps"]))
		}
		if left := o.count(`SELECT COUNT(*) FROM scim_resource`); left != 1 {
			t.Errorf("%d resources are left, want 1", left)
		}
	})
}

// TestTheSelfTestPlaysOneLogin checks that what OneLogin is known for is played.
func TestTheSelfTestPlaysOneLogin(t *testing.T) {
	var all strings.Builder
	for _, sc := range scenesOf(OneLogin) {
		all.WriteString(sc.method + " " + sc.path + " " + sc.body + "\n")
	}
	for _, want := range []string{"filter=userName+eq+%22{name}%22&\x20", "PUT /Users/{user}? ", `"urn:scim:schemas:core:2.0"`, "PATCH /Groups/{group}"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%q is not played:\n%s", want, all.String())
		}
	}
}

// failures answers the steps that did not pass.
func failures(steps any) (failed []any) {
	list, _ := steps.([]any)
	for _, step := range list {
		if at(step, "passed") != true {
			failed = append(failed, step)
		}
	}
	return failed
}
