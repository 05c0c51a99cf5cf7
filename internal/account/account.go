// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// ID names an account: the id of its entity.
type ID string

// Account is an account as its newest record and its owner have it.
type Account struct {
	Facet

	AccountName     string
	AuthMethod      string
	CreatedAt       time.Time // when it was first pushed
	DeactivatedAt   *time.Time
	Definition      resource.Definition
	DisplayName     string
	Email           string
	ExternalURL     string
	FullName        string
	ID              ID
	Item            resource.Item
	LastLoginAt     *time.Time
	LeftAt          *time.Time // when a push left it out; nil: it is there
	MadeAt          *time.Time // at the source
	MFAEnabled      *bool      // as it was pushed
	Owner           *Owner     // nil: nobody
	RoleDescription string
	UniqueID        string
	UpdatedAt       time.Time // when its newest version came
}

// Name answers what the account is called.
func (a Account) Name() string {
	return row{accountName: a.AccountName, displayName: a.DisplayName, email: a.Email, uniqueID: a.UniqueID}.name()
}

// Owner is whose an account is.
type Owner struct {
	ByEmail  bool   // the link was made by the account's e-mail
	Email    string // "" when unknown
	Kind     Kind
	LinkedAt time.Time
	Name     string            // of the person; what a service account is for
	Person   *directory.Person // of KindPerson
}

// account answers the account of a row.
func (r row) account(d resource.Definition, item resource.Item) Account {
	a := Account{
		AccountName: r.accountName, AuthMethod: r.authMethod, CreatedAt: db.Time(r.createdAt), DeactivatedAt: r.deactivatedAt.time(),
		Definition: d, DisplayName: r.displayName, Email: r.email, ExternalURL: r.externalURL, Facet: r.facet, FullName: r.fullName,
		ID: ID(resource.EntityID(d.Number, item, r.createdAt)), Item: item, LastLoginAt: r.lastLoginAt.time(), LeftAt: r.leftAt.time(),
		MadeAt: r.madeAt.time(), RoleDescription: r.roleDescription, UniqueID: r.uniqueID, UpdatedAt: db.Time(r.updatedAt),
	}
	if r.mfaEnabled.Valid {
		a.MFAEnabled = &r.mfaEnabled.Bool
	}
	if a.DeactivatedAt == nil || a.Status == Active {
		a.DeactivatedAt = a.LeftAt
	}
	return a
}

func (m maybe) time() *time.Time {
	if !m.Valid {
		return nil
	}
	at := db.Time(m.Int64)
	return &at
}

// fill answers the accounts of keys in their order, with their owners. Those that
// keep refuses are left out; nil keeps all.
func (s *Service) fill(ctx context.Context, tx *db.Tx, systems map[int64]resource.Definition, keys []facet.Key, keep func(row, owner) bool) (list []Account, err error) {
	owners := map[facet.Key]owner{}
	for start := 0; start < len(keys); {
		end := start
		var items []resource.Item
		for ; end < len(keys) && keys[end].Definition == keys[start].Definition; end++ {
			items = append(items, resource.Item(keys[end].Item))
		}
		d := systems[keys[start].Definition]
		rows, err := selectRows(ctx, tx, d.Number, items)
		if err != nil {
			return nil, err
		}
		owned, err := selectOwners(ctx, tx, d.Number, items)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			r, there := rows[item]
			if !there || keep != nil && !keep(r, owned[item]) {
				continue
			}
			list = append(list, r.account(d, item))
			if o, ok := owned[item]; ok {
				owners[facet.Key{Definition: int64(d.Number), Item: int64(item)}] = o
			}
		}
		start = end
	}
	return list, s.name(ctx, tx, systems, list, owners)
}

// name gives accounts their owners, by name.
func (s *Service) name(ctx context.Context, tx *db.Tx, systems map[int64]resource.Definition, list []Account, owners map[facet.Key]owner) error {
	var ids []directory.PersonID
	var workspace int64
	for key, o := range owners {
		workspace = systems[key.Definition].Workspace.Number
		if o.kind == KindPerson {
			ids = append(ids, o.person)
		}
	}
	people, err := s.Directory.ByIDs(ctx, tx, workspace, ids)
	if err != nil {
		return err
	}
	for i := range list {
		o, ok := owners[facet.Key{Definition: int64(list[i].Definition.Number), Item: int64(list[i].Item)}]
		if !ok || o.kind == KindNone {
			continue
		}
		owned := &Owner{ByEmail: o.how == byEmail, Email: o.email, Kind: o.kind, LinkedAt: db.Time(o.linkedAt), Name: o.name}
		if p, ok := people[o.person]; ok && o.kind == KindPerson {
			owned.Email, owned.Name, owned.Person = p.Email, p.Name.Display, &p
		}
		list[i].Owner = owned
	}
	return nil
}

// systemsOf answers the workspace's definitions of accounts by number.
func systemsOf(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[int64]resource.Definition, error) {
	list, err := resource.LookUpBase(ctx, tx, w, base)
	systems := map[int64]resource.Definition{}
	for _, d := range list {
		systems[int64(d.Number)] = d
	}
	return systems, err
}

// errNotFound is the fault for an id that names no account of the workspace.
func errNotFound(id ID) error {
	return fault.New(fault.NotFound, "there is no account with the id %s", string(id[:min(len(id), 100)]))
}

// Get answers one account of the caller's workspace; NotFound otherwise.
func (s *Service) Get(ctx context.Context, c caller.Caller, id ID) (a Account, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.byID(ctx, tx, c.Workspace, id)
		return err
	})
	return a, err
}

// byID answers an account with its owner; NotFound when there is none.
func (s *Service) byID(ctx context.Context, tx *db.Tx, w caller.Workspace, id ID) (Account, error) {
	ref, ok := resource.ParseEntityID(string(id))
	if !ok {
		return Account{}, errNotFound(id)
	}
	d, err := resource.LookUp(ctx, tx, ref.Definition)
	if errors.Is(err, db.ErrNoRow) || err == nil && d.Workspace.Number != w.Number {
		return Account{}, errNotFound(id)
	}
	if err != nil {
		return Account{}, err
	}
	key := facet.Key{Definition: int64(d.Number), Item: int64(ref.Item)}
	list, err := s.fill(ctx, tx, map[int64]resource.Definition{key.Definition: d}, []facet.Key{key}, nil)
	if err != nil {
		return Account{}, err
	}
	if len(list) == 0 || list[0].ID != id {
		return Account{}, errNotFound(id)
	}
	return list[0], nil
}

// ByKeys answers accounts of the workspace by their places, which rise, in the
// caller's transaction; those that are none are left out.
func (s *Service) ByKeys(ctx context.Context, tx *db.Tx, w caller.Workspace, keys []facet.Key) ([]Account, error) {
	systems, err := systemsOf(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	keys = slices.DeleteFunc(slices.Clone(keys), func(k facet.Key) bool { _, ok := systems[k.Definition]; return !ok })
	return s.fill(ctx, tx, systems, keys, nil)
}
