// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/json"
)

// TestLife is a document from its creation to its end, by what clients read.
func TestLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		path := h.create("Access review")
		h.want("manage", "GET "+path, "", "200", `"uploadStatus":"Needs document"`, `"ownerId":null`, `"category":"Custom"`, `"url":"https://muster.example`+strings.TrimPrefix(path, "/v1")+`"`, `"owner":null`, `"controls":[]`,
			`"deactivatedStatus":{"creationDate":"2026-01-31T12:00:00.000Z","expiration":null,"reason":null,"isDeactivated":false}`,
			`"note":null`, `"nextRenewalDate":null`, `"renewalCadence":"P1M"`, `"reminderWindow":"P1W"`, `"subscribers":[]`,
			`"submittedDate":null`, `"timeSensitivity":"MOST_RECENT"`, `"uploadLimit":100`)
		h.want("manage", "POST "+path+"/submit", "", "422")
		file := h.upload("build", path, field("effectiveAtDate", "2026-01-31"), field("description", "of January"), file("a.csv", "text/csv", "a,b"))
		for _, want := range []string{
			`201 `, `"fileName":"a.csv"`, `"title":"a.csv"`, `"description":"of January"`, `"mimeType":"text/csv"`, `"uploadedBy":{"type":"APPLICATION","id":"` + h.callers["build"].ID + `"}`,
			`"creationDate":"2026-01-31T12:00:00.000Z"`, `"updatedDate":"2026-01-31T12:00:00.000Z"`, `"deletionDate":null`, `"effectiveDate":"2026-01-31T00:00:00.000Z"`,
			`"url":"https://muster.example` + path + `/uploads/` + h.id(file) + `/media"`,
			`"sha256":"`, `"size":3,`, `"uploaderName":"build"`,
		} {
			if !strings.Contains(file, want) {
				t.Errorf("the upload: got %s, want %s", file, want)
			}
		}
		h.want("manage", "GET "+path, "", "200", `"uploadStatus":"OK"`, `"nextRenewalDate":"2026-02-28T00:00:00.000Z"`)
		h.want("manage", "POST "+path+"/submit", "", "204")
		h.want("manage", "POST "+path+"/set-owner", `{"userId":"`+owner+`"}`, "200", `"owner":{"id":"`+owner+`","displayName":"Jane","emailAddress":"jane@example.com"}`)
		h.want("manage", "GET "+path, "", "200", `"submittedDate":"2026-01-31T12:00:00.000Z"`)
		h.want("manage", "GET /v1/documents", "", "200", `"nextRenewalDate":"2026-02-28T00:00:00.000Z"`, `"displayName":"Jane"`)
		h.clock = time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)
		h.want("manage", "GET "+path, "", "200", `"uploadStatus":"Needs update"`, `"uploadStatusDate":"2026-02-28T00:00:00.000Z"`)
		h.want("manage", "POST "+path+"/links", `{"url":"https://wiki.example/review?token=x","title":"The wiki","effectiveDate":"2099-01-01T00:00:00Z"}`,
			"201", `"description":""`, `"effectiveDate":"2099-01-01T00:00:00.000Z"`, `"url":"https://wiki.example/review?token=x"`)
		h.want("manage", "GET "+path, "", "200", `"uploadStatus":"OK"`, `"nextRenewalDate":"2026-03-28T00:00:00.000Z"`)
		h.want("manage", "POST "+path+"/deactivate", `{"deactivateReason":"no product","deactivateUntilDate":"2026-03-01T00:00:00Z"}`,
			"200", `"uploadStatus":"Not relevant"`, `"expiration":"2026-03-01T00:00:00.000Z"`, `"reason":"no product"`, `"isDeactivated":true`)
		h.clock = h.clock.Add(48 * time.Hour)
		h.want("manage", "GET "+path, "", "200", `"uploadStatus":"OK"`, `"isDeactivated":false`, `"uploadStatusDate":"2026-03-01T00:00:00.000Z"`)
		h.want("manage", "DELETE "+path+"/uploads/"+h.id(file), "", "204")
		h.want("manage", "GET "+path+"/uploads", "", "200", `"data":[]`)
		h.want("manage", "GET "+path+"/uploads/"+h.id(file)+"/media", "", "404")
		h.want("manage", "DELETE "+path+"/uploads/"+h.id(file), "", "404")
		h.want("manage", "PATCH "+path, `{"cadence":"P0D","note":"n"}`, "200", `"nextRenewalDate":null`, `"note":"n"`, `"renewalCadence":"P0D"`)
		h.want("manage", "DELETE "+path, "", "204")
		h.want("manage", "GET "+path, "", "404", `"message":"Document with id: `+path[len("/v1/documents/"):]+` not found"`)
		if text := strings.Join(h.told(), "\n"); strings.Contains(text, "token=x") || strings.Count(text, `"sha256"`) != 3 {
			t.Errorf("the ledger: %s", text)
		}
	})
}

// TestUploads is what may come in, and what not. Of what is refused nothing stays.
func TestUploads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		path := h.create("Report")
		whole := file("a.txt", "", "x")
		for name, c := range map[string]struct{ kind, body, want string }{
			"no file":             {multipartKind, field("description", "x") + last, "400"},
			"nothing at all":      {multipartKind, last, "400"},
			"no multipart":        {multipartKind, "what is this", "400"},
			"no boundary":         {"multipart/form-data", whole + last, "415"},
			"no content type":     {"", whole + last, "415"},
			"JSON":                {"application/json", `{"file":"x"}`, "415"},
			"an empty file":       {multipartKind, file("a.txt", "", "") + last, "400"},
			"two files":           {multipartKind, whole + whole + last, "400"},
			"a wrong date before": {multipartKind, field("effectiveAtDate", "soon") + whole + last, "400"},
			"a wrong date after":  {multipartKind, whole + field("effectiveAtDate", "2026-02-30") + last, "400"},
			"too large":           {multipartKind, file("a", "", strings.Repeat("x", limit+1)) + last, "413"},
			"too much text":       {multipartKind, whole + field("description", strings.Repeat("x", 10_001)) + last, "400"},
			"the end is missing":  {multipartKind, strings.TrimSuffix(whole, "\r\n"), "400"},
		} {
			answer, text := h.send("manage", "POST "+path+"/uploads", c.kind, c.body)
			if got := fmt.Sprint(answer.StatusCode); got != c.want || !strings.Contains(text, `"message":`) {
				t.Errorf("%s: got %s %s, want %s", name, got, text, c.want)
			}
		}
		unknown := "/v1/documents/" + strings.Repeat("0", 24)
		if got := h.upload("manage", unknown, whole); !strings.HasPrefix(got, "404") || !strings.Contains(got, `"message":"Document with id: 000000000000000000000000 not found"`) {
			t.Errorf("no document: got %s", got)
		}
		h.broken(path, whole)
		h.want("manage", "GET "+path+"/uploads", "", "200", `"data":[]`)
		if left := h.kept(); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		if got := h.upload("manage", path, file("a", "", strings.Repeat("x", limit))); !strings.HasPrefix(got, "201") {
			t.Errorf("as large as may be: got %s", got)
		}
	})
}

// broken sends an upload that breaks off in the middle of its file.
func (h *house) broken(path, whole string) {
	h.Helper()
	address := strings.TrimPrefix(h.url, "http://")
	conn, err := net.Dial("tcp", address)
	h.ok(err)
	_, err = fmt.Fprintf(conn, "POST %s/uploads HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer manage\r\nContent-Type: %s\r\nContent-Length: 5000\r\n\r\n%s",
		path, address, multipartKind, strings.TrimSuffix(whole, "\r\n"))
	h.ok(err)
	h.ok(conn.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(conn) // until the server is through with it
	h.ok(err)
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 400")) {
		h.Errorf("broken off: got %s", answer)
	}
	h.ok(conn.Close())
}

// TestMedia answers files as what they are, so that no browser opens them here.
func TestMedia(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	path := h.create("Report")
	for _, c := range []struct{ name, kind, wantKind, wantName string }{
		{"page.html", "text/html", "text/html", "filename=page.html"},
		{"a.pdf", "", "application/pdf", "filename=a.pdf"},
		{"a.PNG", "application/octet-stream", "image/png", "filename=a.PNG"},
		{"what", "no type", "application/octet-stream", "filename=what"},
		{"../../etc/pass wd", "text/plain; charset=utf-8", "text/plain; charset=utf-8", `filename="pass wd"`},
		{"Prüfung.txt", "", "text/plain", "filename*=utf-8''Pr%C3%BCfung.txt"},
		{`C:\\secret\\x.csv`, "", "text/csv", "filename=x.csv"},
	} {
		made := h.upload("manage", path, file(c.name, c.kind, "<script>"))
		answer, text := h.send("manage", "GET "+path+"/uploads/"+h.id(made)+"/media", "", "")
		if answer.StatusCode != http.StatusOK || text != "<script>" {
			t.Errorf("%s: got %d %s", c.name, answer.StatusCode, text)
		}
		for header, want := range map[string]string{
			"Content-Disposition": "attachment; " + c.wantName, "Content-Security-Policy": "sandbox; default-src 'none'", "Content-Type": c.wantKind,
			"X-Content-Type-Options": "nosniff",
		} {
			if got := answer.Header.Get(header); got != want {
				t.Errorf("%s: %s: got %q, want %q", c.name, header, got, want)
			}
		}
	}
	if left := h.kept(); len(left) != 1 {
		t.Errorf("the same content is one file: %v", left)
	}
}

// TestScopes is the table of contract integration-api.md section 6.
func TestScopes(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	path := h.create("Report")
	id := h.id(h.upload("manage", path, file("a", "", "x")))
	got := map[string]string{}
	for token := range h.callers {
		if h.callers[token].Kind != "application" || token == "other" {
			continue
		}
		may := ""
		for letter, call := range map[string]string{"l": "GET /v1/documents", "r": "GET " + path, "m": "GET " + path + "/uploads/" + id + "/media", "s": "POST " + path + "/submit"} {
			if got := h.ask(token, call, ""); got[0] == '2' {
				may += letter
			}
		}
		if h.upload(token, path, file("a", "", "x"))[0] == '2' {
			may += "u"
		}
		letters := strings.Split(may, "")
		slices.Sort(letters)
		got[token] = strings.Join(letters, "")
	}
	want := map[string]string{
		"build": "lmru", "connectors.self:read-resource": "", "manage": "lmrsu", "vanta-api.documents:list": "l", "vanta-api.documents:read": "mr",
		"vanta-api.documents:upload": "u", "vanta-api.documents:write": "s",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestSensitive hides documents, and their names on the trail.
func TestSensitive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		secret := h.create("Payroll of May", "isSensitive", "true")
		plain := h.create("Org chart")
		made := h.upload("manage", secret, file("payroll-may.csv", "", "x"))
		h.want("manage", "GET "+secret, "", "200", `"isSensitive":true`)
		for _, token := range []string{"editor", "build", "jane", "other"} {
			if got := h.ask(token, "GET "+secret+"/uploads/"+h.id(made)+"/media", ""); got[0] != '4' || strings.Contains(got, "Payroll") {
				t.Errorf("%s: got %s", token, got)
			}
		}
		for _, token := range []string{"editor", "build"} {
			if got := h.want(token, "GET /v1/documents", "", "200", "Org chart"); strings.Contains(got, "Payroll") {
				t.Errorf("%s: got %s", token, got)
			}
			if got := h.upload(token, secret, file("a", "", "x")); !strings.HasPrefix(got, "404") {
				t.Errorf("%s uploads: got %s", token, got)
			}
		}
		h.want("editor", "PATCH "+secret, `{"note":"n"}`, "404")
		h.want("jane", "GET /v1/documents", "", "200", `"data":[]`)
		h.want("jane", "GET "+plain, "", "403")
		h.want("manage", "POST "+secret+"/set-owner", `{"userId":"`+owner+`"}`, "200", `"ownerId":"`+owner+`"`)
		h.want("jane", "GET /v1/documents", "", "200", "Payroll of May")
		h.want("jane", "GET "+secret+"/uploads", "", "200", "payroll-may.csv")
		h.want("jane", "DELETE "+secret, "", "403")
		if got := h.upload("jane", secret, file("a", "", "y")); !strings.Contains(got, `"uploadedBy":{"type":"USER","id":"`+owner+`"}`) {
			t.Errorf("the owner uploads: got %s", got)
		}
		if text := strings.Join(h.told(), "\n"); strings.Contains(text, "ayroll") {
			t.Errorf("the ledger tells the name: %s", text)
		}
	})
}

// TestLists is pages and filters.
func TestLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		paths := []string{}
		for i := range 5 {
			paths = append(paths, h.create(fmt.Sprint("number ", i)))
		}
		h.upload("manage", paths[1], file("a", "", "x"))
		h.upload("manage", paths[2], file("a", "", "x"), field("effectiveAtDate", "2025-01-01"))
		h.want("manage", "POST "+paths[3]+"/deactivate", `{"deactivateReason":"r"}`, "200")
		for query, want := range map[string]string{
			"":                                 "01234",
			"?statusMatchesAny=OK":             "1",
			"?statusMatchesAny=Needs%20update": "2",
			"?statusMatchesAny=OK&statusMatchesAny=Not%20relevant": "13",
			"?statusMatchesAny=Needs%20document,OK":                "014",
		} {
			got := ""
			for _, one := range h.titles("/v1/documents" + query) {
				got += strings.TrimPrefix(one, "number ")
			}
			if got != want {
				t.Errorf("%q: got %s, want %s", query, got, want)
			}
		}
		h.want("manage", "GET /v1/documents?statusMatchesAny=fine", "", "400")
		h.want("other", "GET /v1/documents", "", "200", `"data":[]`, `"startCursor":null`)
		h.want("other", "GET "+paths[0], "", "404")
		if pages := h.pages("/v1/documents?pageSize=2&pageCursor="); pages != 3 {
			t.Errorf("got %d pages", pages)
		}
	})
}

type page struct {
	Results struct {
		Data []struct {
			Title string `json:"title"`
		} `json:"data"`
		PageInfo struct {
			EndCursor   string `json:"endCursor"`
			HasNextPage bool   `json:"hasNextPage"`
		} `json:"pageInfo"`
	} `json:"results"`
}

func (h *house) page(path string) (p page) {
	h.Helper()
	got := h.want("manage", "GET "+path, "", "200")
	h.ok(json.Unmarshal([]byte(got[len("200 "):]), &p))
	return p
}

func (h *house) titles(path string) (list []string) {
	for _, one := range h.page(path).Results.Data {
		list = append(list, one.Title)
	}
	return list
}

func (h *house) pages(path string) (count int) {
	for more := path; ; count++ {
		p := h.page(more)
		if !p.Results.PageInfo.HasNextPage {
			return count + 1
		}
		more = path + p.Results.PageInfo.EndCursor
	}
}

// TestReminders tells of each renewal once, and of a deactivation's end.
func TestReminders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		path := h.create("Report")
		once := h.create("Charter", "cadence", `"P0D"`)
		h.upload("manage", path, file("a", "", "x"))
		h.upload("manage", once, file("a", "", "x"))
		h.want("manage", "POST "+once+"/deactivate", `{"deactivateReason":"r","deactivateUntilDate":"2026-02-25T00:00:00Z"}`, "200")
		got := []string{}
		before := len(h.told())
		for _, day := range []int{1, 20, 21, 22, 25, 28, 29, 30} { // of February, and on
			h.clock = time.Date(2026, 2, day, 12, 0, 0, 0, time.UTC)
			due, err := h.HasReminders(t.Context())
			h.ok(err)
			h.ok(h.Remind(t.Context()))
			told := h.told()
			if due != (len(told) > before) {
				t.Errorf("on %d: said %v, and told %d", day, due, len(told)-before)
			}
			for _, text := range told[before:] {
				for _, what := range []string{"due soon", "due", "deactivation ended"} {
					if strings.Contains(text, `"what":"`+what+`"`) {
						got = append(got, fmt.Sprint(day, " ", what))
					}
				}
			}
			before = len(told)
			if day == 29 {
				h.upload("manage", path, file("b", "", "y"))
				before++
			}
		}
		if want := []string{"21 due soon", "25 deactivation ended", "28 due"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// TestTogether lets many upload at once: each counts.
func TestTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		path := h.create("Report")
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				body := field("effectiveAtDate", fmt.Sprintf("2026-01-%02d", i+1)) + file("a", "", fmt.Sprint(i)) + last
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+path+"/uploads", strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Authorization", "Bearer manage")
				r.Header.Set("Content-Type", multipartKind)
				answer, err := http.DefaultClient.Do(r)
				if err != nil || answer.StatusCode != http.StatusCreated || answer.Body.Close() != nil {
					t.Errorf("upload %d: %v %v", i, answer, err)
				}
			})
		}
		all.Wait()
		if got := len(h.titles(path + "/uploads?pageSize=100")); got != 12 {
			t.Errorf("got %d files", got)
		}
		h.want("manage", "GET "+path, "", "200", `"nextRenewalDate":"2026-02-12T00:00:00.000Z"`)
		if got := len(h.kept()); got != 12 {
			t.Errorf("%d files are kept", got)
		}
	})
}
