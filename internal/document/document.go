// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/blob"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Status says whether a document has what it needs.
type Status string

// The statuses (contract manage-api.md, DocumentStatus).
const (
	NeedsDocument Status = "Needs document"
	NeedsUpdate   Status = "Needs update"
	NotRelevant   Status = "Not relevant"
	OK            Status = "OK"
)

// Statuses answers all of them.
func Statuses() []Status { return []Status{NeedsDocument, NeedsUpdate, NotRelevant, OK} }

const (
	custom       = "Custom" // the category of every document: there are no built-in ones
	maxDocuments = 5000     // of a workspace
)

// Document is one as it stands. Times are in ms since 1970.
type Document struct {
	Form

	ID       string
	Category string
	Note     string
	Owner    string // id of a user, "" for nobody
	Status   Status // as it was read

	CreatedAt, UpdatedAt int64

	deactivatedAt, deactivatedUntil *int64
	deactivatedReason               string
	dueAt, evidenceAt               *int64
	nextAt, soonAt                  *int64
	statusAt                        int64
	submittedAt                     *int64
	told                            string
}

// Form is what somebody says of a document.
type Form struct {
	Cadence         string // P0D: once
	Description     string
	Reminder        string // P0D: none
	Sensitive       bool
	TimeSensitivity string
	Title           string
}

// Files keep what is uploaded.
type Files interface {
	Limit() int64
	Open(ctx context.Context, workspace, sum string) (io.ReadCloser, error)
	Take(r io.Reader) (*blob.Pending, error)
}

// Owner is a user who may look after a document.
type Owner struct {
	Email  string
	ID     string
	MayOwn bool
	Name   string
}

func (o Owner) label() string {
	if o.Name != "" {
		return o.Name
	}
	return o.Email
}

// Users finds who has to do with documents in the caller's workspace; users by id or
// e-mail. NotFound when there is none.
type Users interface {
	Owner(ctx context.Context, c caller.Caller, ref string) (Owner, error)
	// Uploader answers what a USER or an APPLICATION is called.
	Uploader(ctx context.Context, c caller.Caller, kind, id string) (string, error)
}

// Controls tell what is mapped to documents, and let go of one.
type Controls interface {
	ControlsUnder(ctx context.Context, tx *db.Tx, w caller.Workspace, documents []string) (map[string][]api.Named, error)
	DocumentsUnder(ctx context.Context, tx *db.Tx, w caller.Workspace, frameworks []string) ([]string, error)
	ReleaseDocument(ctx context.Context, tx *db.Tx, c caller.Caller, document, title string) error
}

// Options fill a Service.
type Options struct {
	Controls Controls // nil: nothing is mapped; set before the first use
	DB       *db.DB
	Files    Files
	Now      func() time.Time
	Users    Users
}

// Service is the feature. It is safe for concurrent use.
type Service struct{ Options }

// New makes the service.
func New(o Options) *Service { return &Service{o} }

func errNone(id string) error {
	return fault.New(fault.NotFound, "Document with id: %s not found", id) // the contract's words
}

// seen says whether a document exists for a caller.
func (d *Document) seen(c caller.Caller) bool {
	return !d.Sensitive || d.Owner != "" && c.Kind == caller.User && d.Owner == c.ID || c.Check(caller.SeeSensitive) == nil
}

// Find answers a document that the caller may know of; NotFound otherwise.
func (s *Service) Find(ctx context.Context, tx *db.Tx, c caller.Caller, id string) (Document, error) {
	d, err := selectDocument(ctx, tx, c.Workspace, id, db.Millis(s.Now()))
	if errors.Is(err, db.ErrNoRow) || err == nil && !d.seen(c) {
		return Document{}, errNone(id)
	}
	return d, err
}

// Get is Find in a transaction of its own.
func (s *Service) Get(ctx context.Context, c caller.Caller, id string) (d Document, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err = s.Find(ctx, tx, c, id)
		return err
	})
	return d, err
}

// OwnerOf answers the id of the user who owns a document, "" for nobody.
func (s *Service) OwnerOf(ctx context.Context, c caller.Caller, id string) (owner string, err error) {
	d, err := s.Get(ctx, c, id)
	return d.Owner, err
}

// Query asks for a page of documents.
type Query struct {
	After      string   // id; "": from the first
	Frameworks []string // mapped to a control of any of these; all when empty
	IDs        []string // any of these; all when nil
	Limit      int
	Owner      string   // id of a user: only theirs; "": of all
	Statuses   []Status // any of these; all when empty

	plain bool   // without sensitive ones, but for those of…
	own   string // …this user
	now   int64
}

// narrow lets a query see what the caller may.
func (s *Service) narrow(q Query, c caller.Caller) Query {
	q.now = db.Millis(s.Now())
	if c.Kind == caller.User {
		q.own = c.ID
		if c.Check(caller.ListDocuments) != nil {
			q.Owner = c.ID
		}
	}
	q.plain = c.Check(caller.SeeSensitive) != nil
	return q
}

// List answers a page of the documents that the caller may know of, oldest first,
// and whether more follow. Who may only own documents sees their own.
func (s *Service) List(ctx context.Context, c caller.Caller, q Query) (list []Document, more bool, err error) {
	q = s.narrow(q, c)
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if len(q.Frameworks) > 0 && s.Controls != nil {
			if q.IDs, err = s.Controls.DocumentsUnder(ctx, tx, c.Workspace, q.Frameworks); err != nil {
				return err
			}
		}
		if q.IDs != nil && len(q.IDs) == 0 {
			return nil
		}
		list, err = selectDocuments(ctx, tx, c.Workspace, q)
		return err
	})
	if more = len(list) > q.Limit; more {
		list = list[:q.Limit]
	}
	return list, more, err
}

// Among answers up to limit of some documents, by ids, after one of them.
func (s *Service) Among(ctx context.Context, tx *db.Tx, c caller.Caller, ids []string, after string, limit int) ([]Document, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	q := s.narrow(Query{After: after, IDs: ids, Limit: limit}, c)
	q.Owner = ""
	return selectDocuments(ctx, tx, c.Workspace, q)
}

// Standing is how a document stands, for who counts.
type Standing struct {
	Status Status
	Title  string // "" of a sensitive one
}

// Standings answers how all documents of a workspace stand, by their ids,
// sensitive ones too.
func (s *Service) Standings(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[string]Standing, error) {
	return selectStandings(ctx, tx, w, db.Millis(s.Now()))
}

// Create makes a document.
func (s *Service) Create(ctx context.Context, c caller.Caller, f Form) (d Document, err error) {
	if f.Title, err = line("/title", f.Title); err != nil {
		return d, err
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		count, err := countDocuments(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		if count >= maxDocuments {
			return fault.New(fault.Impossible, "a workspace has at most %d documents", maxDocuments)
		}
		at := db.Millis(now)
		d = Document{Form: f, ID: tx.NewID(now), Category: custom, Status: NeedsDocument, CreatedAt: at, UpdatedAt: at, statusAt: at}
		if err := insertDocument(ctx, tx, c.Workspace, &d); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, d.entry(c, "created", changesOf(&Document{}, &d), nil))
	})
	return d, err
}

// Edit is what changes of a document; what is nil stays.
type Edit struct {
	Cadence, Description, Note, Reminder, TimeSensitivity, Title *string
	Sensitive                                                    *bool
}

// Edit changes what is said of a document, and works its renewal out anew.
func (s *Service) Edit(ctx context.Context, c caller.Caller, id string, e Edit) (Document, error) {
	if e.Title != nil {
		title, err := line("/title", *e.Title)
		if err != nil {
			return Document{}, err
		}
		e.Title = &title
	}
	return s.change(ctx, c, id, func(_ context.Context, _ *db.Tx, d *Document) (string, map[string]any, error) {
		for to, from := range map[*string]*string{
			&d.Cadence: e.Cadence, &d.Description: e.Description, &d.Note: e.Note, &d.Reminder: e.Reminder,
			&d.TimeSensitivity: e.TimeSensitivity, &d.Title: e.Title,
		} {
			if from != nil {
				*to = *from
			}
		}
		if e.Sensitive != nil {
			d.Sensitive = *e.Sensitive
		}
		return "edited", nil, nil
	})
}

// change takes a document's row, has it changed, works out what follows, and
// writes row and entry. An empty what says that nothing is to be told.
func (s *Service) change(ctx context.Context, c caller.Caller, id string,
	alter func(ctx context.Context, tx *db.Tx, d *Document) (what string, body map[string]any, err error),
) (d Document, err error) {
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := lockDocument(ctx, tx, c.Workspace, id); err != nil && !errors.Is(err, db.ErrNoRow) {
			return err
		}
		if d, err = s.Find(ctx, tx, c, id); err != nil {
			return err
		}
		before := d
		what, body, err := alter(ctx, tx, &d)
		if err != nil {
			return err
		}
		if d.evidenceAt, err = selectEvidence(ctx, tx, id); err != nil {
			return err
		}
		d.schedule(&before, db.Millis(now))
		d.UpdatedAt = db.Millis(now)
		if err := updateDocument(ctx, tx, &d); err != nil {
			return err
		}
		if changes := changesOf(&before, &d); what != "" && (what != "edited" || len(changes) > 0) {
			if err := evidence.Append(ctx, tx, now, d.entry(c, what, changes, body)); err != nil {
				return err
			}
		}
		d, err = selectDocument(ctx, tx, c.Workspace, id, db.Millis(now)) // with its status
		return err
	})
	return d, err
}

// Delete takes a document away with its uploads and links, and from every control.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id string) error {
	now := s.Now()
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.Find(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if s.Controls != nil {
			if err := s.Controls.ReleaseDocument(ctx, tx, c, id, d.name()); err != nil {
				return err
			}
		}
		if err := deleteDocument(ctx, tx, id); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, d.entry(c, "deleted", nil, nil))
	})
}

// SetOwner gives a document to a user by id or e-mail; "" takes it from whoever
// has it.
func (s *Service) SetOwner(ctx context.Context, c caller.Caller, id, ref string) (Document, error) {
	was, err := s.Get(ctx, c, id)
	if err != nil {
		return Document{}, err
	}
	var next, before Owner
	if ref != "" {
		if next, err = s.Users.Owner(ctx, c, ref); err != nil {
			return Document{}, err
		}
		if !next.MayOwn {
			return Document{}, fault.New(fault.Impossible, "%s cannot own a document: the role does not allow it", next.label())
		}
	}
	if was.Owner != "" {
		if before, err = s.Users.Owner(ctx, c, was.Owner); err != nil && fault.KindOf(err) != fault.NotFound {
			return Document{}, err
		}
	}
	return s.change(ctx, c, id, func(_ context.Context, _ *db.Tx, d *Document) (string, map[string]any, error) {
		d.Owner = next.ID
		if was.Owner == next.ID {
			return "", nil, nil
		}
		return "owner changed", map[string]any{"changes": []evidence.Change{change("owner", before.label(), next.label())}}, nil
	})
}

// Deactivate makes a document not relevant, until a time in ms or for good.
func (s *Service) Deactivate(ctx context.Context, c caller.Caller, id, reason string, until *int64) (Document, error) {
	now := db.Millis(s.Now())
	if until != nil && *until <= now {
		return Document{}, fault.At(fault.Problem{Pointer: "/deactivateUntilDate", Message: "must be a time to come"})
	}
	reason, err := line("/deactivateReason", reason)
	if err != nil {
		return Document{}, err
	}
	return s.change(ctx, c, id, func(_ context.Context, _ *db.Tx, d *Document) (string, map[string]any, error) {
		d.deactivatedAt, d.deactivatedUntil, d.deactivatedReason, d.statusAt = &now, until, reason, now
		body := map[string]any{}
		if !d.Sensitive {
			body["reason"] = reason
		}
		if until != nil {
			body["until"] = *until
		}
		return "deactivated", body, nil
	})
}

// Reactivate makes a document count again. It does nothing when it does.
func (s *Service) Reactivate(ctx context.Context, c caller.Caller, id string) (Document, error) {
	now := db.Millis(s.Now())
	return s.change(ctx, c, id, func(_ context.Context, _ *db.Tx, d *Document) (string, map[string]any, error) {
		if d.deactivatedAt == nil {
			return "", nil, nil
		}
		d.reactivate(now)
		return "reactivated", nil, nil
	})
}

func (d *Document) reactivate(at int64) {
	d.deactivatedAt, d.deactivatedUntil, d.deactivatedReason, d.statusAt = nil, nil, "", at
}

// Submit says that what a document has is complete. The entry of the ledger names
// each file by its hash, and each link. Impossible when there is nothing.
func (s *Service) Submit(ctx context.Context, c caller.Caller, id string) error {
	now := db.Millis(s.Now())
	_, err := s.change(ctx, c, id, func(ctx context.Context, tx *db.Tx, d *Document) (string, map[string]any, error) {
		files, err := selectSums(ctx, tx, id)
		if err != nil {
			return "", nil, err
		}
		links, err := countLinks(ctx, tx, id)
		if err != nil {
			return "", nil, err
		}
		if len(files) == 0 && links == 0 {
			return "", nil, fault.New(fault.Impossible, "there is nothing to submit: upload a file or add a link first")
		}
		d.submittedAt = &now
		return "submitted", map[string]any{"files": len(files), "links": links, "sha256": files}, nil
	})
	return err
}
