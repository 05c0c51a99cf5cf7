// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// Status says how far a control is shown to be done.
type Status string

// The statuses (contract people-access-program.md section 4).
const (
	Completed        Status = "COMPLETED"
	InProgress       Status = "IN_PROGRESS"
	NoEvidenceMapped Status = "NO_EVIDENCE_MAPPED"
	NotStarted       Status = "NOT_STARTED"
)

// Tally counts the evidence of a control, or of all controls of a framework:
// each test and document once.
type Tally struct {
	DocumentsMapped  int // all that are mapped, whatever their status
	DocumentsPassing int // OK
	DocumentsTotal   int // without what is not relevant

	TestsMapped  int // all that are mapped, whatever their status
	TestsPassing int // OK
	TestsTotal   int // without what is deactivated or has nothing to evaluate
}

// add counts a test.
func (t *Tally) add(status assessment.Status) {
	t.TestsMapped++
	switch status {
	case assessment.StatusDeactivated, assessment.StatusNotApplicable:
		return
	case assessment.StatusOK:
		t.TestsPassing++
	}
	t.TestsTotal++
}

// Status is that of a control with this evidence. Where all that is mapped is
// switched off or has nothing to look at, nothing passes: it is not started.
func (t Tally) Status() Status {
	switch {
	case t.TestsMapped+t.DocumentsMapped == 0:
		return NoEvidenceMapped
	case t.TestsPassing+t.DocumentsPassing == 0:
		return NotStarted
	case t.TestsPassing < t.TestsTotal || t.DocumentsPassing < t.DocumentsTotal:
		return InProgress
	}
	return Completed
}

// StatusOf answers the status of a control with tests of these statuses.
func StatusOf(statuses ...assessment.Status) Status {
	var t Tally
	for _, status := range statuses {
		t.add(status)
	}
	return t.Status()
}

// Evidence answers the numbers of the tests of a workspace's controls, by the
// controls' ids; of those that have any.
func Evidence(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[string][]int64, error) {
	list, err := selectProofs(ctx, tx, w)
	if err != nil {
		return nil, fmt.Errorf("read evidence of controls: %w", err)
	}
	tests := map[string][]int64{}
	for _, one := range list {
		tests[one.control] = append(tests[one.control], one.test)
	}
	return tests, nil
}

// tallies counts the evidence of controls, by their ids.
func (s *Service) tallies(ctx context.Context, tx *db.Tx, w caller.Workspace, controls []Control) (map[string]Tally, error) {
	ids := make([]string, len(controls))
	for i, c := range controls {
		ids[i] = c.ID
	}
	proofs, err := selectTestsOf(ctx, tx, w, ids)
	if err != nil {
		return nil, err
	}
	files, err := s.filed(ctx, tx, w, ids)
	if err != nil || len(proofs) == 0 && len(files.documents) == 0 {
		return nil, err
	}
	standings, err := s.Tests.Standings(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	all := count(proofs, standings)
	for control, list := range files.documents {
		t := all[control]
		for _, id := range list {
			t.addDocument(files.standings[id].Status)
		}
		all[control] = t
	}
	return all, nil
}

func count(proofs []proves, standings map[int64]assessment.Standing) map[string]Tally {
	tallies := map[string]Tally{}
	for _, p := range proofs {
		t := tallies[p.control]
		t.add(standings[p.test].Status)
		tallies[p.control] = t
	}
	return tallies
}

// Counters say how far a framework is met.
type Counters struct {
	ControlsCompleted int
	ControlsTotal     int
	Tally
}

// counters counts over all frameworks of a workspace, by their ids: from tallies
// of tests and from mappings, never from outcomes.
func (s *Service) counters(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[string]Counters, error) {
	reach, err := selectReach(ctx, tx, w)
	if err != nil {
		return nil, fmt.Errorf("read mappings: %w", err)
	}
	p, err := s.proofs(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	controls := map[string][]string{}
	for _, m := range reach {
		controls[m.Framework] = append(controls[m.Framework], m.control)
	}
	all := map[string]Counters{}
	for framework, list := range controls {
		of := p.of(framework)
		all[framework] = of.count(list)
	}
	return all, nil
}

// proofs are the tests and documents of all controls of a workspace, and how they
// stand.
type proofs struct {
	files     filed
	standings map[int64]assessment.Standing
	tests     map[string][]int64 // by control
	views     views
}

// of answers the proofs as they stand for a framework.
func (p proofs) of(framework string) proofs {
	p.standings = p.views.of(framework)
	return p
}

func (s *Service) proofs(ctx context.Context, tx *db.Tx, w caller.Workspace) (p proofs, err error) {
	if p.tests, err = Evidence(ctx, tx, w); err != nil {
		return p, err
	}
	if p.files, err = s.filed(ctx, tx, w, nil); err != nil {
		return p, err
	}
	p.views, err = s.views(ctx, tx, w)
	p.standings = p.views.whole
	return p, err
}

// count counts over controls; a test or document that several of them have counts
// once.
func (p *proofs) count(controls []string) (c Counters) {
	seen, filed := map[int64]bool{}, map[string]bool{}
	for _, control := range controls {
		var own Tally
		for _, test := range p.tests[control] {
			status := p.standings[test].Status
			own.add(status)
			if !seen[test] {
				seen[test] = true
				c.Tally.add(status)
			}
		}
		for _, id := range p.files.documents[control] {
			status := p.files.standings[id].Status
			own.addDocument(status)
			if !filed[id] {
				filed[id] = true
				c.Tally.addDocument(status)
			}
		}
		c.ControlsTotal++
		if own.Status() == Completed {
			c.ControlsCompleted++
		}
	}
	return c
}
