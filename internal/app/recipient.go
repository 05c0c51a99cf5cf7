// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
)

// recipients tells package assessment who may subscribe to a test: users, and
// people who are none.
type recipients struct {
	access    *access.Service
	db        *db.DB
	directory *directory.Service
}

// Recipient answers a user or a person by id or e-mail.
func (r recipients) Recipient(ctx context.Context, c caller.Caller, ref string) (assessment.Subscriber, error) {
	user, err := r.access.Get(ctx, c, ref)
	if err == nil {
		return assessment.Subscriber{Email: user.Email, ID: string(user.ID), Kind: "user", Name: user.Name}, nil
	}
	if fault.KindOf(err) != fault.NotFound {
		return assessment.Subscriber{}, err
	}
	person, err := r.person(ctx, c, ref)
	if errors.Is(err, db.ErrNoRow) {
		return assessment.Subscriber{}, fault.New(fault.NotFound, "there is no user or person %q", ref)
	}
	return assessment.Subscriber{Email: person.Email, ID: string(person.ID), Kind: "person", Name: person.Name.Display}, err
}

func (r recipients) person(ctx context.Context, c caller.Caller, ref string) (person directory.Person, err error) {
	err = r.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		person, err = r.directory.ByID(ctx, tx, c.Workspace.Number, directory.PersonID(ref))
		if errors.Is(err, db.ErrNoRow) {
			person, err = r.directory.ByEmail(ctx, tx, c.Workspace.Number, ref)
		}
		return err
	})
	return person, err
}
