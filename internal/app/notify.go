// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/egress"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/jobs"
	"github.com/passmuster/muster/internal/notify"
	"github.com/passmuster/muster/internal/review"
)

// buildNotify makes what tells people of what happens, of all that knows whom it
// concerns.
func (a *App) buildNotify() {
	o := a.options
	open := o.Outside.AllowPrivateAddresses
	a.Notifications = notify.New(notify.Options{
		BaseURL: a.linkBase, DB: a.DB, Feed: a.Feed, Logger: o.Logger, Mail: a.SignIn.Mail, Now: o.Now, People: listeners{a}, Plain: open,
		Poster: notify.SlackPoster{Client: egress.New(egress.Options{AllowPrivate: open}), Now: o.Now}, Sealer: a.sealer, Things: concerns{a},
	})
}

// outgoing are the passes that tell the world outside. Only a server runs them: who fills
// a house with a past, by a clock moved by hand, tells nobody.
func (a *App) outgoing() []jobs.Pass {
	return []jobs.Pass{
		{Name: "notify-collect", Due: a.Notifications.HasNews, Every: time.Second, Run: a.Notifications.Collect},
		{Name: "notify-mail", Due: a.Notifications.HasMail, Every: time.Second, Run: a.Notifications.SendMail},
		{Name: "notify-purge", Every: time.Hour, Run: a.Notifications.Purge},
		{Name: "notify-slack", Due: a.Notifications.HasSlack, Every: time.Second, Run: a.Notifications.SendSlack},
	}
}

// listeners tells package notify who may hear.
type listeners struct{ *App }

func listener(u access.User, w caller.Workspace) notify.Person {
	return notify.Person{
		Admin: u.Role.ID == access.Admin, Email: u.Email, Grants: u.Caller(w).Grants, ID: string(u.ID), Kind: "user", Name: u.Label(),
	}
}

// Users answers who is active, and the e-mails of those who are deactivated.
func (l listeners) Users(ctx context.Context, w caller.Workspace) (active []notify.Person, gone []string, err error) {
	all, err := l.Access.List(ctx, house(w))
	for _, u := range all {
		switch u.Status {
		case access.Active:
			active = append(active, listener(u, w))
		case access.Deactivated:
			gone = append(gone, u.Email)
		}
	}
	return active, gone, err
}

// User answers an active user.
func (l listeners) User(ctx context.Context, w caller.Workspace, id string) (notify.Person, bool, error) {
	u, err := l.Access.Get(ctx, house(w), id)
	if fault.KindOf(err) == fault.NotFound {
		return notify.Person{}, false, nil
	}
	return listener(u, w), u.Status == access.Active, err
}

// Person answers somebody who works here and is no user who was deactivated.
func (l listeners) Person(ctx context.Context, w caller.Workspace, id string) (p notify.Person, there bool, err error) {
	err = l.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := l.Directory.ByID(ctx, tx, w.Number, directory.PersonID(id))
		if errors.Is(err, db.ErrNoRow) {
			return nil
		}
		p, there = heard(found, l.options.Now())
		return err
	})
	if err != nil || !there {
		return p, there, err
	}
	u, err := l.Access.Get(ctx, house(w), p.Email)
	if fault.KindOf(err) == fault.NotFound {
		return p, true, nil
	}
	return p, u.Status != access.Deactivated, err
}

// heard answers a person of the directory, and whether they work here now.
func heard(p directory.Person, now time.Time) (notify.Person, bool) {
	is := p.Employment(now)
	there := (is == directory.Current || is == directory.OnLeave) && p.Email != "" && !p.NotPerson
	return notify.Person{Email: p.Email, ID: string(p.ID), Kind: "person", Name: p.Name.Display}, there
}

// concerns tells package notify whom things concern.
type concerns struct{ *App }

// house answers the caller who sees what there is in a workspace.
func house(w caller.Workspace) caller.Caller {
	return caller.Caller{Kind: caller.System, Name: "muster", Workspace: w}
}

// absent answers nothing for what is not there any more.
func absent(err error) (notify.Concerned, error) {
	if fault.KindOf(err) == fault.NotFound {
		err = nil
	}
	return notify.Concerned{}, err
}

func owning(users ...string) (list []notify.Concern) {
	for _, id := range users {
		if id != "" {
			list = append(list, notify.Concern{ID: id, Kind: "user", Owns: true})
		}
	}
	return list
}

// Document answers the owner of a document.
func (c concerns) Document(ctx context.Context, w caller.Workspace, id string) (notify.Concerned, error) {
	d, err := c.Documents.Get(ctx, house(w), id)
	if err != nil {
		return absent(err)
	}
	return notify.Concerned{ID: d.ID, Concerns: owning(d.Owner)}, nil
}

// Review answers who decides in an access review, and who made it.
func (c concerns) Review(ctx context.Context, w caller.Workspace, id string) (notify.Concerned, error) {
	r, err := c.Reviews.Get(ctx, house(w), review.ID(id))
	if err != nil {
		return absent(err)
	}
	out := notify.Concerned{ID: id}
	for _, system := range r.Systems {
		out.Concerns = append(out.Concerns, owning(system.Reviewer.ID)...)
	}
	if r.CreatedBy.Kind == caller.User {
		out.Concerns = append(out.Concerns, notify.Concern{ID: r.CreatedBy.ID, Kind: "user"})
	}
	return out, nil
}

// Policy answers who is to accept a policy and has not.
func (c concerns) Policy(ctx context.Context, w caller.Workspace, id string) (out notify.Concerned, err error) {
	const step = 500
	now := c.options.Now()
	out.ID = id
	for after := ""; ; {
		tasks, more, err := c.Policies.Tasks(ctx, house(w), id, after, step)
		if err != nil {
			return absent(err)
		}
		for _, t := range tasks {
			after = string(t.Person.ID)
			if p, there := heard(t.Person, now); there && t.Status(now) != "COMPLETE" {
				out.Concerns = append(out.Concerns, notify.Concern{ID: p.ID, Kind: p.Kind, Owns: true})
				out.People = append(out.People, p)
			}
		}
		if !more {
			return out, nil
		}
	}
}

// Test answers owner and subscribers of a test.
func (c concerns) Test(ctx context.Context, w caller.Workspace, ref string) (out notify.Concerned, err error) {
	t, err := c.Assessments.Get(ctx, house(w), ref)
	if err != nil {
		return absent(err)
	}
	out = notify.Concerned{ID: t.ID, Concerns: owning(t.Owner)}
	subscribers, err := c.Assessments.Subscribers(ctx, house(w), t.ID)
	if err != nil {
		return absent(err)
	}
	for _, s := range subscribers {
		if s.Kind == "user" {
			out.Concerns = append(out.Concerns, notify.Concern{ID: s.ID, Kind: s.Kind})
			continue
		}
		p, there, err := listeners(c).Person(ctx, w, s.ID)
		if err != nil {
			return out, err
		}
		if there {
			out.Concerns = append(out.Concerns, notify.Concern{ID: p.ID, Kind: p.Kind})
			out.People = append(out.People, p)
		}
	}
	return out, nil
}

// Standings answers how tests stand.
func (c concerns) Standings(ctx context.Context, w caller.Workspace, ids []string) (map[string]notify.Standing, error) {
	all := map[string]notify.Standing{}
	for _, id := range ids {
		t, err := c.Assessments.Get(ctx, house(w), id)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		all[id] = notify.Standing{Failing: t.Counts[assessment.Failing], Name: t.Document.Name, Status: string(t.Status), Total: t.Counts.Evaluated()}
	}
	return all, nil
}
