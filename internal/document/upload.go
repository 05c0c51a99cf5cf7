// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"errors"
	"io"
	"mime"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/blob"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Upload is a file that stands for a document. Times are in ms.
type Upload struct {
	ID          string
	ByID        string
	ByType      string // USER, APPLICATION; "" for the command line
	Description *string
	Document    string
	FileName    string // "" where the sender named none
	MediaType   string
	SHA256      string
	Size        int64
	Title       string

	CreatedAt, EffectiveAt, UpdatedAt int64

	DeletedAt *int64
}

// Coming is a file with what is said of it.
type Coming struct {
	Description *string
	EffectiveAt *int64 // ms; nil: now
	File        *blob.Pending
	FileName    string
	MediaType   string
}

const (
	maxFileName    = 200 // characters
	maxDescription = 10_000
	anyType        = "application/octet-stream"
)

// fileName answers the last part of a name that people gave, without what could
// mislead whoever downloads it; "" when nothing is left.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`"<>|:*?/`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	for utf8.RuneCountInString(name) > maxFileName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}

// mediaTypes are those of names, where the sender says nothing of the content.
var mediaTypes = map[string]string{
	".csv": "text/csv", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".gif": "image/gif", ".jpeg": "image/jpeg",
	".jpg": "image/jpeg", ".json": "application/json", ".pdf": "application/pdf", ".png": "image/png",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".txt": "text/plain",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".zip": "application/zip",
}

// mediaType answers what a file is said to be: by the sender, else by its name.
// Nobody looks into it.
func mediaType(said, name string) string {
	media, params, err := mime.ParseMediaType(said)
	if err == nil && strings.Contains(media, "/") && media != anyType {
		if text := mime.FormatMediaType(media, params); text != "" && len(text) <= maxFileName {
			return text
		}
		return media
	}
	if known := mediaTypes[strings.ToLower(path.Ext(name))]; known != "" {
		return known
	}
	return anyType
}

// effective reads a date, or the date of a time, as midnight UTC of that day.
func effective(text string) (ms int64, err error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		if at, err = time.Parse(time.RFC3339, text); err != nil {
			return 0, fault.At(fault.Problem{Pointer: "/effectiveAtDate", Message: "must be a date such as 2026-05-31"})
		}
	}
	at = at.UTC()
	return db.Millis(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)), nil
}

// Add keeps a file that came in whole and lets it stand for a document. It does
// not drop what is pending.
func (s *Service) Add(ctx context.Context, c caller.Caller, id string, in Coming) (u Upload, err error) {
	if in.File.Size == 0 {
		return u, fault.At(fault.Problem{Pointer: "/file", Message: "must not be empty"})
	}
	if err := in.File.Keep(ctx, c.Workspace.ID); err != nil {
		return u, err
	}
	now := s.Now()
	u = Upload{
		ID: db.NewID(now), Description: in.Description, Document: id, FileName: fileName(in.FileName), SHA256: in.File.SHA256, Size: in.File.Size,
		CreatedAt: db.Millis(now), EffectiveAt: db.Millis(now), UpdatedAt: db.Millis(now),
	}
	u.MediaType = mediaType(in.MediaType, u.FileName)
	if in.EffectiveAt != nil {
		u.EffectiveAt = *in.EffectiveAt
	}
	switch c.Kind {
	case caller.User:
		u.ByType, u.ByID = "USER", c.ID
	case caller.Application:
		u.ByType, u.ByID = "APPLICATION", c.ID
	}
	_, err = s.change(ctx, c, id, func(ctx context.Context, tx *db.Tx, d *Document) (string, map[string]any, error) {
		if u.Title = u.FileName; u.Title == "" {
			u.Title = d.Title
		}
		return "file uploaded", d.fileBody(&u), insertUpload(ctx, tx, c.Workspace, &u)
	})
	return u, err
}

// fileBody is what an entry says of a file.
func (d *Document) fileBody(u *Upload) map[string]any {
	body := map[string]any{"upload": u.ID, "sha256": u.SHA256, "size": u.Size, "effective": u.EffectiveAt}
	if !d.Sensitive && u.FileName != "" {
		body["file"] = u.FileName
	}
	return body
}

// Uploads answers up to limit files of a document after an id, oldest first, and
// whether more follow. Deleted ones are left out.
func (s *Service) Uploads(ctx context.Context, c caller.Caller, id, after string, limit int) (list []Upload, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Find(ctx, tx, c, id); err != nil {
			return err
		}
		list, err = selectUploads(ctx, tx, id, after, limit+1)
		return err
	})
	if more = len(list) > limit; more {
		list = list[:limit]
	}
	return list, more, err
}

func errNoFile(id string) error {
	return fault.New(fault.NotFound, "Uploaded file with id: %s not found", id)
}

// Open answers a file of a document with its content, which the caller closes.
func (s *Service) Open(ctx context.Context, c caller.Caller, id, upload string) (u Upload, content io.ReadCloser, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Find(ctx, tx, c, id); err != nil {
			return err
		}
		u, err = selectUpload(ctx, tx, id, upload)
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		err = errNoFile(upload)
	}
	if err != nil {
		return u, nil, err
	}
	content, err = s.Files.Open(ctx, c.Workspace.ID, u.SHA256)
	return u, content, err
}

// RemoveUpload takes a file from a document. Its row stays, marked, and so do its
// bytes: the ledger names them.
func (s *Service) RemoveUpload(ctx context.Context, c caller.Caller, id, upload string) error {
	_, err := s.change(ctx, c, id, func(ctx context.Context, tx *db.Tx, d *Document) (string, map[string]any, error) {
		u, err := selectUpload(ctx, tx, id, upload)
		if err != nil {
			return "", nil, err
		}
		return "file deleted", d.fileBody(&u), markDeleted(ctx, tx, upload, db.Millis(s.Now()))
	})
	if errors.Is(err, db.ErrNoRow) {
		err = errNoFile(upload)
	}
	return err
}
