// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
)

type adminExceptionCmd struct {
	Approve  exceptionApproveCmd  `cmd:"" help:"Let an exception count that waits for approval."`
	Create   exceptionCreateCmd   `cmd:"" help:"Leave out of tests what files say, YAML or JSON: one exception or a list."`
	Decline  exceptionDeclineCmd  `cmd:"" help:"Decline an exception that waits for approval."`
	End      exceptionEndCmd      `cmd:"" help:"End an exception before its time, or take a request back."`
	List     exceptionListCmd     `cmd:"" help:"List exceptions, the newest first."`
	Settings exceptionSettingsCmd `cmd:"" help:"Show or change who has to approve exceptions."`
}

type exceptionJSON struct {
	ID        string  `json:"id"`
	Status    string  `json:"status"`
	Test      string  `json:"test"`
	Record    *string `json:"record"`
	Sentence  *string `json:"sentence"`
	Reason    string  `json:"reason"`
	Until     *string `json:"until"`
	Requester string  `json:"requester"`
}

func toExceptionJSON(x assessment.Exception) exceptionJSON {
	out := exceptionJSON{ID: x.ID, Status: strings.ToUpper(string(x.State)), Test: x.Test.Slug, Reason: x.Reason, Requester: x.Actor.Name}
	if x.Clause.Condition != nil {
		sentence := x.Clause.Condition.Sentence()
		out.Sentence = &sentence
	} else {
		out.Record = &x.Unique
	}
	if x.Until != nil {
		until := db.Time(*x.Until).Format("2006-01-02T15:04:05.000Z07:00")
		out.Until = &until
	}
	return out
}

// about names what is left out.
func (x exceptionJSON) about() string {
	if x.Record != nil {
		return *x.Record
	}
	return "where " + *x.Sentence
}

type exceptionListCmd struct {
	Status string `default:"" enum:",pending,approved,declined,ended" help:"Only those that are pending, approved, declined or ended." placeholder:"S"`
	Test   string `help:"Id or slug: only those of this test." placeholder:"TEST"`
}

// Run lists exceptions.
func (c *exceptionListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		rows, list := [][]string{{"ID", "STATUS", "TEST", "UNTIL", "REASON", "ABOUT"}}, []exceptionJSON{}
		q := assessment.ExceptionQuery{Limit: 500, State: assessment.ExceptionState(c.Status), Test: c.Test}
		for more := true; more; {
			page, further, err := a.Assessments.Exceptions(a.sys.ctx, a.actor, q)
			if err != nil {
				return err
			}
			for _, x := range page {
				one, until := toExceptionJSON(x), "for good"
				if one.Until != nil {
					until = *one.Until
				}
				list = append(list, one)
				rows = append(rows, []string{one.ID, one.Status, one.Test, until, one.Reason, one.about()})
				q.After = x.ID
			}
			more = further
		}
		return a.answer(list, "%s", table(rows))
	})
}

type exceptionCreateCmd struct {
	File string `arg:"" help:"kind: Exception, in YAML or JSON; - is standard input." name:"file"`
}

// Run makes the exceptions of a file, in its order, until one is refused.
func (c *exceptionCreateCmd) Run(a *adminContext) error {
	return a.change(func() error {
		forms, err := a.readForms(c.File)
		if err != nil {
			return err
		}
		made := []exceptionJSON{}
		for _, form := range forms {
			x, err := a.Assessments.CreateException(a.sys.ctx, a.actor, form)
			if err != nil {
				return err
			}
			one := toExceptionJSON(x)
			made = append(made, one)
			if !a.flags.JSON {
				a.sys.say("%s is %s: %s, %s", one.ID, one.Status, one.Test, one.about())
			}
		}
		return a.answer(made, "%d exceptions", len(made))
	})
}

// exceptionRef names an exception.
type exceptionRef struct {
	ID string `arg:"" help:"Id of the exception." name:"id"`
}

func (a *adminContext) answerException(x assessment.Exception, err error) error {
	if err != nil {
		return err
	}
	one := toExceptionJSON(x)
	return a.answer(one, "%s is %s: %s, %s", one.ID, one.Status, one.Test, one.about())
}

type exceptionApproveCmd struct {
	exceptionRef

	Comment string `help:"What you have to say about it." placeholder:"TEXT"`
}

// Run approves an exception.
func (c *exceptionApproveCmd) Run(a *adminContext) error {
	return a.change(func() error {
		return a.answerException(a.Assessments.ApproveException(a.sys.ctx, a.actor, c.ID, c.Comment))
	})
}

type exceptionDeclineCmd struct {
	exceptionRef

	Comment string `help:"Why: the requester wants to know." placeholder:"TEXT" required:""`
}

// Run declines an exception.
func (c *exceptionDeclineCmd) Run(a *adminContext) error {
	return a.change(func() error {
		return a.answerException(a.Assessments.DeclineException(a.sys.ctx, a.actor, c.ID, c.Comment))
	})
}

type exceptionEndCmd struct{ exceptionRef }

// Run ends an exception.
func (c *exceptionEndCmd) Run(a *adminContext) error {
	return a.change(func() error {
		return a.answerException(a.Assessments.EndException(a.sys.ctx, a.actor, c.ID))
	})
}

type exceptionSettingsCmd struct {
	Approval string `default:"" enum:",none,anyone,other" help:"none, anyone who may write tests, or other: one of them who is not the requester." placeholder:"WHO"`
}

// Run shows or changes the settings.
func (c *exceptionSettingsCmd) Run(a *adminContext) error {
	show := func(set assessment.ExceptionSettings, err error) error {
		if err != nil {
			return err
		}
		return a.answer(map[string]string{"approval": string(set.Approval)}, "exceptions are approved by: %s", set.Approval)
	}
	if c.Approval == "" {
		return a.open(func() error { return show(a.Assessments.ExceptionSettings(a.sys.ctx, a.actor)) })
	}
	return a.change(func() error {
		return show(a.Assessments.ConfigureExceptions(a.sys.ctx, a.actor, assessment.ExceptionSettings{Approval: assessment.Approval(c.Approval)}))
	})
}
