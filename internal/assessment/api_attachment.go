// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"io"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// fileType is that of every attachment, whatever it is: no browser opens it here.
const fileType = "application/octet-stream"

func (s *Service) mountAttachments(server *web.Server) {
	content := map[string]*huma.MediaType{fileType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	route := web.Route{Path: "/v1/exceptions/{exceptionId}/file", Class: web.ClassManage, Owned: "exception", Tag: "Exceptions"}
	put, get := route, route
	put.Method, put.ID, put.Summary, put.Permission, put.Accept = "PUT", "attachToException", "Attach a file to an exception, once", caller.WriteTests, []string{fileType}
	put.Describe = func(op *huma.Operation) { op.RequestBody = &huma.RequestBody{Required: true, Content: content} }
	get.Method, get.ID, get.Summary, get.Permission = "GET", "downloadExceptionFile", "Download the file of an exception", caller.ReadTests
	get.Describe = func(op *huma.Operation) { op.Responses["200"].Content = content }
	web.Register(server, put, s.putAttachment)
	web.Register(server, get, s.getAttachment)
}

type attachInput struct {
	ExceptionInput
	web.Stream
	Name string `doc:"Of the file." query:"name" required:"true"`
}

func (s *Service) putAttachment(ctx context.Context, in *attachInput) (*exceptionOutput, error) {
	x, err := s.Attach(ctx, caller.From(ctx), in.Exception, in.Name, in.Reader())
	return s.answerException(ctx, x, err)
}

type attachmentOutput struct {
	Body        func(huma.Context)
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
}

func (s *Service) getAttachment(ctx context.Context, in *ExceptionInput) (*attachmentOutput, error) {
	file, content, err := s.Attachment(ctx, caller.From(ctx), in.Exception)
	if err != nil {
		return nil, err
	}
	return &attachmentOutput{
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}),
		Policy:      "sandbox; default-src 'none'",
		Body: web.StreamBody(http.StatusOK, fileType, func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		}),
	}, nil
}

func (f File) wire() *api.ExceptionFile {
	if f.Name == "" {
		return nil
	}
	return &api.ExceptionFile{Name: f.Name, Size: f.Size, SHA256: f.SHA256}
}
