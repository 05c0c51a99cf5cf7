// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"net/http"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
)

func TestARefusedRequestIsRepeated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		bob := o.hire(c, "bob", "")
		ada := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob@example.com","displayName":"Ada","password":"hunter2"}`
		o.provide(c, http.StatusConflict, "POST", "/Users", ada)
		failed := at(data(o.admin(http.StatusOK, "GET", c.path+"/requests?status=409", "")), 0, "id")
		again := c.path + "/requests/" + str(failed) + "/replay"
		got := o.admin(http.StatusOK, "POST", again, "")
		if got["status"] != 409.0 || got["succeeded"] != false || str(got["whatToDo"]) == "" || got["requestId"] == failed {
			t.Errorf("nothing has changed: %v", got)
		}
		o.provide(c, http.StatusNoContent, "DELETE", "/Users/"+bob, "")
		got = o.admin(http.StatusOK, "POST", again, "")
		if got["status"] != 201.0 || got["succeeded"] != true {
			t.Errorf("bob is gone: %v", got)
		}
		newest := o.admin(http.StatusOK, "GET", c.path+"/requests/"+str(got["requestId"]), "")
		if newest["replayOf"] != failed || newest["userAgent"] != "Muster: The admin" {
			t.Errorf("in the log: %v", newest)
		}
		o.admin(http.StatusConflict, "POST", c.path+"/requests/"+str(got["requestId"])+"/replay", "")
		if told := o.told(); !strings.Contains(told, `"what":"request repeated"`) {
			t.Error("the repetition is not on the trail")
		}
	})
}

func TestWhatCannotBeRepeated(t *testing.T) {
	body := func(text string) Logged { return Logged{Method: "POST", Path: "/Users", Sent: text, Status: 400} }
	for name, test := range map[string]struct {
		logged Logged
		kind   fault.Kind // Internal: it can
	}{
		"a change":            {body(`{"userName":"ada"}`), fault.Internal},
		"a removal":           {Logged{Method: "DELETE", Path: "/Users/x", Status: 500}, fault.Internal},
		"a password":          {body(`{"password":"(redacted)"}`), fault.Internal},
		"a password by path":  {body(`{"Operations":[{"op":"replace","path":"password","value":"(redacted)"}]}`), fault.Internal},
		"a secret":            {body(`{"apiToken":"(redacted)"}`), fault.Impossible},
		"a secret by path":    {body(`{"Operations":[{"op":"replace","path":"apiToken","value":"(redacted)"}]}`), fault.Impossible},
		"a nested secret":     {body(`{"urn:x":{"clientSecret":["(redacted)"]}}`), fault.Impossible},
		"only a beginning":    {body(`{"userName":"ad…`), fault.Impossible},
		"no JSON":             {body(`(not JSON)`), fault.Impossible},
		"a success":           {Logged{Method: "POST", Path: "/Users", Status: 201}, fault.Conflict},
		"a question":          {Logged{Method: "GET", Path: "/Users", Status: 400}, fault.Impossible},
		"a search":            {Logged{Method: "POST", Path: "/Users/.search", Status: 400}, fault.Impossible},
		"somebody's":          {Logged{Method: "POST", Path: "/Users", Status: 401}, fault.Impossible},
		"a query that is not": {Logged{Method: "POST", Path: "/Users?a=%zz", Status: 400}, fault.Impossible},
	} {
		_, err := test.logged.again()
		if got := fault.KindOf(err); got != test.kind || (err == nil) != (test.kind == fault.Internal) {
			t.Errorf("%s: got %v, want kind %d", name, err, test.kind)
		}
	}
}
