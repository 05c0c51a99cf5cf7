// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"os"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/policy"
)

type adminPolicyCmd struct {
	Approve policyApproveCmd `cmd:"" help:"Approve the version that waits."`
	List    policyListCmd    `cmd:"" help:"List policies with their status."`
	Put     policyPutCmd     `cmd:"" help:"Make policies be as a file says, YAML or JSON: one or a list."`
	Show    policyShowCmd    `cmd:"" help:"Show a policy with its versions and who has to accept it."`
	Submit  policySubmitCmd  `cmd:"" help:"Ask for the approval of a draft."`
	Write   policyWriteCmd   `cmd:"" help:"Make the draft of a policy be a text in Markdown."`
}

// policyRef names a policy.
type policyRef struct {
	Policy string `arg:"" help:"Id or slug of the policy."`
}

type policyJSON struct {
	ID       string              `json:"id"`
	Slug     string              `json:"slug"`
	Name     string              `json:"name"`
	Status   string              `json:"status"`
	Latest   policy.Status       `json:"latestVersion"`
	Versions []policyVersionJSON `json:"versions,omitempty"`
	Tasks    map[string]int      `json:"tasks,omitempty"`
}

type policyVersionJSON struct {
	Number int64         `json:"number"`
	Status policy.Status `json:"status"`
	SHA256 string        `json:"sha256"`
}

func toPolicyJSON(p policy.Policy, now time.Time) policyJSON {
	return policyJSON{ID: p.ID, Slug: p.Slug, Name: p.Settings.Name, Status: policyStatus(p, now), Latest: p.Latest(now)}
}

// policyStatus answers the word of the API.
func policyStatus(p policy.Policy, now time.Time) string {
	if p.OK(now) {
		return "OK"
	}
	return "NEEDS_REMEDIATION"
}

type policyListCmd struct{}

// Run lists policies.
func (c *policyListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		const step = 500
		now, list, rows := time.Now(), []policyJSON{}, [][]string{{"SLUG", "STATUS", "NEWEST VERSION", "NAME"}}
		for after := ""; ; {
			page, more, err := a.Policies.List(a.sys.ctx, a.actor, after, step)
			if err != nil {
				return err
			}
			for _, p := range page {
				j := toPolicyJSON(p, now)
				list, rows, after = append(list, j), append(rows, []string{p.Slug, j.Status, string(j.Latest), j.Name}), p.ID
			}
			if !more {
				return a.answer(list, "%s", table(rows))
			}
		}
	})
}

type policyPutCmd struct {
	File string `arg:"" help:"kind: Policy, in YAML or JSON; - is standard input." name:"file"`
}

// Run makes the policies of a file, in its order, until one is refused.
func (c *policyPutCmd) Run(a *adminContext) error {
	return a.change(func() error {
		forms, err := a.readForms(c.File)
		if err != nil {
			return err
		}
		list := []policyJSON{}
		for _, form := range forms {
			one, created, err := a.Policies.Put(a.sys.ctx, a.actor, form)
			if err != nil {
				return err
			}
			list = append(list, toPolicyJSON(one, time.Now()))
			if !a.flags.JSON {
				a.sys.say("%s %s", one.Slug, madeOr(created))
			}
		}
		return a.answer(list, "%d policies", len(list))
	})
}

type policyShowCmd struct{ policyRef }

// Run shows a policy.
func (c *policyShowCmd) Run(a *adminContext) error {
	return a.open(func() error {
		p, versions, err := a.Policies.Versions(a.sys.ctx, a.actor, c.Policy)
		if err != nil {
			return err
		}
		j, rows, now := toPolicyJSON(p, time.Now()), [][]string{{"VERSION", "STATUS", "SHA-256"}}, time.Now()
		for _, v := range versions {
			status, _ := v.At(p, now)
			j.Versions = append(j.Versions, policyVersionJSON{v.Number, status, v.SHA256})
			rows = append(rows, []string{strconv.FormatInt(v.Number, 10), string(status), v.SHA256})
		}
		if j.Tasks, err = c.tasks(a, p.ID, now); err != nil {
			return err
		}
		return a.answer(j, "%s: %s; accepted by %d, open for %d, overdue for %d\n\n%s", p.Settings.Name, j.Latest,
			j.Tasks["COMPLETE"], j.Tasks["DUE_SOON"]+j.Tasks["PAUSED"], j.Tasks["OVERDUE"], table(rows))
	})
}

// tasks counts who has to accept the policy, by status.
func (c *policyShowCmd) tasks(a *adminContext, id string, now time.Time) (map[string]int, error) {
	const step = 500
	counts := map[string]int{}
	for after := ""; ; {
		page, more, err := a.Policies.Tasks(a.sys.ctx, a.actor, id, after, step)
		if err != nil {
			return nil, err
		}
		for _, t := range page {
			counts[t.Status(now)]++
			after = string(t.Person.ID)
		}
		if !more {
			return counts, nil
		}
	}
}

type policyWriteCmd struct {
	policyRef

	File    string `arg:"" help:"The text, in Markdown; - is standard input." name:"file"`
	Changes string `help:"What is new, in words." placeholder:"TEXT"`
	Minor   bool   `help:"Acceptances of earlier versions stay."`
}

// Run writes a draft.
func (c *policyWriteCmd) Run(a *adminContext) error {
	return a.change(func() error {
		text, err := a.readText(c.File)
		if err != nil {
			return err
		}
		return a.answerVersion(a.Policies.Write(a.sys.ctx, a.actor, c.Policy, policy.Writing{Changes: c.Changes, Minor: c.Minor, Text: text}))
	})
}

// readText reads a text, - being standard input.
func (a *adminContext) readText(name string) (text string, err error) {
	const most = 2 << 20 // the feature itself says how many characters
	from := a.sys.stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		from = file
	}
	raw, err := io.ReadAll(io.LimitReader(from, most))
	if err == nil && !utf8.Valid(raw) {
		err = fault.New(fault.Invalid, "%s is not text in UTF-8", name)
	}
	return string(raw), err
}

func (a *adminContext) answerVersion(p policy.Policy, v policy.Version, err error) error {
	if err != nil {
		return err
	}
	status, _ := v.At(p, time.Now())
	return a.answer(policyVersionJSON{v.Number, status, v.SHA256}, "%s, version %d: %s, SHA-256 %s", p.Settings.Name, v.Number, status, v.SHA256)
}

type policySubmitCmd struct{ policyRef }

// Run submits a draft.
func (c *policySubmitCmd) Run(a *adminContext) error {
	return a.change(func() error { return a.answerVersion(a.Policies.Submit(a.sys.ctx, a.actor, c.Policy)) })
}

type policyApproveCmd struct{ policyRef }

// Run approves the version that waits.
func (c *policyApproveCmd) Run(a *adminContext) error {
	return a.change(func() error { return a.answerVersion(a.Policies.Approve(a.sys.ctx, a.actor, c.Policy)) })
}
