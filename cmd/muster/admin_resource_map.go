// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/mapping"
	"github.com/passmuster/muster/internal/resource"
)

type resourceMapCmd struct {
	ID   string `arg:"" help:"resourceId." name:"id"`
	File string `arg:"" help:"JSON with as, values, fields and conditions; - is standard input. Without: print the mapping." name:"file" optional:""`
	None bool   `help:"Show the records on no other page."`
}

// Run sets, prints or takes away how a definition is shown on another page.
func (c *resourceMapCmd) Run(a *adminContext) error {
	id := resource.ID(c.ID)
	switch {
	case c.None && c.File != "":
		return usagef("--none takes no file")
	case c.None:
		return a.change(func() error {
			if err := a.Mappings.Delete(a.sys.ctx, a.actor, id); err != nil {
				return err
			}
			return a.answer(struct{}{}, "shown on no other page")
		})
	case c.File == "":
		return a.open(func() error {
			put, err := a.Mappings.Get(a.sys.ctx, a.actor, id)
			if err != nil {
				return err
			}
			return a.sys.printJSON(put.Mapping)
		})
	}
	return a.change(func() error {
		m, err := c.read(a)
		if err != nil {
			return err
		}
		put, err := a.Mappings.Set(a.sys.ctx, a.actor, id, m)
		if err != nil {
			return err
		}
		return a.answer(put.Mapping, "the records of %q are shown as %s", put.Definition.Name, put.Mapping.As)
	})
}

func (c *resourceMapCmd) read(a *adminContext) (m mapping.Mapping, err error) {
	in, done, err := a.openInput(c.File)
	if err != nil {
		return m, err
	}
	defer done()
	text, err := io.ReadAll(in)
	if err != nil {
		return m, err
	}
	return m, json.UnmarshalStrict(text, &m)
}
