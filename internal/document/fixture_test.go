// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/blob"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/document"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
)

const (
	owner = "0123456789abcdef00000001"
	limit = 100 // bytes of a file
)

// house is two workspaces with the feature behind HTTP. Tokens are the names of
// callers.
type house struct {
	*testing.T
	*document.Service

	callers map[string]caller.Caller
	clock   time.Time
	db      *db.DB
	folder  string
	url     string
}

// Owner answers the one user who may own a document.
func (h *house) Owner(_ context.Context, _ caller.Caller, ref string) (document.Owner, error) {
	if ref != owner {
		return document.Owner{}, fault.New(fault.NotFound, "there is no user %q", ref)
	}
	return document.Owner{Email: "jane@example.com", ID: owner, MayOwn: true, Name: "Jane"}, nil
}

// Uploader answers what the callers are called.
func (h *house) Uploader(_ context.Context, _ caller.Caller, _, id string) (string, error) {
	for _, c := range h.callers {
		if c.ID == id {
			return c.Name, nil
		}
	}
	return "", fault.New(fault.NotFound, "there is no %q", id)
}

// Caller knows the tokens.
func (h *house) Caller(_ context.Context, token string) (caller.Caller, error) {
	c, ok := h.callers[token]
	if !ok {
		return c, fault.New(fault.Unauthorized, "no token")
	}
	return c, nil
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{T: t, callers: map[string]caller.Caller{}, clock: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), db: d, folder: t.TempDir()}
	now := func() time.Time { return h.clock }
	h.Service = document.New(document.Options{DB: d, Files: blob.New(h.folder, limit), Now: now, Users: h})
	houses := workspace.New(d, now)
	_, err := houses.Create(t.Context(), caller.Caller{Kind: caller.CommandLine}, workspace.NewWorkspace{Name: "other"})
	h.ok(err)
	here, err := houses.Get(t.Context(), "default")
	h.ok(err)
	there, err := houses.Get(t.Context(), "other")
	h.ok(err)
	app := func(name string, w caller.Workspace, scopes ...caller.Scope) {
		h.callers[name] = caller.Caller{Kind: caller.Application, ID: db.NewID(h.clock), Name: name, Workspace: w, Scopes: scopes}
	}
	app("manage", here.Caller(), caller.ScopeManageRead, caller.ScopeManageWrite)
	app("other", there.Caller(), caller.ScopeManageRead, caller.ScopeManageWrite)
	app("build", here.Caller(), caller.ScopeReadDocument, caller.ScopeWriteDocument)
	for _, scope := range []caller.Scope{caller.ScopeDocumentsList, caller.ScopeDocumentsRead, caller.ScopeDocumentsSend, caller.ScopeDocumentsWrite, caller.ScopeReadResource} {
		app(string(scope), here.Caller(), scope)
	}
	h.callers["editor"] = caller.Caller{
		Kind: caller.User, ID: "0123456789abcdef00000002", Name: "Ed", Role: "Editor", Workspace: here.Caller(), MayOwn: true,
		Grants: []caller.Permission{caller.ListDocuments, caller.ReadDocuments, caller.UploadDocuments, caller.WriteDocuments},
	}
	h.callers["jane"] = caller.Caller{Kind: caller.User, ID: owner, Name: "Jane", Role: "Collaborator", Workspace: here.Caller(), MayOwn: true}
	server := web.New(web.Options{BaseURL: "https://muster.example", Bearer: h, Now: now, Owners: map[string]web.Owner{"document": h.OwnerOf}})
	h.Mount(server)
	site := httptest.NewServer(server.Handler())
	t.Cleanup(site.Close)
	h.url = site.URL
	return h
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// reply is an answer without its body.
type reply struct {
	StatusCode int
	Header     http.Header
}

// send makes a call with a content type, and answers what came with its body.
func (h *house) send(token, call, kind, body string) (reply, string) {
	h.Helper()
	method, path, _ := strings.Cut(call, " ")
	r, err := http.NewRequestWithContext(h.Context(), method, h.url+path, strings.NewReader(body))
	h.ok(err)
	r.Header.Set("Authorization", "Bearer "+token)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	answer, err := http.DefaultClient.Do(r)
	h.ok(err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	h.ok(err)
	return reply{answer.StatusCode, answer.Header}, string(text)
}

// ask answers "status body" of a call with JSON.
func (h *house) ask(token, call, body string) string {
	h.Helper()
	kind := ""
	if body != "" {
		kind = "application/json"
	}
	answer, text := h.send(token, call, kind, body)
	return fmt.Sprintf("%d %s", answer.StatusCode, strings.TrimSpace(text))
}

// want makes a call whose answer must begin with the first text and hold them all.
func (h *house) want(token, call, body string, texts ...string) string {
	h.Helper()
	got := h.ask(token, call, body)
	for i, text := range texts {
		if i == 0 && !strings.HasPrefix(got, text) || !strings.Contains(got, text) {
			h.Errorf("%s: %s %s: got %s, want %q", token, call, body, got, text)
		}
	}
	return got
}

func form(title string, members ...string) string {
	text := map[string]string{
		"title": fmt.Sprintf("%q", title), "description": `"d"`, "timeSensitivity": `"MOST_RECENT"`, "cadence": `"P1M"`, "reminderWindow": `"P1W"`,
		"isSensitive": "false",
	}
	for i := 0; i+1 < len(members); i += 2 {
		text[members[i]] = members[i+1]
	}
	var list []string
	for name, value := range text {
		list = append(list, fmt.Sprintf("%q:%s", name, value))
	}
	return "{" + strings.Join(list, ",") + "}"
}

// create makes a document and answers its path.
func (h *house) create(title string, members ...string) string {
	h.Helper()
	return "/v1/documents/" + h.id(h.want("manage", "POST /v1/documents", form(title, members...), "201"))
}

func (h *house) id(answer string) string {
	h.Helper()
	_, text, _ := strings.Cut(answer, " ")
	var made struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(text), &made); err != nil || made.ID == "" {
		h.Fatalf("no id in %s: %v", answer, err)
	}
	return made.ID
}

// part is one part of an upload: its headers and its content.
func part(headers, content string) string { return "--b\r\n" + headers + "\r\n\r\n" + content + "\r\n" }

func file(name, kind, content string) string {
	headers := fmt.Sprintf(`Content-Disposition: form-data; name="file"; filename=%q`, name)
	if kind != "" {
		headers += "\r\nContent-Type: " + kind
	}
	return part(headers, content)
}

func field(name, value string) string {
	return part(fmt.Sprintf(`Content-Disposition: form-data; name=%q`, name), value)
}

const (
	multipartKind = "multipart/form-data; boundary=b"
	last          = "--b--\r\n"
)

// upload answers "status body" of an upload of some parts.
func (h *house) upload(token, path string, parts ...string) string {
	h.Helper()
	answer, text := h.send(token, "POST "+path+"/uploads", multipartKind, strings.Join(parts, "")+last)
	return fmt.Sprintf("%d %s", answer.StatusCode, text)
}

// kept answers the files in the store, finished or not.
func (h *house) kept() (list []string) {
	h.Helper()
	h.ok(filepath.WalkDir(h.folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	}))
	return list
}

// told answers what the trail says of documents, oldest first: a line "what".
func (h *house) told() (list []string) {
	h.Helper()
	h.ok(h.db.Read(h.Context(), func(ctx context.Context, tx *db.Tx) error {
		list = nil
		return tx.Each(ctx, func(row db.Row) error {
			var text string
			err := row.Scan(&text)
			list = append(list, text)
			return err
		}, `SELECT document FROM evidence_entry WHERE kind = 'document' ORDER BY id`)
	}))
	return list
}
