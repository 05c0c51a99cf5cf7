// SPDX-License-Identifier: Apache-2.0

package main

import (
	"time"

	"github.com/passmuster/muster/internal/evidence"
)

type evidenceTrailCmd struct {
	Action string        `help:"Only this action; 'user.' is all that has to do with users." placeholder:"A"`
	Actor  string        `help:"Only what this actor did, by id." placeholder:"ID"`
	Limit  int           `default:"100" help:"Events at most, the newest." placeholder:"N"`
	Since  time.Duration `help:"Only what happened in this time, such as 24h." placeholder:"DURATION"`
	Syncs  bool          `help:"Pushes and re-evaluations, too."`
}

type trailJSON struct {
	ID      string `json:"id"`
	Date    string `json:"date"`
	Action  string `json:"action"`
	Actor   string `json:"actor"`
	Address string `json:"address"`
	Summary string `json:"summary"`
}

// Run prints the audit trail, newest first.
func (c *evidenceTrailCmd) Run(a *adminContext) error {
	return a.open(func() error {
		filter := evidence.TrailFilter{Action: c.Action, ActorID: c.Actor}
		if c.Since > 0 {
			filter.From = a.sys.now().Add(-c.Since)
		}
		if c.Syncs {
			filter.Syncs = evidence.SyncsIn
		}
		events, _, err := a.Evidence.Trail(a.sys.ctx, a.actor, filter, evidence.TrailPage{Limit: c.Limit})
		if err != nil {
			return err
		}
		list := []trailJSON{}
		rows := [][]string{{"WHEN", "WHAT"}}
		for _, e := range events {
			at := timeText(e.Time.UnixMilli())
			list = append(list, trailJSON{
				Action: e.Action, Actor: e.Actor.Name, Address: e.Address, Date: at, ID: string(e.ID), Summary: e.Summary,
			})
			rows = append(rows, []string{at, e.Summary})
		}
		return a.answer(list, "%s", table(rows))
	})
}
