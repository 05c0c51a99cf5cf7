// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// Links and keys that no active test relates by any more are given up. Whatever
// made the last use of one go raised the rules epoch of its definition, so no
// evaluation that still counts on it can flip.

// unlink is a pass over all definitions with links.
func (s *Service) unlink(ctx context.Context) error {
	var definitions []resource.Number
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		definitions, err = selectLinked(ctx, tx)
		return err
	})
	for _, d := range definitions {
		if err == nil {
			err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.Judge.unlink(ctx, tx, d) })
		}
	}
	if err == nil {
		err = s.dropKeys(ctx)
	}
	if err == nil {
		err = s.dropValues(ctx)
	}
	if err != nil {
		return fmt.Errorf("give up unused keys: %w", err)
	}
	return nil
}

// unlink gives up the links of a definition that none of its active tests has. A
// test whose rule does not fit the schema now may fit again, so its definition
// keeps what it has.
func (j *Judge) unlink(ctx context.Context, tx *db.Tx, number resource.Number) error {
	if err := resource.Hold(ctx, tx, number); err != nil { // a test that is being made links under it
		return err
	}
	d, err := resource.LookUp(ctx, tx, number)
	if err != nil {
		return err
	}
	rows, err := selectTests(ctx, tx, number)
	if err != nil {
		return err
	}
	var used []link
	for _, row := range rows {
		exceptions, err := selectExceptions(ctx, tx, row.number)
		if err != nil {
			return err
		}
		p, err := j.excepting(ctx, tx, row, d, exceptions)
		if err != nil || p == nil || p.misfit {
			return err
		}
		links, err := p.links(func(d resource.Number, fields string) (int64, error) {
			k, err := selectKey(ctx, tx, d, fields)
			return k.number, notNoRow(err)
		})
		if err != nil {
			return err
		}
		used = append(used, links...)
	}
	links, err := selectLinksFrom(ctx, tx, number)
	for _, l := range links {
		if err == nil && !slices.Contains(used, l) {
			err = deleteLink(ctx, tx, l)
		}
	}
	return err
}

// dropKeys removes the keys that no link has. Who links to one meanwhile holds it.
func (s *Service) dropKeys(ctx context.Context) error {
	var keys []int64
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		keys, err = selectUnusedKeys(ctx, tx)
		return err
	})
	for _, key := range keys {
		if err == nil {
			err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if err := holdKey(ctx, tx, key); err != nil {
					return notNoRow(err)
				}
				return deleteUnusedKey(ctx, tx, key)
			})
		}
	}
	return err
}

// dropValues removes the values of keys that are no more, key by key.
func (s *Service) dropValues(ctx context.Context) error {
	for after := int64(0); ; {
		var key int64
		var stands bool
		if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			key, stands, err = selectValuedKey(ctx, tx, after)
			return err
		}); err != nil || key == 0 {
			return err
		}
		if !stands {
			if err := s.dropValuesOf(ctx, key); err != nil {
				return err
			}
		}
		after = key
	}
}

func (s *Service) dropValuesOf(ctx context.Context, key int64) error {
	for more := true; more; {
		if err := s.DB.WriteAhead(ctx, func(ctx context.Context, tx *db.Tx) (err error) { // or it is done again
			more, err = deleteValuesOf(ctx, tx, key, purgeStep)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}
