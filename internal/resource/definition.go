// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
	"github.com/passmuster/muster/internal/workspace"
)

// ID is the public name of a definition: the resourceId.
type ID string

// Number stands for a definition in rows.
type Number int64

// Handling says what an invalid record does to its PUT.
type Handling string

// The handlings; the zero value leaves it to the route.
const (
	Lenient Handling = "lenient" // valid records are taken
	Strict  Handling = "strict"  // all or nothing
)

// Guard holds removals back when a PUT leaves out more than both Count records
// and Percent of them. Repeats, when not 0, is how many later PUTs over at
// least 24 hours must show the same set to release the hold.
type Guard struct {
	Count   int64
	Percent int64
	Repeats int64
}

// Definition is a resource definition: what an application pushes under one
// resourceId.
type Definition struct {
	Application   string // id
	Base          Base
	CreatedAt     time.Time
	Guard         *Guard // nil: no guard
	Handling      Handling
	ID            ID
	Name          string // unique in its application, ignoring case
	Number        Number
	Origin        ID         // of an installed definition: the public application's, which it goes by; "" else
	Schema        json.Value // custom schema, nil when there is none
	SchemaSince   int64      // records written after this number were checked under SchemaVersion
	SchemaVersion int64      // 0 without a custom schema
	UpdatedAt     time.Time
	Workspace     caller.Workspace
}

// RecordSchema answers the schema of a whole record: base fields and, when the
// definition has a custom schema, customProperties.
func (d Definition) RecordSchema() (*jtd.Schema, error) {
	if d.Schema == nil {
		return recordSchema(d.Base, nil)
	}
	custom, err := ParseCustomSchema(d.Schema)
	if err != nil {
		return nil, err
	}
	return recordSchema(d.Base, custom)
}

// PublicID answers the id that a record of the definition goes by: in rules, and
// beside it of what is pushed on the wire. What Muster keeps itself has its id as
// uniqueId.
func (d Definition) PublicID(item Item, createdAt int64, unique string) string {
	if d.Base == SystemRecord {
		return unique
	}
	return EntityID(d.Number, item, createdAt)
}

// Limits bound a PUT; 0 means none.
type Limits struct {
	Records int64 // elements of one set
}

// Options fill a Service.
type Options struct {
	// Application answers the id of an application of the caller's workspace by what
	// names it; a NotFound fault when there is none.
	Application func(ctx context.Context, c caller.Caller, ref string) (id string, err error)

	DB      *db.DB
	Judge   Judge
	Limits  Limits
	Logger  *slog.Logger // nil: nothing is logged
	Now     func() time.Time
	Owner   string        // names this process in claims
	Systems Systems       // the definitions that Muster fills itself
	Views   []View        // follow the records of definitions
	Wait    time.Duration // for another push of the same definition, before 503
}

// Service is the feature: definitions, syncs and records.
type Service struct {
	Options

	// Furnisher may be nil. It is set before the first push: what it is needs the
	// service first.
	Furnisher Furnisher

	shapes *shapes
}

// New makes the service.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{Options: o, shapes: newShapes()}
	if len(o.Views) > 0 {
		s.Judge = &followedJudge{Judge: o.Judge, service: s}
	}
	return s
}

// NewDefinition says what to create.
type NewDefinition struct {
	Application string // id
	Base        string // either spelling
	ID          ID     // "" for a new one
	Name        string
	Schema      []byte // custom schema, nil for none
}

// Create adds a definition to an application.
func (s *Service) Create(ctx context.Context, c caller.Caller, n NewDefinition) (Definition, error) {
	base, ok := ParseBase(n.Base)
	if !ok {
		return Definition{}, fault.At(fault.Problem{Pointer: "/base", Message: "must be a base type: " + baseList()})
	}
	if err := checkName(n.Name); err != nil {
		return Definition{}, err
	}
	now := s.Now()
	d := Definition{
		Application: n.Application, Base: base, CreatedAt: now, ID: n.ID, Name: strings.TrimSpace(n.Name),
		UpdatedAt: now, Workspace: c.Workspace,
	}
	if d.ID == "" {
		d.ID = ID(db.NewID(now))
	}
	if n.Schema != nil {
		if err := d.setSchema(n.Schema); err != nil {
			return Definition{}, err
		}
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		number, err := workspace.Next(ctx, tx, "resource_definition")
		if err != nil {
			return err
		}
		d.Number = Number(number)
		if err := refuseInstalled(ctx, tx, d.Application); err != nil {
			return err
		}
		if err := insertDefinition(ctx, tx, d); err != nil {
			return nameTaken(err, d.Name)
		}
		if err := create(ctx, tx, c, d); err != nil {
			return err
		}
		return s.installOne(ctx, tx, d)
	})
	return d, err
}

// create adds what belongs to a definition whose row is there.
func create(ctx context.Context, tx *db.Tx, c caller.Caller, d Definition) error {
	if err := insertHead(ctx, tx, d); err != nil {
		return err
	}
	if d.Schema != nil {
		if err := insertSchema(ctx, tx, d); err != nil {
			return err
		}
	}
	return evidence.Append(ctx, tx, d.CreatedAt, d.entry(c, "created", Definition{}))
}

// setSchema makes text the definition's next schema version.
func (d *Definition) setSchema(text []byte) error {
	if _, err := ParseCustomSchema(text); err != nil {
		return schemaFault(err)
	}
	compact := json.Value(text).Clone()
	if err := compact.Compact(); err != nil {
		return err
	}
	d.Schema = compact
	d.SchemaVersion++
	return nil
}

func schemaFault(err error) error {
	var schema *jtd.SchemaError
	if errors.As(err, &schema) {
		return fault.At(fault.Problem{Pointer: "/schema" + schema.Pointer, Message: schema.Message})
	}
	return fault.At(fault.Problem{Pointer: "/schema", Message: err.Error()})
}

func baseList() string {
	var names []string
	for _, base := range Bases() {
		names = append(names, string(base))
	}
	return strings.Join(names, ", ")
}

// nameKey is what names are compared by: they are unique ignoring case.
func nameKey(name string) string { return strings.ToLower(name) }

const maxName = 100

func checkName(name string) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(name)); n < 1 || n > maxName || strings.ContainsRune(name, 0) {
		return fault.At(fault.Problem{Pointer: "/name", Message: "must have 1 to 100 characters"})
	}
	return nil
}

func nameTaken(err error, name string) error {
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "this application has a resource named %q already", name)
	}
	return err
}

// List answers the definitions of an application, oldest first; all that the
// workspace's applications have when application is "".
func (s *Service) List(ctx context.Context, c caller.Caller, application string) (list []Definition, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err = selectDefinitions(ctx, tx, c.Workspace, application)
		return err
	})
	return list, err
}

// Get answers one definition of the workspace by its id.
func (s *Service) Get(ctx context.Context, c caller.Caller, id ID) (d Definition, err error) {
	if !db.ValidID(string(id)) {
		return d, errNotFound // PostgreSQL refuses to compare some strings
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err = selectDefinition(ctx, tx, c.Workspace, id)
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		return d, errNotFound
	}
	return d, err
}

// errNotFound is the contract's word for an id that is not this caller's.
var errNotFound = fault.New(fault.NotFound, "resourceId not found")

// own answers a definition that the application may push to and read: its own, by its id
// or by that of the public definition that it stands for, of that base type.
func (s *Service) own(ctx context.Context, c caller.Caller, base Base, id ID) (Definition, error) {
	d, err := s.Get(ctx, c, id)
	if c.Kind == caller.Application && (err == nil && d.Application != c.ID || errors.Is(err, errNotFound)) {
		d, err = s.installed(ctx, c, id)
	}
	if err != nil {
		return d, err
	}
	if d.Base != base {
		return d, errNotFound
	}
	return d, nil
}
