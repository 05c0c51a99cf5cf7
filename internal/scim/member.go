// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/patch"
	"github.com/passmuster/muster/internal/scim/schema"
)

// membership is a change of a group's members. Only these rows are touched,
// however many members the group has.
type membership struct {
	added   []Member
	removed []string // values
}

func (m membership) empty() bool { return len(m.added) == 0 && len(m.removed) == 0 }

func (m membership) write(ctx context.Context, tx *db.Tx, d Directory, group string) error {
	if err := deleteMembers(ctx, tx, group, m.removed); err != nil {
		return err
	}
	return insertMembers(ctx, tx, d, group, m.added)
}

// difference answers what leads from one list of members to another.
func difference(before, after []Member) membership {
	there := make(map[string]bool, len(before))
	for _, m := range before {
		there[m.Value] = true
	}
	wanted := make(map[string]bool, len(after))
	var change membership
	for _, m := range after {
		if !there[m.Value] && !wanted[m.Value] {
			change.added = append(change.added, m)
		}
		wanted[m.Value] = true
	}
	for _, m := range before {
		if !wanted[m.Value] {
			change.removed = append(change.removed, m.Value)
		}
	}
	return change
}

// changeMembers works out, operation by operation, what a PATCH changes. It asks
// only for the members that are named, unless one operation speaks of all.
func (s *Service) changeMembers(ctx context.Context, tx *db.Tx, c *call, group string, ops []patch.MemberOp) (membership, error) {
	for _, op := range ops {
		for _, value := range op.Values {
			if err := checkMember(Member{Value: value}); err != nil {
				return membership{}, err
			}
		}
	}
	now, err := namedMembers(ctx, tx, c.dir, group, ops)
	if err != nil || len(ops) == 0 {
		return membership{}, err
	}
	wanted := map[string]Member{}
	for _, m := range now {
		wanted[m.Value] = m
	}
	for _, op := range ops {
		switch op.Kind {
		case patch.RemoveAllMembers:
			clear(wanted)
		case patch.RemoveMembers:
			for _, value := range op.Values {
				delete(wanted, value)
			}
		case patch.ReplaceMembers:
			kept := wanted
			wanted = make(map[string]Member, len(op.Members))
			put(wanted, kept, op.Members)
		case patch.AddMembers:
			put(wanted, wanted, op.Members)
		}
	}
	after := make([]Member, 0, len(wanted))
	for _, m := range now { // in the order they were
		if next, still := wanted[m.Value]; still {
			after = append(after, next)
			delete(wanted, m.Value)
		}
	}
	for _, op := range ops { // then in the order they came
		for _, value := range op.Values {
			if m, fresh := wanted[value]; fresh {
				after = append(after, m)
				delete(wanted, value)
			}
		}
	}
	change := difference(now, after)
	return change, s.checkMembers(ctx, tx, c, change.added)
}

// put adds members that are not there yet.
func put(wanted, kept map[string]Member, members []schema.Object) {
	for _, one := range members {
		m := Member{Display: text(one, "display"), Value: text(one, "value")}
		if was, there := kept[m.Value]; there {
			m = was
		}
		wanted[m.Value] = m
	}
}

// namedMembers answers the members of a group that operations name, or all when
// one of them speaks of all.
func namedMembers(ctx context.Context, tx *db.Tx, d Directory, group string, ops []patch.MemberOp) ([]Member, error) {
	var values []string
	seen := map[string]bool{}
	for _, op := range ops {
		if op.Kind == patch.ReplaceMembers || op.Kind == patch.RemoveAllMembers {
			return selectMembers(ctx, tx, d, group)
		}
		for _, value := range op.Values {
			if !seen[value] {
				seen[value] = true
				values = append(values, value)
			}
		}
	}
	return selectSomeMembers(ctx, tx, group, values)
}

// checkMembers refuses values that name nothing, in strict mode. Otherwise they
// are kept as pending: a lost member is worse (contract 1.7).
func (s *Service) checkMembers(ctx context.Context, tx *db.Tx, c *call, added []Member) error {
	for _, m := range added {
		if err := checkMember(m); err != nil {
			return err
		}
	}
	there, err := selectWhich(ctx, tx, c.dir, values(added))
	if err != nil {
		return err
	}
	for _, m := range added {
		if there[m.Value] {
			continue
		}
		if c.dir.Strict {
			return &schema.Error{Status: statusNotFound, Detail: fmt.Sprintf("The member %q is no resource of this directory.", m.Value)}
		}
		c.note(schema.PendingMember)
		c.warn("pending_member", m.Value, fmt.Sprintf("The member %q is no user or group of this directory yet; it gives no access until it is.", m.Value))
	}
	return nil
}
