// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/passmuster/muster/internal/resource"
)

type resourceEditCmd struct {
	ID string `arg:"" help:"resourceId." name:"id"`

	Name         string `help:"New name." placeholder:"N"`
	Schema       string `help:"JSON Type Definition of customProperties: the next version." placeholder:"FILE" type:"existingfile"`
	Force        bool   `help:"Save a schema that stored records or tests do not fit."`
	Handling     string `help:"What an invalid record does to its PUT: lenient, strict, or default." placeholder:"H"`
	GuardCount   *int64 `help:"Hold removals above this many records and the percentage." placeholder:"N"`
	GuardPercent *int64 `help:"Hold removals above this percentage and the count." placeholder:"P"`
	GuardRepeats *int64 `help:"PUTs over at least 24 hours that release a hold; 0: never." placeholder:"N"`
	NoGuard      bool   `help:"Hold no removals."`
}

// Run changes a definition.
func (c *resourceEditCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := a.Resources.Get(a.sys.ctx, a.actor, resource.ID(c.ID))
		if err != nil {
			return err
		}
		edit, err := c.edit(d)
		if err != nil {
			return err
		}
		d, misfits, err := a.Resources.Edit(a.sys.ctx, a.actor, d.ID, edit)
		if err != nil {
			return err
		}
		if misfits.Failing > 0 {
			a.sys.say("muster: %d stored records do not fit the schema; they stay as they are until the next push", misfits.Failing)
		}
		if len(misfits.Tests) > 0 {
			a.sys.say("muster: these tests do not fit the schema: %s", strings.Join(misfits.Tests, ", "))
		}
		return a.answer(toDefinitionJSON(d), "%q is changed; custom schema: %s", d.Name, schemaText(d))
	})
}

// edit answers what the flags ask for.
func (c *resourceEditCmd) edit(d resource.Definition) (edit resource.Edit, err error) {
	edit.Force = c.Force
	if c.Name != "" {
		edit.Name = &c.Name
	}
	if c.Handling != "" {
		handling, err := c.handling()
		if err != nil {
			return edit, err
		}
		edit.Handling = &handling
	}
	if c.Schema != "" {
		if edit.Schema, err = os.ReadFile(c.Schema); err != nil {
			return edit, err
		}
	}
	edit.Guard, err = c.guard(d.Guard)
	if err == nil && edit.Name == nil && edit.Handling == nil && edit.Schema == nil && edit.Guard == nil {
		err = usagef("there is nothing to change: give --name, --schema, --handling, --guard-… or --no-guard")
	}
	return edit, err
}

// handling answers the handling that is asked for; "" is the default.
func (c *resourceEditCmd) handling() (resource.Handling, error) {
	switch handling := strings.ToLower(c.Handling); handling {
	case "default":
		return "", nil
	case "lenient", "strict":
		return resource.Handling(handling), nil
	}
	return "", usagef("--handling: %q must be lenient, strict or default", c.Handling)
}

// guard answers the new guard, nil when it stays. A guard needs both bounds.
func (c *resourceEditCmd) guard(now *resource.Guard) (**resource.Guard, error) {
	asked := c.GuardCount != nil || c.GuardPercent != nil || c.GuardRepeats != nil
	switch {
	case c.NoGuard && asked:
		return nil, usagef("--no-guard and --guard-… do not go together")
	case c.NoGuard:
		return new(*resource.Guard), nil
	case !asked:
		return nil, nil
	}
	wrong := c.outOfRange()
	if now == nil && (c.GuardCount == nil || c.GuardPercent == nil) {
		wrong = append(wrong, "a guard needs both --guard-count and --guard-percent, 10 and 20 for example")
	}
	if len(wrong) > 0 {
		return nil, usagef("%s", strings.Join(wrong, "; "))
	}
	guard := &resource.Guard{}
	if now != nil {
		*guard = *now
	}
	put(&guard.Count, c.GuardCount)
	put(&guard.Percent, c.GuardPercent)
	put(&guard.Repeats, c.GuardRepeats)
	return &guard, nil
}

// outOfRange names the bounds that no guard can have.
func (c *resourceEditCmd) outOfRange() (wrong []string) {
	if p := c.GuardPercent; p != nil && (*p < 0 || *p > 100) {
		wrong = append(wrong, fmt.Sprintf("--guard-percent: %d must be 0 to 100", *p))
	}
	if n := c.GuardCount; n != nil && *n < 0 {
		wrong = append(wrong, fmt.Sprintf("--guard-count: %d must be 0 or more", *n))
	}
	if n := c.GuardRepeats; n != nil && *n < 0 {
		wrong = append(wrong, fmt.Sprintf("--guard-repeats: %d must be 0 or more", *n))
	}
	return wrong
}

// put stores a flag that was given.
func put(to, flag *int64) {
	if flag != nil {
		*to = *flag
	}
}
