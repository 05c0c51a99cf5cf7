// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/assessment/builtin"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/program"
)

type adminTestCmd struct {
	List    testListCmd    `cmd:"" help:"List the tests with their status."`
	Set     testSetCmd     `cmd:"" help:"Change settings of a built-in test, which makes a version."`
	Show    testShowCmd    `cmd:"" help:"Show a test: what it says, its rule, its settings."`
	Version testVersionCmd `cmd:"" help:"Give a test a version from a file, YAML or JSON."`
}

type testListCmd struct {
	BuiltIn bool `help:"Only built-in ones." name:"built-in"`
}

type testJSON struct {
	ID       string        `json:"id"`
	Slug     string        `json:"slug"`
	Name     string        `json:"name"`
	Status   string        `json:"status"`
	Passing  int64         `json:"passing"`
	Failing  int64         `json:"failing"`
	Version  int64         `json:"version"`
	BuiltIn  string        `json:"builtIn"` // "": somebody wrote it
	Settings []settingJSON `json:"settings,omitempty"`
}

type settingJSON struct {
	Name    string     `json:"name"`
	Value   json.Value `json:"value"`
	Default json.Value `json:"default"`
	About   string     `json:"about"`
}

func testOf(t *assessment.Test) testJSON {
	return testJSON{
		ID: t.PublicID(), Slug: t.Slug, Name: t.Document.Name, Status: string(t.Status), Passing: t.Counts[assessment.Passing],
		Failing: t.Counts[assessment.Failing], Version: t.Version, BuiltIn: t.Document.BuiltIn,
	}
}

// Run lists tests.
func (c *testListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		rows := [][]string{{"SLUG", "STATUS", "PASSING", "FAILING", "NAME"}}
		list := []testJSON{}
		q := assessment.TestQuery{Limit: 500}
		for more := true; more; {
			page, further, err := a.Assessments.List(a.sys.ctx, a.actor, q)
			if err != nil {
				return err
			}
			for i := range page {
				q.After = page[i].ID
				if c.BuiltIn && page[i].Document.BuiltIn == "" {
					continue
				}
				list = append(list, testOf(&page[i]))
			}
			more = further
		}
		slices.SortFunc(list, func(x, y testJSON) int { return strings.Compare(x.Slug, y.Slug) })
		for _, one := range list {
			rows = append(rows, []string{one.Slug, one.Status, strconv.FormatInt(one.Passing, 10), strconv.FormatInt(one.Failing, 10), one.Name})
		}
		return a.answer(list, "%s", table(rows))
	})
}

type testShowCmd struct {
	Test string `arg:"" help:"Id or slug of the test." name:"test"`
}

// Run shows a test.
func (c *testShowCmd) Run(a *adminContext) error {
	return a.open(func() error {
		t, err := a.Assessments.Get(a.sys.ctx, a.actor, c.Test)
		if err != nil {
			return err
		}
		return a.show(&t)
	})
}

// show prints a test with its settings.
func (a *adminContext) show(t *assessment.Test) error {
	answer := testOf(t)
	text := fmt.Sprintf("%s\n%s, version %d: %d passing, %d failing\n\n%s\n\nRule: %s\n", answer.Name, answer.Status, answer.Version, answer.Passing,
		answer.Failing, t.Document.Description, t.Document.Sentence())
	values, err := builtin.ParseValues(t.Document.Settings)
	if err != nil {
		return err
	}
	if b, ok := a.Assessments.BuiltIns.Find(t.Document.BuiltIn); ok && len(b.Settings) > 0 {
		rows := [][]string{{"SETTING", "VALUE", "DEFAULT", "WHAT IT IS"}}
		for _, s := range b.Settings {
			answer.Settings = append(answer.Settings, settingJSON{s.Name, values[s.Name], s.Default, s.About})
			rows = append(rows, []string{s.Name, string(values[s.Name]), string(s.Default), s.About})
		}
		text += "\n" + table(rows)
	}
	return a.answer(answer, "%s", text)
}

type testSetCmd struct {
	Test     string            `arg:"" help:"Id or slug of the built-in test." name:"test"`
	Settings map[string]string `arg:"" help:"Settings as name=value; default puts one back." name:"setting"`
	Reason   string            `help:"Why, for the version that it makes." placeholder:"TEXT"`
}

// Run changes settings.
func (c *testSetCmd) Run(a *adminContext) error {
	return a.change(func() error {
		values := map[string]json.Value{}
		for _, name := range slices.Sorted(maps.Keys(c.Settings)) {
			var err error
			if values[name], err = settingValue(c.Settings[name]); err != nil {
				return err
			}
		}
		text, err := json.Marshal(values)
		if err != nil {
			return err
		}
		t, err := a.Assessments.Configure(a.sys.ctx, a.actor, c.Test, assessment.Configuration{Reason: c.Reason, Settings: text})
		if err != nil {
			return err
		}
		return a.show(&t)
	})
}

// settingValue answers what was typed as JSON: a number, a date, or the default.
func settingValue(text string) (json.Value, error) {
	if text == "default" {
		return json.Value("null"), nil
	}
	number := json.Value(text)
	if number.IsValid() && number.Kind() == '0' {
		return number, nil
	}
	return json.Marshal(text)
}

type testVersionCmd struct {
	Test string `arg:"" help:"Id or slug of the test." name:"test"`
	File string `arg:"" help:"The file form in YAML or JSON; - is standard input. Of a built-in test: settings." name:"file"`
}

// Run makes a version.
func (c *testVersionCmd) Run(a *adminContext) error {
	return a.change(func() error {
		var text []byte
		var err error
		if c.File == "-" {
			text, err = io.ReadAll(a.sys.stdin)
		} else {
			text, err = os.ReadFile(c.File)
		}
		if err != nil {
			return err
		}
		form, err := program.ToJSON(text)
		if err != nil {
			return fault.New(fault.Invalid, "%s: %v", c.File, err)
		}
		t, err := a.Assessments.NewVersion(a.sys.ctx, a.actor, c.Test, form)
		if err != nil {
			return err
		}
		return a.show(&t)
	})
}
