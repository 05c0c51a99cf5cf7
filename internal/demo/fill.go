// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/resource"
)

// Size says how much there is.
type Size struct {
	Copies   int     // further definitions, each like one of a custom resource
	Days     int     // of history
	People   int     // ever there
	Scale    float64 // of the records of sources without a record per person
	Variants int     // tests beside those of the files, each one of them in part of the records
}

// Sizes: what --demo makes, and a day in the life of a larger company.
var (
	Small = Size{Days: 90, People: 120, Scale: 1}
	Large = Size{Copies: 10, Days: 90, People: 500, Scale: 9.1, Variants: 205}
)

// Options say where and how much.
type Options struct {
	Now  time.Time                                    // the present, at which history ends
	Open func(now func() time.Time) (*app.App, error) // opens the data with another clock
	Size Size
}

// seed makes the same company every time.
const seed = 20260101

// filler is one filling.
type filler struct {
	*app.App
	actor       caller.Caller
	definitions map[string]resource.Definition // by source
	now         time.Time
	pushers     map[string]caller.Caller // by source
	managers    []access.User
	papers      map[string]string // ids of documents, by title
	rules       []string          // slugs of policies, as rulebooks has them
	people      map[*person]directory.PersonID
	sources     map[string]*application // by source
	tests       []string                // slugs, as they were made
	world       *world
}

// Fill fills the default workspace, and says whether it did: one with an application
// has something already.
func Fill(ctx context.Context, o Options) (filled bool, err error) {
	f := &filler{definitions: map[string]resource.Definition{}, papers: map[string]string{}, people: map[*person]directory.PersonID{}, pushers: map[string]caller.Caller{}, sources: map[string]*application{}}
	f.world = &world{ago: o.Size.Days, now: o.Now, random: rand.New(rand.NewPCG(seed, seed)), size: o.Size}
	f.now = f.world.at(o.Size.Days + 1)
	if f.App, err = o.Open(func() time.Time { return f.now }); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w, err := f.Workspaces.Get(ctx, "")
	if err != nil {
		return false, err
	}
	f.actor = caller.Caller{Kind: caller.CommandLine, Name: "demo", Workspace: w.Caller()}
	if made, err := f.OAuth.List(ctx, f.actor); err != nil || len(made) > 0 {
		return false, err
	}
	return true, f.fill(ctx)
}

func (f *filler) fill(ctx context.Context) error {
	if err := f.found(ctx); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	for ago := f.world.size.Days; ago >= 0; ago-- {
		f.world.ago, f.now = ago, f.world.at(ago)
		if err := f.day(ctx); err != nil {
			return fmt.Errorf("demo, %d days ago: %w", ago, err)
		}
	}
	return nil
}

// found makes who works with Muster, and what pushes to it.
func (f *filler) found(ctx context.Context) error {
	for _, u := range []access.NewUser{
		{Email: "maya.lindqvist@" + domain, Name: "Maya Lindqvist", Role: "editor"},
		{Email: "tomas.okafor@" + domain, Name: "Tomas Okafor", Role: "editor"},
		{Email: "priya.nair@" + domain, Name: "Priya Nair", Role: "view-only-admin"},
	} {
		u.Status = access.Active
		user, err := f.Access.Create(ctx, f.actor, u)
		if err != nil {
			return err
		}
		f.managers = append(f.managers, user)
	}
	f.world.people()
	all, err := load()
	if err != nil {
		return err
	}
	copied := 0
	for _, a := range all {
		for _, s := range a.Sources {
			if s.custom() && len(s.Tests) > 0 && copied < f.world.size.Copies {
				copied++
				a.Sources = append(a.Sources, s.copy())
			}
		}
		if err := f.connect(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// copy answers a source like another one.
func (s *source) copy() *source {
	like := *s
	like.Name, like.Noun, like.Incidents = s.Name+" (EU)", s.Noun+"eu", nil
	like.Tests = nil
	for _, t := range s.Tests {
		test := map[string]any{}
		for name, member := range t {
			test[name] = member
		}
		test["name"] = fmt.Sprintf("%s (EU)", t["name"])
		like.Tests = append(like.Tests, test)
	}
	return &like
}

// connect makes an application and its definitions.
func (f *filler) connect(ctx context.Context, a *application) error {
	made, _, err := f.OAuth.Create(ctx, f.actor, oauth.NewApplication{Description: a.Description, Name: a.Application})
	if err != nil {
		return err
	}
	for _, s := range a.Sources {
		schema, err := s.schema()
		if err != nil {
			return err
		}
		d, err := f.Resources.Create(ctx, f.actor, resource.NewDefinition{Application: string(made.ID), Base: s.Base, Name: s.Name, Schema: schema})
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		f.definitions[s.Name], f.sources[s.Name] = d, a
		f.pushers[s.Name] = caller.Caller{ID: string(made.ID), Kind: caller.Application, Name: made.Name, Scopes: made.Scopes, Workspace: f.actor.Workspace}
		f.world.stocks = append(f.world.stocks, &stock{heals: map[int][]heal{}, source: s})
	}
	return nil
}

// day lets a day pass: people come and go, sources push, somebody does what there is
// to do, and the passes of the server run.
func (f *filler) day(ctx context.Context) error {
	if err := f.staff(ctx); err != nil {
		return err
	}
	for i, s := range f.world.stocks {
		f.world.day(s)
		if !s.due(f.world, i) {
			continue
		}
		f.now = f.now.Add(7 * time.Second)
		if err := f.push(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	if err := f.work(ctx); err != nil {
		return err
	}
	return f.Pass(ctx)
}

// due says whether a source pushes today: less often in times that nobody looks at
// day by day, but for when something happens.
func (s *stock) due(w *world, i int) bool {
	every := s.Every
	if w.ago > closely {
		every *= 3
	}
	return w.ago >= s.Stops && (w.ago == w.size.Days || w.ago == s.Stops || s.news || (w.ago+i)%every == 0)
}

// closely is how many days before the present sources push as often as in life.
const closely = 15

func (f *filler) push(ctx context.Context, s *stock) error {
	f.world.refresh(s)
	d := f.definitions[s.Name]
	body, err := f.world.body(s, string(d.ID))
	if err != nil {
		return err
	}
	result, err := f.Resources.Push(ctx, f.pushers[s.Name], resource.Push{Base: d.Base, Body: bytes.NewReader(body), Default: resource.Strict})
	if err == nil && result.Failure != "" {
		err = errors.New(result.Failure)
	}
	return err
}

// staff makes those who join, and says who has left.
func (f *filler) staff(ctx context.Context) error {
	for _, p := range f.world.everybody {
		if _, known := f.people[p]; !known && p.joined >= f.world.ago {
			made, err := f.Directory.Create(ctx, f.actor, directory.Attributes{Email: &p.email, First: &p.first, JobTitle: &p.title, Last: &p.last, StartDate: &p.start})
			if err != nil {
				return err
			}
			f.people[p] = made.ID
		}
		if p.left == f.world.ago {
			end := f.now.Truncate(24 * time.Hour)
			if _, err := f.Directory.Update(ctx, f.actor, f.people[p], directory.Attributes{EndDate: &end}); err != nil {
				return err
			}
		}
	}
	return nil
}
