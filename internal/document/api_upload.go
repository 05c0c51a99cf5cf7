// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"unicode/utf8"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

type uploadInput struct {
	Input
	web.Stream
}

func (h *routes) upload(ctx context.Context, in *uploadInput) (out *struct{ Body api.UploadedFile }, err error) {
	c := caller.From(ctx)
	if _, err := h.Get(ctx, c, in.Document); err != nil {
		return nil, err
	}
	_, params, err := mime.ParseMediaType(in.Header().Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return nil, fault.New(fault.Unsupported, "the content type must be %s with a boundary", multipartType)
	}
	coming, err := h.receive(multipart.NewReader(in.Reader(), params["boundary"]))
	if coming.File != nil {
		defer func() { err = errors.Join(err, coming.File.Drop()) }()
	}
	if err != nil {
		return nil, multipartFault(err)
	}
	if coming.File == nil {
		return nil, fault.At(fault.Problem{Pointer: "/file", Message: "must be present: a part with the name file"})
	}
	u, err := h.Add(ctx, c, in.Document, coming)
	if err != nil {
		return nil, err
	}
	page, err := h.wireUploads(ctx, c, h.base, []Upload{u})
	if err != nil {
		return nil, err
	}
	return &struct{ Body api.UploadedFile }{page[0]}, nil
}

// receive reads the parts of an upload, in whatever order they come. What it
// answers may have a file beside an error; the caller drops it.
func (h *routes) receive(r *multipart.Reader) (in Coming, err error) {
	for {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return in, nil
		}
		if err != nil {
			return in, notMultipart(err)
		}
		switch part.FormName() {
		case "file":
			err = h.receiveFile(part, &in)
		case "description":
			var text string
			if text, err = value(part, "description"); err == nil && text != "" {
				in.Description = &text
			}
		case "effectiveAtDate":
			err = receiveDate(part, &in)
		default: // what other servers know of
			_, err = io.Copy(io.Discard, part)
		}
		if err != nil {
			return in, err
		}
	}
}

func (h *routes) receiveFile(part *multipart.Part, in *Coming) (err error) {
	if in.File != nil {
		return fault.At(fault.Problem{Pointer: "/file", Message: "must be one file; send another request for the next"})
	}
	in.FileName, in.MediaType = part.FileName(), part.Header.Get("Content-Type")
	in.File, err = h.Files.Take(part)
	return err
}

func receiveDate(part *multipart.Part, in *Coming) error {
	text, err := value(part, "effectiveAtDate")
	if err != nil || text == "" {
		return err
	}
	at, err := effective(text)
	if err == nil {
		in.EffectiveAt = &at
	}
	return err
}

// notMultipart answers what the sender may read where there is no next part.
func notMultipart(err error) error {
	if fault.KindOf(err) != fault.Internal {
		return err // the body could not be read
	}
	return fault.New(fault.Invalid, "the body is not %s as its content type says: %s", multipartType, strings.TrimPrefix(err.Error(), "multipart: "))
}

// value reads a part that is a short text.
func value(part *multipart.Part, name string) (string, error) {
	text, err := io.ReadAll(io.LimitReader(part, utf8.UTFMax*maxDescription+1))
	switch {
	case err != nil:
		return "", err
	case !utf8.Valid(text) || utf8.RuneCount(text) > maxDescription:
		return "", fault.At(fault.Problem{Pointer: "/" + name, Message: fmt.Sprintf("must be UTF-8 of at most %d characters", maxDescription)})
	}
	return string(text), nil
}

// multipartFault answers what the sender may read of a body that is not as it
// should be.
func multipartFault(err error) error {
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.New(fault.Invalid, "the body ends before its last part does")
	}
	return err
}
