// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/web"
)

// TestStrangers holds that one directory neither reads nor changes what another
// has, and learns nothing of it.
func TestStrangers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		mine, theirs := o.connect("Mine", "okta"), o.connect("Theirs", "okta")
		ada := o.hire(theirs, "ada", `,"title":"Countess"`)
		team := o.team(theirs, "Their team", ada)
		bob := o.hire(mine, "bob", "")
		for _, test := range []struct{ method, path, body string }{
			{"GET", "/Users/" + ada, ""},
			{"PUT", "/Users/" + ada, userBody("ada", "")},
			{"PATCH", "/Users/" + ada, patchBody("replace", "title", `"x"`)},
			{"DELETE", "/Users/" + ada, ""},
			{"GET", "/Groups/" + team, ""},
			{"PATCH", "/Groups/" + team, patchBody("add", "members", `[{"value": "`+bob+`"}]`)},
			{"DELETE", "/Groups/" + team, ""},
		} {
			o.provide(mine, 404, test.method, test.path, test.body)
		}
		bulk := o.provide(mine, 200, "POST", "/Bulk", bulkOf("", `{"method": "DELETE", "path": "`+o.URL+"/scim/v2/"+theirs.id+"/Users/"+ada+`"}`,
			`{"method": "DELETE", "path": "/Users/`+ada+`"}`))
		if at(bulk, "Operations", 0, "status") != "404" || at(bulk, "Operations", 1, "status") != "404" {
			t.Errorf("in a Bulk: %v", bulk)
		}
		// To name theirs is to name nobody: nothing of them shows.
		made := o.provide(mine, 201, "POST", "/Groups", `{"schemas":["`+schema.GroupURN+`"],"displayName":"mine","members":[{"value":"`+ada+`"},{"value":"`+team+`"}]}`)
		group := str(made["id"])
		for i := range 2 {
			if member, _ := at(made, "members", i).(map[string]any); len(member) != 1 {
				t.Errorf("a member of another directory shows %v", member)
			}
		}
		o.provide(mine, 200, "PATCH", "/Users/"+bob, patchBody("add", "manager", `"`+ada+`"`))
		if manager, _ := at(o.provide(mine, 200, "GET", "/Users/"+bob, ""), schema.EnterpriseURN, "manager").(map[string]any); len(manager) != 1 {
			t.Errorf("a manager of another directory shows %v", manager)
		}
		for filter, want := range map[string]float64{
			`id eq "` + ada + `"`: 0, `userName eq "ada@example.com"`: 0, `emails.value eq "ada@example.com"`: 0, `groups.value eq "` + team + `"`: 0,
			`displayName co "a"`: 0, `userName pr`: 1, schema.EnterpriseURN + `:manager.displayName eq "ada"`: 0,
		} {
			if got := o.provide(mine, 200, "GET", "/Users?filter="+url.QueryEscape(filter), "")["totalResults"]; got != want {
				t.Errorf("%s: got %v, want %v", filter, got, want)
			}
		}
		if got := o.provide(theirs, 200, "GET", "/Users/"+ada, ""); at(got, "groups", 1) != nil || at(got, "groups", 0, "value") != team || at(got, "meta", "version") != `W/"v1"` {
			t.Errorf("theirs is not as it was: %v", got)
		}
		o.provide(mine, 204, "DELETE", "/Groups/"+group, "")
		if got := o.provide(theirs, 200, "GET", "/Groups/"+team, ""); at(got, "members", 0, "display") != "ada" {
			t.Errorf("their team: %v", got)
		}
	})
}

// TestForgedCursors holds that a cursor opens for what it was given for, whole.
func TestForgedCursors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c, other := o.connect("One", "okta"), o.connect("Other", "okta")
		for _, in := range []connected{c, other} {
			o.provide(in, 201, "POST", "/Users", `{"schemas":["`+schema.UserURN+`"],"userName":"a"}`)
			o.provide(in, 201, "POST", "/Users", `{"schemas":["`+schema.UserURN+`"],"userName":"b"}`)
		}
		cursor := str(o.provide(c, 200, "GET", "/Users?cursor&count=1", "")["nextCursor"])
		if strings.Trim(cursor, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~") != "" {
			t.Errorf("%s must be escaped in a URL (RFC 9865 §2)", cursor)
		}
		refused := func(in connected, forged string) {
			t.Helper()
			answer := o.provide(in, 400, "GET", "/Users?count=1&cursor="+url.QueryEscape(forged), "")
			if answer["scimType"] != "invalidCursor" {
				t.Errorf("%q: %v", forged, answer)
			}
		}
		refused(other, cursor)
		for i := range len(cursor) {
			changed := []byte(cursor)
			changed[i] ^= 1 // from one letter to its neighbour
			refused(c, string(changed))
			if i > 0 {
				refused(c, cursor[:i])
			}
		}
		for _, forged := range []string{"1 0 2 " + strings.Repeat("0", 24), cursor + cursor, " " + cursor + "=", "\x00", strings.Repeat("A", 10_000)} {
			refused(c, forged)
		}
		if last := o.provide(c, 200, "GET", "/Users?count=1&cursor="+cursor, ""); at(last, "Resources", 0, "userName") != "b" {
			t.Errorf("the cursor itself: %v", last)
		}
	})
}

// TestHugeAndDeep holds that what is too large or too deep is refused at once.
func TestHugeAndDeep(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	c := o.connect("One", "okta")
	bob := o.hire(c, "bob", "")
	deep := func(open, inner, closing string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(closing, n)
	}
	filters := map[string]string{
		"a megabyte of text":     `userName eq "` + strings.Repeat("a", 1<<20) + `"`,
		"a megabyte of terms":    strings.Repeat(`userName pr or `, 1<<16) + `userName pr`,
		"a thousand brackets":    deep("(", `userName pr`, ")", 1000),
		"a thousand nots":        deep("not (", `userName pr`, ")", 1000),
		"a thousand attributes":  deep("emails[", `type pr`, "]", 1000),
		"only brackets":          strings.Repeat("(", 1000),
		"brackets the other way": strings.Repeat("]", 1000),
		"a thousand terms":       strings.Repeat(`userName pr and `, 1000) + `userName pr`,
		"a long name":            strings.Repeat("a", 5000) + " pr",
		"a long URN":             strings.Repeat("urn:", 1500) + "a pr",
		"a long number":          "userName eq 1" + strings.Repeat("0", 5000),
		"a huge exponent":        "meta.version eq 1e999999999999",
	}
	for name, filter := range filters {
		body := fmt.Sprintf(`{"schemas": [%q], "filter": %q}`, searchURN, filter)
		for _, path := range []string{"/Users/.search", "/.search"} {
			status, header, text := o.send("POST", "/scim/v2/"+c.id+path, body, "Authorization", "Bearer "+c.token)
			kind := str(o.object(text)["scimType"])
			sound := name == "a long number" || name == "a huge exponent" // a text, compared with a text
			if status != 400 && !sound || status >= 500 || status == 400 && kind != "invalidFilter" && kind != "tooMany" {
				t.Errorf("%s at %s: %d %.200s", name, path, status, text)
			}
			wellFormed(t, name, status, header, text)
		}
		if len(filter) < 50_000 {
			status, header, text := o.send("GET", "/scim/v2/"+c.id+"/Users?filter="+url.QueryEscape(filter), "", "Authorization", "Bearer "+c.token)
			if status >= 500 {
				t.Errorf("%s: %d %.200s", name, status, text)
			}
			wellFormed(t, name, status, header, text)
		}
		patch := patchBody("replace", "emails["+filter+"].value", `"x"`)
		if status, _, text := o.send("PATCH", "/scim/v2/"+c.id+"/Users/"+bob, patch, "Authorization", "Bearer "+c.token); status != 400 {
			t.Errorf("%s in a path: %d %.200s", name, status, text)
		}
	}
	for name, body := range map[string]string{
		"deep arrays":   `{"schemas":["` + schema.UserURN + `"],"userName":"x","a":` + deep("[", "", "]", 100_000) + `}`,
		"deep objects":  deep(`{"a":`, "1", "}", 100_000),
		"many members":  `{"schemas":["` + schema.UserURN + `"],"userName":"x"` + manyMembers(100_000) + `}`,
		"not UTF-8":     "{\"schemas\":[\"" + schema.UserURN + "\"],\"userName\":\"\xff\"}",
		"U+0000":        `{"schemas":["` + schema.UserURN + `"],"userName":"a\u0000"}`,
		"a long name":   `{"schemas":["` + schema.UserURN + `"],"userName":"` + strings.Repeat("x", 5000) + `"}`,
		"two bodies":    `{"schemas":["` + schema.UserURN + `"],"userName":"x"}{}`,
		"nothing":       ``,
		"half a body":   `{"schemas":["` + schema.UserURN + `"],"userName":`,
		"a lone half":   `{"schemas":["` + schema.UserURN + `"],"userName":"\ud800"}`,
		"a huge number": `{"schemas":["` + schema.UserURN + `"],"userName":"x","active":1e400}`,
	} {
		status, header, text := o.send("POST", "/scim/v2/"+c.id+"/Users", body, "Authorization", "Bearer "+c.token, "Content-Type", "application/json")
		if want := map[string]int{"many members": 201}[name]; status != 400 && status != want {
			t.Errorf("%s: %d %.300s", name, status, text)
		}
		wellFormed(t, name, status, header, text)
	}
	if status, header, text := o.send("POST", "/scim/v2/"+c.id+"/Users", strings.Repeat(" ", maxBody+1), "Authorization", "Bearer "+c.token); status != 413 {
		t.Errorf("a body that is too long: %d %s", status, text)
	} else {
		wellFormed(t, "a long body", status, header, text)
	}
}

func manyMembers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"a%d":%d`, i, i)
	}
	return b.String()
}

func (o *office) object(text string) schema.Object {
	obj, err := schema.ReadObject([]byte(text))
	if err != nil {
		o.t.Fatalf("%.200s: %v", text, err)
	}
	return obj
}

// TestTwice holds that a repeated member is refused wherever it stands: two readers
// could take two meanings from it.
func TestTwice(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	c := o.connect("One", "okta")
	bob := o.hire(c, "bob", "")
	user := `"schemas":["` + schema.UserURN + `"]`
	for _, test := range []struct{ method, path, body string }{
		{"POST", "/Users", `{` + user + `,"userName":"x","userName":"y"}`},
		{"POST", "/Users", `{` + user + `,"userName":"x","username":"y"}`},
		{"POST", "/Users", `{` + user + `,"userName":"x","name":{"givenName":"a","givenName":"b"}}`},
		{"POST", "/Users", `{` + user + `,"userName":"x","active":true,"active":false}`},
		{"POST", "/Users", `{` + user + `,"userName":"x","emails":[{"value":"a","value":"b"}]}`},
		{"POST", "/Users", `{` + user + `,` + user + `,"userName":"x"}`},
		{"PUT", "/Users/" + bob, `{` + user + `,"userName":"bob@example.com","user\u004eame":"eve"}`},
		{"PATCH", "/Users/" + bob, `{"schemas":["` + patchURN + `"],"Operations":[{"op":"add","op":"remove","path":"title","value":"x"}]}`},
		{"PATCH", "/Users/" + bob, `{"schemas":["` + patchURN + `"],"Operations":[{"op":"add","path":"title","path":"userName","value":"x"}]}`},
		{"PATCH", "/Users/" + bob, `{"schemas":["` + patchURN + `"],"Operations":[{"op":"add","path":"title","value":"x","Value":"y"}]}`},
		{"PATCH", "/Users/" + bob, `{"schemas":["` + patchURN + `"],"Operations":[],"Operations":[{"op":"add","path":"title","value":"x"}]}`},
		{"POST", "/Users/.search", `{"schemas":["` + searchURN + `"],"filter":"userName pr","filter":"id pr"}`},
		{"POST", "/Bulk", `{"schemas":["` + bulkRequestURN + `"],"Operations":[{"method":"DELETE","path":"/Users/` + bob + `","path":"/Users/x"}]}`},
	} {
		answer := o.provide(c, 400, test.method, test.path, test.body)
		if answer["scimType"] != "invalidSyntax" {
			t.Errorf("%s: %v", test.body, answer)
		}
	}
	if got := o.provide(c, 200, "GET", "/Users/"+bob, ""); at(got, "meta", "version") != `W/"v1"` {
		t.Errorf("bob has changed: %v", got)
	}
}

// TestTenThousandMembers sends as many operations in one PATCH as are taken.
func TestTenThousandMembers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("One", "okta")
		bob := o.hire(c, "bob", "")
		team := o.team(c, "team", bob)
		operations := func(n int, format string) string {
			list := make([]string, n)
			for i := range list {
				list[i] = fmt.Sprintf(format, i)
			}
			return `{"schemas":["` + patchURN + `"],"Operations":[` + strings.Join(list, ",") + `]}`
		}
		add := `{"op":"add","path":"members","value":[{"value":"pending-%d"}]}`
		o.provide(c, 413, "PATCH", "/Groups/"+team, operations(10_001, add))
		o.provide(c, 204, "PATCH", "/Groups/"+team, operations(10_000, add))
		if n := o.count(`SELECT COUNT(*) FROM scim_member WHERE grp = $1`, team); n != 10_001 {
			t.Errorf("the group has %d members", n)
		}
		o.provide(c, 200, "PATCH", "/Groups/"+team, operations(10_000, `{"op":"remove","path":"members[value eq \"pending-%d\"]"}`))
		got := o.provide(c, 200, "GET", "/Groups/"+team, "")
		if members, _ := got["members"].([]any); len(members) != 1 || at(got, "meta", "version") != `W/"v3"` {
			t.Errorf("the group is %v", got)
		}
	})
}

// TestNoPasswordAnywhere looks for a password in every table, in the log and in
// every answer (contract S7).
func TestNoPasswordAnywhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var said safeBuffer
		logger := slog.New(slog.NewJSONHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))
		o := newOffice(t, d, func(w *web.Options) { w.Logger = logger })
		o.Service.Logger = logger
		c := o.connect("One", "okta")
		bob := o.hire(c, "bob", `,"password":"`+planted+`"`)
		team := o.team(c, "team", bob)
		secret := `"` + planted + `"`
		for _, test := range []struct{ method, path, body string }{
			{"POST", "/Users", userBody("bob", `, "password": `+secret)}, // 409
			{"POST", "/Users", userBody("eve", `, "PassWord": `+secret+`, "userPassword": `+secret+`, "urn:acme:User": {"passphrase": `+secret+`}`)},
			{"POST", "/Users", userBody("max", `, "password": {"value": `+secret+`}`)},
			{"POST", "/Users", userBody("kim", `, "password": [`+secret+`], "active": "perhaps"`)},
			{"POST", "/Users", `{"userName": "no schemas", "password": ` + secret + `}`},
			{"POST", "/Users", `{"userName": "broken", "password": ` + secret},
			{"PUT", "/Users/" + bob, userBody("bob", `, "password": `+secret)},
			{"PATCH", "/Users/" + bob, patchBody("replace", "password", secret)},
			{"PATCH", "/Users/" + bob, patchBody("replace", schema.UserURN+":password", secret)},
			{"PATCH", "/Users/" + bob, patchBody("replace", "", `{"password": `+secret+`, "nickName": "b"}`)},
			{"PATCH", "/Users/" + bob, patchBody("add", `password[value eq "`+planted+`"]`, secret)},
			{"PATCH", "/Users/" + bob, patchBody("add", "userPassword", secret)},
			{"PATCH", "/Groups/" + team, patchBody("add", "", `{"password": `+secret+`}`)},
			{"POST", "/Bulk", bulkOf("", postUser("1", "zoe", `, "password": `+secret), `{"method": "PATCH", "path": "/Users/`+bob+`", "data": `+patchBody("replace", "password", secret)+`}`)},
			{"POST", "/Users/.search", `{"schemas": ["` + searchURN + `"], "filter": "password eq \"` + planted + `\""}`},
			{"GET", "/Users?filter=" + url.QueryEscape(`password eq "`+planted+`"`), ""},
			{"GET", "/Users?filter=" + url.QueryEscape(`emails[password eq "`+planted+`"]`), ""},
			{"GET", "/Users?password=" + planted, ""},
			{"GET", "/Users?count=0&token=" + planted, ""},
		} {
			_, _, text := o.send(test.method, "/scim/v2/"+c.id+test.path, test.body, "Authorization", "Bearer "+c.token)
			if strings.Contains(text, planted) {
				t.Errorf("%s %s answers %s", test.method, test.path, text)
			}
		}
		o.send("GET", "/scim/v2/"+c.id+"/Users", "", "Authorization", "Bearer "+planted)
		for _, failed := range data(o.admin(200, "GET", c.path+"/requests?status=failed", "")) {
			o.send("POST", c.path+"/requests/"+str(at(failed, "id"))+"/replay", "", "Authorization", "Bearer admin")
		}
		o.ok(o.FlushLog(t.Context()))
		if text := said.String(); strings.Contains(text, planted) || strings.Contains(text, c.token) {
			t.Errorf("the log has it: %s", text)
		}
		tables := o.everyText()
		if len(tables) < 40 {
			t.Errorf("only %d tables were looked at", len(tables))
		}
		for table, text := range tables {
			if strings.Contains(text, planted) {
				t.Errorf("%s has it", table)
			}
			if strings.Contains(text, c.token) {
				t.Errorf("%s has the token", table)
			}
		}
		if !strings.Contains(tables["scim_request"], concealed) {
			t.Error("nothing was concealed: the test looks at nothing")
		}
	})
}

// planted is a password that stands nowhere else.
const planted = "Xq7-planted-pAssw0rd-f81"

// everyText answers all that is in the database, by table.
func (o *office) everyText() map[string]string {
	o.t.Helper()
	found := map[string]string{}
	columns := `
		SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	if o.db.Engine() == db.PostgreSQL {
		columns = `SELECT table_name, column_name, UPPER(data_type) FROM information_schema.columns WHERE table_schema = current_schema()`
	}
	o.ok(o.db.Read(o.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		var all [][3]string
		if err := tx.Each(ctx, func(row db.Row) error {
			var c [3]string
			err := row.Scan(&c[0], &c[1], &c[2])
			all = append(all, c)
			return err
		}, columns); err != nil {
			return err
		}
		for _, c := range all {
			expression := `CAST("` + c[1] + `" AS TEXT)`
			if c[2] == "BYTEA" && o.db.Engine() == db.PostgreSQL {
				expression = `encode("` + c[1] + `", 'escape')`
			}
			found[c[0]] += "" // a table without rows counts, too
			if err := tx.Each(ctx, func(row db.Row) error {
				var text string
				err := row.Scan(&text)
				found[c[0]] += text + "\n"
				return err
			}, `SELECT `+expression+` FROM "`+c[0]+`" WHERE "`+c[1]+`" IS NOT NULL`); err != nil {
				return err
			}
		}
		return nil
	}))
	return found
}

// safeBuffer may be written to by several goroutines.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write is of io.Writer.
func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String answers what was written.
func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
