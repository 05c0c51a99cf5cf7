// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// multipartType is the content type of an upload.
const multipartType = "multipart/form-data"

// Mount mounts the routes of contract manage-api.md under /v1/documents, and
// Muster's own. The list of a document's controls is of package program.
func (s *Service) Mount(server *web.Server) {
	const list, read, upload, write = caller.ListDocuments, caller.ReadDocuments, caller.UploadDocuments, caller.WriteDocuments
	h := &routes{base: server.BaseURL(), Service: s}
	route := func(method, path, id, summary string, p caller.Permission, more web.Route) web.Route {
		more.Method, more.Path, more.ID, more.Summary = method, "/v1/documents"+path, id, summary
		more.Permission, more.Class, more.Tag = p, web.ClassManage, "Documents"
		return more
	}
	made, gone := web.Route{Status: http.StatusCreated}, web.Route{Status: http.StatusNoContent}
	owned := web.Route{Owned: "document"}
	ownedMade, ownedGone := web.Route{Owned: "document", Status: http.StatusCreated}, web.Route{Owned: "document", Status: http.StatusNoContent}
	file := ownedMade
	file.Accept, file.Describe = []string{multipartType}, describeUpload
	media := owned
	media.Describe = func(op *huma.Operation) {
		op.Responses["200"].Content = map[string]*huma.MediaType{"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	}
	web.Register(server, route("POST", "", "createDocument", "Create a custom document", write, made), h.create)
	web.Register(server, route("GET", "", "listDocuments", "List documents", list, web.Route{Own: true}), h.list)
	web.Register(server, route("GET", "/{documentId}", "getDocument", "Get document by ID", read, owned), h.get)
	web.Register(server, route("PATCH", "/{documentId}", "updateDocument", "Change what is said of a document", write, web.Route{}), h.patch)
	web.Register(server, route("DELETE", "/{documentId}", "deleteDocument", "Delete document by ID", write, gone), h.delete)
	web.Register(server, route("POST", "/{documentId}/set-owner", "setDocumentOwner", "Set document owner", write, web.Route{}), h.setOwner)
	web.Register(server, route("POST", "/{documentId}/submit", "submitDocument", "Submit document collection", write, ownedGone), h.submit)
	web.Register(server, route("POST", "/{documentId}/deactivate", "deactivateDocument", "Make a document not relevant", write, web.Route{}), h.deactivate)
	web.Register(server, route("POST", "/{documentId}/reactivate", "reactivateDocument", "Make a document relevant again", write, web.Route{}), h.reactivate)
	web.Register(server, route("GET", "/{documentId}/links", "listDocumentLinks", "List document's links", read, owned), h.links)
	web.Register(server, route("POST", "/{documentId}/links", "createDocumentLink", "Create document link", write, ownedMade), h.addLink)
	web.Register(server, route("DELETE", "/{documentId}/links/{linkId}", "removeDocumentLink", "Remove document link", write, ownedGone), h.removeLink)
	web.Register(server, route("POST", "/{documentId}/uploads", "uploadDocumentFile", "Upload file for document", upload, file), h.upload)
	web.Register(server, route("GET", "/{documentId}/uploads", "listDocumentUploads", "List document's uploads", read, owned), h.uploads)
	web.Register(server, route("DELETE", "/{documentId}/uploads/{uploadedFileId}", "deleteDocumentFile", "Delete file for a document", write, ownedGone), h.removeUpload)
	web.Register(server, route("GET", "/{documentId}/uploads/{uploadedFileId}/media", "downloadDocumentFile", "Download file for document", read, media), h.media)
}

func describeUpload(op *huma.Operation) {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{multipartType: {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
			"description":     text("Of the file."),
			"effectiveAtDate": text("The day from which the file counts, such as 2026-05-31; the time of the upload when absent."),
			"file":            {Type: huma.TypeString, Format: "binary"},
		},
	}}}}
}

// routes are the service as it answers requests.
type routes struct {
	*Service
	base string // what others call this server
}

// What is embedded in an input is exported: huma reads it only then.
type (
	// Input names a document.
	Input struct {
		Document string `path:"documentId"`
	}

	output       struct{ Body api.Document }
	detailOutput struct{ Body api.DocumentDetail }
	nothing      struct{}
	pageInput    struct {
		Input
		web.PageInput
	}
)

func (h *routes) create(ctx context.Context, in *struct{ Body api.DocumentInput }) (*output, error) {
	b := in.Body
	d, err := h.Create(ctx, caller.From(ctx), Form{
		Cadence: b.Cadence, Description: b.Description, Reminder: b.ReminderWindow, Sensitive: b.IsSensitive, TimeSensitivity: b.TimeSensitivity, Title: b.Title,
	})
	if err != nil {
		return nil, err
	}
	return h.short(ctx, d)
}

// short answers a document as lists show it.
func (h *routes) short(ctx context.Context, d Document) (*output, error) {
	page, err := h.Wire(ctx, caller.From(ctx), h.base, d)
	if err != nil {
		return nil, err
	}
	return &output{page[0]}, nil
}

type listInput struct {
	web.PageInput
	Frameworks []string `doc:"Ids of frameworks, or the manage API's spellings: mapped to a control of any of them." query:"frameworkMatchesAny,explode"`
	Statuses   []string `doc:"Needs document, Needs update, Not relevant, OK." query:"statusMatchesAny,explode"`
}

func (h *routes) list(ctx context.Context, in *listInput) (*struct{ Body web.Page[api.Document] }, error) {
	after, err := from(in.PageInput)
	if err != nil {
		return nil, err
	}
	q := Query{After: after, Frameworks: split(in.Frameworks), Limit: in.Size()}
	for _, word := range split(in.Statuses) {
		status := Status(word)
		if !status.valid() {
			return nil, web.InQuery("statusMatchesAny", "must be of Needs document, Needs update, Not relevant, OK")
		}
		q.Statuses = append(q.Statuses, status)
	}
	list, more, err := h.List(ctx, caller.From(ctx), q)
	if err != nil {
		return nil, err
	}
	page, err := h.Wire(ctx, caller.From(ctx), h.base, list...)
	if err != nil {
		return nil, err
	}
	cursor := func(d api.Document) string { return web.EncodeCursor(d.ID) }
	return &struct{ Body web.Page[api.Document] }{web.NewPage(page, cursor, more, after != "")}, nil
}

func (s Status) valid() bool {
	for _, known := range Statuses() {
		if s == known {
			return true
		}
	}
	return false
}

// from answers the id that a page starts after.
func from(in web.PageInput) (string, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil || after == nil {
		return "", err
	}
	return after[0], nil
}

// split takes repeated and comma-joined values alike.
func split(values []string) (list []string) {
	for _, value := range values {
		for one := range strings.SplitSeq(value, ",") {
			if one = strings.TrimSpace(one); one != "" {
				list = append(list, one)
			}
		}
	}
	return list
}

func wireAll[T, A any](list []T, wire func(*T) A) []A {
	page := make([]A, len(list))
	for i := range list {
		page[i] = wire(&list[i])
	}
	return page
}

func (h *routes) answer(ctx context.Context, d Document, err error) (*detailOutput, error) {
	if err != nil {
		return nil, err
	}
	page, err := h.Wire(ctx, caller.From(ctx), h.base, d)
	if err != nil {
		return nil, err
	}
	return &detailOutput{d.detail(page[0], h.Now(), h.Files.Limit())}, nil
}

func (h *routes) get(ctx context.Context, in *Input) (*detailOutput, error) {
	d, err := h.Get(ctx, caller.From(ctx), in.Document)
	return h.answer(ctx, d, err)
}

func (h *routes) patch(ctx context.Context, in *struct {
	Input
	Body api.DocumentEdit
},
) (*detailOutput, error) {
	b := in.Body
	d, err := h.Edit(ctx, caller.From(ctx), in.Document, Edit{
		Cadence: b.Cadence, Description: b.Description, Note: b.Note, Reminder: b.ReminderWindow, Sensitive: b.IsSensitive,
		TimeSensitivity: b.TimeSensitivity, Title: b.Title,
	})
	return h.answer(ctx, d, err)
}

func (h *routes) delete(ctx context.Context, in *Input) (*nothing, error) {
	return nil, h.Delete(ctx, caller.From(ctx), in.Document)
}

func (h *routes) setOwner(ctx context.Context, in *struct {
	Input
	Body api.SetOwner
},
) (*output, error) {
	user := ""
	if in.Body.UserID != nil {
		user = *in.Body.UserID
	}
	d, err := h.SetOwner(ctx, caller.From(ctx), in.Document, user)
	if err != nil {
		return nil, err
	}
	return h.short(ctx, d)
}

func (h *routes) submit(ctx context.Context, in *Input) (*nothing, error) {
	return nil, h.Submit(ctx, caller.From(ctx), in.Document)
}

func (h *routes) deactivate(ctx context.Context, in *struct {
	Input
	Body api.DocumentPause
},
) (*detailOutput, error) {
	var until *int64
	if in.Body.Until != "" {
		at, err := time.Parse(time.RFC3339, in.Body.Until)
		if err != nil {
			return nil, fault.At(fault.Problem{Pointer: "/deactivateUntilDate", Message: "must be a time such as 2026-05-31T00:00:00Z"})
		}
		ms := db.Millis(at)
		until = &ms
	}
	d, err := h.Deactivate(ctx, caller.From(ctx), in.Document, in.Body.Reason, until)
	return h.answer(ctx, d, err)
}

func (h *routes) reactivate(ctx context.Context, in *Input) (*detailOutput, error) {
	d, err := h.Reactivate(ctx, caller.From(ctx), in.Document)
	return h.answer(ctx, d, err)
}

func (h *routes) links(ctx context.Context, in *pageInput) (*struct{ Body web.Page[api.UploadedLink] }, error) {
	after, err := from(in.PageInput)
	if err != nil {
		return nil, err
	}
	list, more, err := h.Links(ctx, caller.From(ctx), in.Document, after, in.Size())
	if err != nil {
		return nil, err
	}
	page := web.NewPage(wireAll(list, (*Link).wire), func(l api.UploadedLink) string { return web.EncodeCursor(l.ID) }, more, after != "")
	return &struct{ Body web.Page[api.UploadedLink] }{page}, nil
}

func (h *routes) addLink(ctx context.Context, in *struct {
	Input
	Body api.DocumentLinkInput
},
) (*struct{ Body api.UploadedLink }, error) {
	l := Link{Title: in.Body.Title, URL: in.Body.URL}
	if in.Body.Description != nil {
		l.Description = *in.Body.Description
	}
	if in.Body.EffectiveDate != nil {
		at, err := time.Parse(time.RFC3339, *in.Body.EffectiveDate)
		if err != nil {
			return nil, fault.At(fault.Problem{Pointer: "/effectiveDate", Message: "must be a time such as 2026-05-31T00:00:00Z"})
		}
		ms := db.Millis(at)
		l.EffectiveAt = &ms
	}
	l, err := h.AddLink(ctx, caller.From(ctx), in.Document, l)
	if err != nil {
		return nil, err
	}
	return &struct{ Body api.UploadedLink }{l.wire()}, nil
}

func (h *routes) removeLink(ctx context.Context, in *struct {
	Input
	Link string `path:"linkId"`
},
) (*nothing, error) {
	return nil, h.RemoveLink(ctx, caller.From(ctx), in.Document, in.Link)
}

func (h *routes) uploads(ctx context.Context, in *pageInput) (*struct{ Body web.Page[api.UploadedFile] }, error) {
	after, err := from(in.PageInput)
	if err != nil {
		return nil, err
	}
	list, more, err := h.Uploads(ctx, caller.From(ctx), in.Document, after, in.Size())
	if err != nil {
		return nil, err
	}
	page, err := h.wireUploads(ctx, caller.From(ctx), h.base, list)
	if err != nil {
		return nil, err
	}
	cursor := func(u api.UploadedFile) string { return web.EncodeCursor(u.ID) }
	return &struct{ Body web.Page[api.UploadedFile] }{web.NewPage(page, cursor, more, after != "")}, nil
}

// FileInput names a file of a document.
type FileInput struct {
	Input
	File string `path:"uploadedFileId"`
}

func (h *routes) removeUpload(ctx context.Context, in *FileInput) (*nothing, error) {
	return nil, h.RemoveUpload(ctx, caller.From(ctx), in.Document, in.File)
}

type mediaOutput struct {
	Body        func(huma.Context)
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Sniff       string `header:"X-Content-Type-Options"`
}

// media answers a file as its own type, and so that no browser opens it here.
func (h *routes) media(ctx context.Context, in *FileInput) (*mediaOutput, error) {
	u, content, err := h.Open(ctx, caller.From(ctx), in.Document, in.File)
	if err != nil {
		return nil, err
	}
	name := u.FileName
	if name == "" {
		name = u.ID
	}
	return &mediaOutput{
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": name}),
		Policy:      "sandbox; default-src 'none'",
		Sniff:       "nosniff",
		Body: web.StreamBody(http.StatusOK, u.MediaType, func(w io.Writer) error {
			_, err := io.Copy(w, content)
			if closed := content.Close(); err == nil {
				err = closed
			}
			return err
		}),
	}, nil
}
