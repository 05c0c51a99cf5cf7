// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Files keep what is attached, by workspace and content.
type Files interface {
	Get(ctx context.Context, workspace, sum string) ([]byte, error)
	Put(ctx context.Context, workspace string, r io.Reader) (sum string, size int64, err error)
}

// noFiles stands in where none can be kept.
type noFiles struct{}

func (noFiles) Get(context.Context, string, string) ([]byte, error) {
	return nil, fault.New(fault.NotFound, "no files are kept here")
}

func (noFiles) Put(context.Context, string, io.Reader) (string, int64, error) {
	return "", 0, fault.New(fault.Impossible, "no files are kept here")
}

// maxFileName is in characters.
const maxFileName = 200

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
	if utf8.RuneCountInString(name) > maxFileName {
		return ""
	}
	return name
}

// Attach keeps a file with an exception that counts or waits. Once: a file is never
// replaced, since somebody may have approved what it says.
func (s *Service) Attach(ctx context.Context, c caller.Caller, id, name string, content io.Reader) (x Exception, err error) {
	if name = fileName(name); name == "" {
		return x, fault.At(fault.Problem{Pointer: "/name", Message: "must be the name of a file, of 1 to 200 characters"})
	}
	if x, err = s.Exception(ctx, c, id); err != nil {
		return x, err
	}
	if err := x.attachable(); err != nil {
		return x, err
	}
	sum, size, err := s.Files.Put(ctx, c.Workspace.ID, content)
	if err != nil {
		return x, err
	}
	if size == 0 {
		return x, fault.New(fault.Invalid, "the file is empty")
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if x, err = selectException(ctx, tx, c.Workspace.Number, id); err != nil {
			return err
		}
		one := []Exception{x}
		if err := nameTests(ctx, tx, c.Workspace, one); err != nil {
			return err
		}
		if x = one[0]; x.attachable() != nil {
			return x.attachable()
		}
		x.File = File{Name: name, SHA256: sum, Size: size}
		if err := updateFile(ctx, tx, x); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, x.entry(c, "file attached", x))
	})
	if errors.Is(err, db.ErrNoRow) {
		err = errRaced
	}
	return x, err
}

func (x *Exception) attachable() error {
	switch {
	case x.State != ExceptionApproved && x.State != ExceptionPending:
		return fault.New(fault.Impossible, "the exception is %s; a file belongs to one that counts or waits", x.State)
	case x.File.Name != "":
		return fault.New(fault.Conflict, "the exception has a file already, %s; make another exception", x.File.Name)
	}
	return nil
}

// Attachment answers the file of an exception.
func (s *Service) Attachment(ctx context.Context, c caller.Caller, id string) (File, []byte, error) {
	x, err := s.Exception(ctx, c, id)
	if err != nil {
		return File{}, nil, err
	}
	if x.File.Name == "" {
		return File{}, nil, fault.New(fault.NotFound, "the exception has no file")
	}
	content, err := s.Files.Get(ctx, c.Workspace.ID, x.File.SHA256)
	return x.File, content, err
}
