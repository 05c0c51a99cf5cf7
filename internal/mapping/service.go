// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// Page is a feature that shows records of a kind.
type Page struct {
	Bases map[resource.Base]Mapping // of base types that it shows by themselves
	// Fill answers the JSON that stands for each "${name}" in the conditions of Bases,
	// as it is for a definition now. nil: there is nothing to fill in.
	Fill  func(ctx context.Context, tx *db.Tx, d resource.Definition) (map[string]string, error)
	Shape Shape
	View  resource.View
}

// Follower does what follows when a definition is mapped otherwise, in other features
// than the page's own.
type Follower interface {
	// Remapped is called after the change has landed; kinds are those of the mappings
	// before and after.
	Remapped(ctx context.Context, d resource.Definition, kinds []Kind) error
}

// Refresher makes views anew: package resource.
type Refresher interface {
	RefreshView(ctx context.Context, d resource.Definition) error
}

// Options are what a Service is made of.
type Options struct {
	DB     *db.DB
	Logger *slog.Logger
	Now    func() time.Time
}

// Service holds the mappings of definitions. It is safe for concurrent use.
type Service struct {
	Options

	// Follower, Pages and Refresher are filled before the first call: each needs the
	// other. Follower may be nil.
	Follower  Follower
	Pages     []Page
	Refresher Refresher

	mu       sync.Mutex
	programs map[programKey]*program
}

// programKey names a compiled mapping.
type programKey struct {
	definition resource.Number
	filled     string // what stood for the placeholders of the base type
	kind       Kind
	schema     int64
	updatedAt  int64 // 0: of the base type
}

// New makes the service.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{Options: o, programs: map[programKey]*program{}}
}

// Put is a mapping of a definition as it was put.
type Put struct {
	Definition resource.Definition
	Mapping    Mapping
	UpdatedAt  time.Time
}

func (s *Service) page(kind Kind) (Page, bool) {
	i := slices.IndexFunc(s.Pages, func(p Page) bool { return p.Shape.Kind == kind })
	if i < 0 {
		return Page{}, false
	}
	return s.Pages[i], true
}

// Kinds answers the kinds that a mapping may be of.
func (s *Service) Kinds() (kinds []Kind) {
	for _, p := range s.Pages {
		kinds = append(kinds, p.Shape.Kind)
	}
	return kinds
}

// Reader answers how a definition's records are read as a kind; nil when they are
// none of it.
func (s *Service) Reader(ctx context.Context, tx *db.Tx, d resource.Definition, kind Kind) (*Reader, error) {
	page, ok := s.page(kind)
	if !ok {
		return nil, fmt.Errorf("nothing shows records as %s", kind)
	}
	if m, ok := page.Bases[d.Base]; ok {
		if page.Fill == nil {
			return s.reader(d, m, 0)
		}
		fills, err := page.Fill(ctx, tx, d)
		if err != nil {
			return nil, fmt.Errorf("what %s of %s go by: %w", kind, d.ID, err)
		}
		return s.filled(d, m, fills)
	}
	m, updatedAt, err := selectMapping(ctx, tx, d)
	if errors.Is(err, db.ErrNoRow) || err == nil && m.As != kind {
		return nil, nil //nolint:nilnil // as documented: records that are not of the kind
	}
	if err != nil {
		return nil, err
	}
	return s.reader(d, m, updatedAt)
}

// filled answers a reader by the mapping of a base type, with its placeholders filled.
func (s *Service) filled(d resource.Definition, m Mapping, fills map[string]string) (*Reader, error) {
	key := programKey{definition: d.Number, kind: m.As, schema: d.SchemaVersion}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(fills)) {
		key.filled += name + "=" + fills[name] + " "
		pairs = append(pairs, `"${`+name+`}"`, fills[name])
	}
	replacer, conditions := strings.NewReplacer(pairs...), map[string]json.Value{}
	for name, text := range m.Conditions {
		conditions[name] = json.Value(replacer.Replace(string(text)))
	}
	m.Conditions = conditions
	return s.compiled(key, d, m)
}

func (s *Service) reader(d resource.Definition, m Mapping, updatedAt int64) (*Reader, error) {
	return s.compiled(programKey{definition: d.Number, kind: m.As, schema: d.SchemaVersion, updatedAt: updatedAt}, d, m)
}

func (s *Service) compiled(key programKey, d resource.Definition, m Mapping) (*Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.programs[key]
	if !ok {
		var err error
		if p, err = m.compile(d); err != nil {
			return nil, fmt.Errorf("compile the mapping of %s: %w", d.ID, err)
		}
		s.programs[key] = p
	}
	return p.reader(), nil
}

// errNone is the fault for a definition without a mapping of its own.
var errNone = fault.New(fault.NotFound, "this resource has no mapping")

// own answers a definition that the caller may map; NotFound otherwise.
func own(ctx context.Context, tx *db.Tx, c caller.Caller, id resource.ID) (resource.Definition, error) {
	missing := fault.New(fault.NotFound, "resourceId not found")
	if !db.ValidID(string(id)) {
		return resource.Definition{}, missing
	}
	d, err := resource.LookUpByID(ctx, tx, c.Workspace, id)
	if errors.Is(err, db.ErrNoRow) || err == nil && c.Kind == caller.Application && d.Application != c.ID {
		return d, missing
	}
	return d, err
}

// Get answers the mapping of a definition; NotFound when it has none.
func (s *Service) Get(ctx context.Context, c caller.Caller, id resource.ID) (put Put, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if put.Definition, err = own(ctx, tx, c, id); err != nil {
			return err
		}
		put, err = putOf(ctx, tx, put.Definition)
		return err
	})
	return put, err
}

func putOf(ctx context.Context, tx *db.Tx, d resource.Definition) (Put, error) {
	m, at, err := selectMapping(ctx, tx, d)
	if errors.Is(err, db.ErrNoRow) {
		return Put{}, errNone
	}
	return Put{d, m, db.Time(at)}, err
}

// List answers all mappings that the caller may see, by definition.
func (s *Service) List(ctx context.Context, c caller.Caller) (list []Put, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		numbers, err := selectMapped(ctx, tx, c.Workspace)
		list = nil
		for _, number := range numbers {
			d, err := resource.LookUp(ctx, tx, number)
			if err != nil {
				return err
			}
			if c.Kind == caller.Application && d.Application != c.ID {
				continue
			}
			put, err := putOf(ctx, tx, d)
			if err != nil {
				return err
			}
			list = append(list, put)
		}
		return err
	})
	return list, err
}

// Set makes a definition show itself as a mapping says, instead of what it had.
// Faults: NotFound, Invalid with the place of each problem, Conflict for a base
// type that a page shows by itself.
func (s *Service) Set(ctx context.Context, c caller.Caller, id resource.ID, m Mapping) (put Put, err error) {
	var kinds []Kind
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := own(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if err := s.check(m, d); err != nil {
			return err
		}
		before, _, err := selectMapping(ctx, tx, d)
		if err != nil && !errors.Is(err, db.ErrNoRow) {
			return err
		}
		put = Put{d, m, db.Time(db.Millis(s.Now()))}
		if err := putMapping(ctx, tx, put); err != nil {
			return err
		}
		kinds = kindsOf(before, m)
		return s.changed(ctx, tx, c, d, before, m)
	})
	if err == nil {
		s.refresh(ctx, put.Definition, kinds)
	}
	return put, err
}

func (s *Service) check(m Mapping, d resource.Definition) error {
	for _, page := range s.Pages {
		if _, by := page.Bases[d.Base]; by {
			return fault.New(fault.Conflict, "resources of the base type %s are shown as %s by themselves", d.Base, page.Shape.Kind)
		}
	}
	page, ok := s.page(m.As)
	if !ok {
		return fault.At(fault.Problem{Pointer: "/as", Message: fmt.Sprintf("must be of %v", s.Kinds())})
	}
	problems, err := page.Shape.Check(m, d)
	if err == nil && len(problems) > 0 {
		err = fault.At(problems...)
	}
	return err
}

// Delete takes the mapping of a definition away; NotFound when it has none.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id resource.ID) error {
	var d resource.Definition
	var kinds []Kind
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if d, err = own(ctx, tx, c, id); err != nil {
			return err
		}
		before, err := putOf(ctx, tx, d)
		if err != nil {
			return err
		}
		if err := deleteMapping(ctx, tx, d); err != nil {
			return err
		}
		kinds = kindsOf(before.Mapping, Mapping{})
		return s.changed(ctx, tx, c, d, before.Mapping, Mapping{})
	})
	if err == nil {
		s.refresh(ctx, d, kinds)
	}
	return err
}

// kindsOf answers what a definition was, and is, shown as.
func kindsOf(before, after Mapping) []Kind {
	return slices.DeleteFunc(slices.Compact([]Kind{before.As, after.As}), func(kind Kind) bool { return kind == "" })
}

// changed has the views of both kinds made anew, and leaves the entry of evidence.
func (s *Service) changed(ctx context.Context, tx *db.Tx, c caller.Caller, d resource.Definition, before, after Mapping) error {
	for _, kind := range kindsOf(before, after) {
		if page, ok := s.page(kind); ok {
			if err := resource.SetBehind(ctx, tx, d, page.View); err != nil {
				return err
			}
		}
	}
	what, changes := "set", []evidence.Change{{Field: "shown as", Before: orNil(before.As), After: orNil(after.As)}}
	if after.As == "" {
		what = "deleted"
	}
	document, err := json.Marshal(after)
	if err != nil {
		return err
	}
	return evidence.Append(ctx, tx, s.Now(), evidence.Entry{
		Actor: c, Kind: "mapping", Subject: evidence.Subject{Kind: "definition", ID: string(d.ID), Name: d.Name},
		Body: map[string]any{"what": what, "as": cmpOr(after.As, before.As), "mapping": json.Value(document), "changes": changes},
	})
}

func orNil(kind Kind) any {
	if kind == "" {
		return nil
	}
	return string(kind)
}

func cmpOr(a, b Kind) string {
	if a != "" {
		return string(a)
	}
	return string(b)
}

// refresh makes the views anew, and has others follow; what it cannot do now is the
// passes'.
func (s *Service) refresh(ctx context.Context, d resource.Definition, kinds []Kind) {
	if s.Follower != nil {
		if err := s.Follower.Remapped(ctx, d, kinds); err != nil {
			s.Logger.LogAttrs(ctx, slog.LevelWarn, "what follows from a mapping waits", slog.String("definition", string(d.ID)), slog.Any("error", err))
		}
	}
	if s.Refresher == nil {
		return
	}
	var head resource.Head
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		head, err = resource.HeadOf(ctx, tx, d.Number)
		return err
	})
	if err == nil && head.Current <= resource.InlineRecords {
		err = s.Refresher.RefreshView(ctx, d)
	}
	if err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "views follow a mapping later", slog.String("definition", string(d.ID)), slog.Any("error", err))
	}
}
