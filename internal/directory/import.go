// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// ImportOptions say how a file is taken.
type ImportOptions struct {
	DryRun bool // check everything, change nothing
}

// Imported says what an import did, or, with problems or in a dry run, would
// have done; nothing is imported unless everything is.
type Imported struct {
	Created, Unchanged, Updated int
	Problems                    []LineProblem // by line; at most maxImportProblems
}

// maxImportProblems is how many problems one answer lists.
const maxImportProblems = 1000

// errUndone ends the transaction of an import that is not to last.
var errUndone = errors.New("nothing was imported")

// Import makes people be as a file says that Export or a spreadsheet wrote. A
// line is about the person with its e-mail, who is made when there is none. A
// column that is not there leaves its field as it is, an empty cell clears it.
// Two cells decide only where the dates leave room: status INACTIVE switches the
// account off and CURRENT on; FORMER and ON_LEAVE without dates begin now; any
// other state follows from the dates. Groups that do not exist are made.
//
// What is wrong with the file stands in the answer; the error is for what is no
// fault of the file.
func (s *Service) Import(ctx context.Context, c caller.Caller, r io.Reader, o ImportOptions) (Imported, error) {
	file, problems, err := readTable(r)
	if err != nil {
		return Imported{}, err
	}
	var done Imported
	var refusals []error
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		run := &importing{
			deed: deed{Caller: c, now: s.instant(), what: "imported"}, problems: slices.Clone(problems), service: s, tx: tx,
		}
		if err := run.load(ctx); err != nil {
			return err
		}
		for _, row := range file.rows {
			if err := run.line(ctx, row); err != nil {
				return err
			}
		}
		done, refusals = run.finish(), run.refusals
		if len(done.Problems) > 0 || o.DryRun {
			return errUndone
		}
		return run.tell(ctx)
	})
	if !errors.Is(err, errUndone) {
		return done, s.settled(ctx, c.Workspace, err)
	}
	if !o.DryRun { // which attempts nothing
		for _, refusal := range refusals {
			s.note(ctx, c, refusal)
		}
	}
	return done, nil
}

// importing is an import under way, in its transaction.
type importing struct {
	deed
	done     Imported
	groups   map[string]Group // by key of the name
	names    map[GroupID]string
	people   map[string]Person // by key of the e-mail, as they were before
	problems []LineProblem
	refusals []error        // of Leaver
	seen     map[string]int // line by key of the e-mail
	service  *Service
	tx       *db.Tx
}

// load reads everybody and every group: one look at each is cheaper than one for
// each line.
func (m *importing) load(ctx context.Context) error {
	m.groups, m.names = map[string]Group{}, map[GroupID]string{}
	m.people, m.seen = map[string]Person{}, map[string]int{}
	people, err := selectEverybody(ctx, m.tx, m.Workspace.Number, "", -1)
	if err != nil {
		return err
	}
	if err := fill(ctx, m.tx, m.Workspace.Number, people); err != nil {
		return err
	}
	for _, p := range people {
		m.people[key(p.Email)] = p
	}
	groups, err := selectGroups(ctx, m.tx, m.Workspace.Number, "", -1)
	for _, g := range groups {
		m.groups[key(g.Name)], m.names[g.ID] = g, g.Name
	}
	return err
}

// said is what one line says, read but not applied.
type said struct {
	Attributes
	groups   []string
	leave    *Leave
	problems []problem
	status   Employment // "" for nothing
}

func (s *said) complain(at column, message string) {
	if message != "" {
		s.problems = append(s.problems, problem{column: at, message: message})
	}
}

// line does what one line says.
func (m *importing) line(ctx context.Context, r row) error {
	if len(r.cells) == 0 {
		return nil // it has too many or too few cells, and is on the list
	}
	email := key(r.cells[columnEmail])
	if first, twice := m.seen[email]; twice {
		m.complain(r, problem{column: columnEmail, message: "stands in line " + strconv.Itoa(first) + " already"})
		return nil
	}
	m.seen[email] = r.line
	before, known := m.people[email]
	s := r.read()
	if known {
		s.Email = nil // it is what the person was found by
	}
	edit := change{Person: before.clone(), now: m.now, problems: s.problems, source: Here()}
	edit.follow(&s)
	edit.apply(s.Attributes)
	edit.rest(r, s)
	for _, p := range edit.problems {
		m.complain(r, p)
	}
	joins, quits := m.difference(r, before, s.groups)
	if len(edit.problems) > 0 {
		return nil
	}
	p, err := m.put(ctx, before, edit.Person, known, joins, quits)
	if err != nil {
		return m.refused(r, err)
	}
	return m.rearrange(ctx, p.ID, joins, quits)
}

// refused lists what Leaver says, so that the other lines are looked at too. Any
// other error it answers, and a Conflict: somebody else was there meanwhile, and
// PostgreSQL may have given the transaction up.
func (m *importing) refused(r row, err error) error {
	refusal := asFault(err)
	if refusal == nil || refusal.Kind == fault.Conflict {
		return err
	}
	m.refusals = append(m.refusals, err)
	m.complain(r, problem{column: columnStatus, message: refusal.Message})
	return nil
}

func (m *importing) complain(r row, p problem) {
	m.problems = append(m.problems, LineProblem{Line: r.line, Column: string(p.column), Message: p.message})
}

// put writes the person when anything is new.
func (m *importing) put(ctx context.Context, before, after Person, known bool, joins, quits []string) (Person, error) {
	var other []told
	if len(joins)+len(quits) > 0 {
		was := m.groupNames(before)
		is := slices.DeleteFunc(slices.Concat(was, joins), func(name string) bool { return slices.Contains(quits, name) })
		slices.Sort(is)
		other = []told{{Field: "groups", Before: text(strings.Join(was, ", ")), After: text(strings.Join(is, ", "))}}
	}
	if !known {
		p, err := m.service.insert(ctx, m.tx, m.deed, after, other)
		if err == nil {
			m.done.Created++
		}
		return p, err
	}
	if len(other) == 0 && len(differences(before, after, m.now)) == 0 {
		m.done.Unchanged++
		return before, nil
	}
	p, err := m.service.save(ctx, m.tx, m.deed, before, after, other)
	if err == nil {
		m.done.Updated++
	}
	return p, err
}

func (m *importing) groupNames(p Person) (names []string) {
	for _, id := range p.Groups {
		names = append(names, m.names[id])
	}
	slices.Sort(names)
	return names
}

// difference answers the groups that a person joins and quits, sorted; none when
// the file has no such column.
func (m *importing) difference(r row, p Person, want []string) (joins, quits []string) {
	if _, given := r.cells[columnGroups]; !given {
		return nil, nil
	}
	have := map[string]string{}
	for _, name := range m.groupNames(p) {
		have[key(name)] = name
	}
	wanted := map[string]string{}
	for _, name := range want {
		wanted[key(name)] = name
	}
	for _, k := range slices.Sorted(maps.Keys(wanted)) {
		if _, in := have[k]; !in {
			joins = append(joins, m.mine(r, wanted[k]))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(have)) {
		if _, in := wanted[k]; !in {
			quits = append(quits, m.mine(r, have[k]))
		}
	}
	return joins, quits
}

// mine answers the name as the group has it, and complains when its members come
// from elsewhere.
func (m *importing) mine(r row, name string) string {
	g, exists := m.groups[key(name)]
	if !exists {
		return name
	}
	if err := g.editable("members"); err != nil {
		m.complain(r, problem{column: columnGroups, message: err.Error()})
	}
	return g.Name
}

// rearrange writes memberships. The person's entry has told of them.
func (m *importing) rearrange(ctx context.Context, p PersonID, joins, quits []string) error {
	for _, name := range joins {
		g, exists := m.groups[key(name)]
		if !exists {
			made := m.deed
			made.what = "created"
			var err error
			if g, err = m.service.makeGroup(ctx, m.tx, made, name, Here()); err != nil {
				return err
			}
			m.groups[key(name)], m.names[g.ID] = g, g.Name
		}
		if _, err := insertMember(ctx, m.tx, m.Workspace.Number, joining{at: m.now, group: g.ID, person: p, source: Here()}); err != nil {
			return err
		}
	}
	for _, name := range quits {
		if _, err := deleteMember(ctx, m.tx, m.Workspace.Number, m.groups[key(name)].ID, p); err != nil {
			return err
		}
	}
	return nil
}

func (m *importing) finish() Imported {
	slices.SortStableFunc(m.problems, func(a, b LineProblem) int { return a.Line - b.Line })
	m.done.Problems = m.problems[:min(len(m.problems), maxImportProblems)]
	return m.done
}

// tell leaves the entry of the import itself, when it changed anything.
func (m *importing) tell(ctx context.Context) error {
	if m.done.Created+m.done.Updated == 0 {
		return nil
	}
	return evidence.Append(ctx, m.tx, m.now, evidence.Entry{
		Actor: m.Caller, Kind: "person",
		Subject: evidence.Subject{Kind: "workspace", ID: m.Workspace.ID, Name: m.Workspace.Name},
		Body: map[string]any{
			"what": "people imported", "created": m.done.Created, "updated": m.done.Updated, "unchanged": m.done.Unchanged,
		},
	})
}

// read turns cells into what they say; columns that are not there say nothing.
func (r row) read() said {
	var s said
	for _, part := range []struct {
		column column
		put    **string
	}{
		{columnDisplay, &s.Display}, {columnEmail, &s.Email}, {columnFirst, &s.First}, {columnJobTitle, &s.JobTitle}, {columnLast, &s.Last},
	} {
		if cell, given := r.cells[part.column]; given {
			*part.put = &cell
		}
	}
	s.StartDate, s.EndDate = r.date(&s, columnStartDate), r.date(&s, columnEndDate)
	if cell := strings.TrimSpace(r.cells[columnStatus]); cell != "" {
		s.status = Employment(strings.ToUpper(strings.NewReplacer(" ", "_", "-", "_").Replace(cell)))
		if !slices.Contains(Employments(), s.status) {
			s.complain(columnStatus, "must be one of UPCOMING, CURRENT, ON_LEAVE, INACTIVE and FORMER, not "+strconv.Quote(cut(cell)))
		}
	}
	s.readLeave(r)
	var ok bool
	if s.groups, ok = splitGroups(r.cells[columnGroups]); !ok {
		s.complain(columnGroups, "must be names of groups with semicolons between them; names with a semicolon stand between quotation marks")
	}
	for _, name := range s.groups {
		_, message := cleanLine(name, maxName)
		s.complain(columnGroups, message)
	}
	return s
}

func (s *said) readLeave(r row) {
	start, end := r.date(s, columnLeaveStart), r.date(s, columnLeaveEnd)
	switch {
	case start != nil && !start.IsZero():
		s.leave = &Leave{Start: *start}
		if end != nil && !end.IsZero() {
			s.leave.End = end
		}
		if s.leave.End != nil && !s.leave.End.After(s.leave.Start) {
			s.complain(columnLeaveEnd, "must be after leaveStart")
		}
	case end != nil && !end.IsZero():
		s.complain(columnLeaveEnd, "needs leaveStart beside it")
	}
}

// date reads a cell: nil when the column is not there, the zero time when it is
// empty.
func (r row) date(s *said, at column) *time.Time {
	cell, given := r.cells[at]
	if !given {
		return nil
	}
	value, message := parseDate(cell)
	s.complain(at, message)
	if value == nil {
		value = new(time.Time)
	}
	return value
}

// follow turns the status into what the dates leave open.
func (c *change) follow(s *said) {
	open := s.EndDate == nil || s.EndDate.IsZero()
	switch on := c.InactiveSince == nil; {
	case s.status == Inactive && on, s.status == Current && !on:
		active := s.status == Current
		s.Active = &active
	case s.status == Former && open && c.Employment(c.now) == Former:
		s.EndDate = nil // the cell is empty, the date is known
	case s.status == Former && open:
		s.EndDate = &c.now
	}
	if s.status != OnLeave || s.leave != nil {
		return
	}
	if l, away := c.Leave(c.now); away && l.covers(c.now) {
		s.leave = &l
	} else {
		s.leave = &Leave{Start: c.now}
	}
}

// rest lays what has no source over the person: the leave and whether it is a
// person at all.
func (c *change) rest(r row, s said) {
	_, given := r.cells[columnLeaveStart]
	switch {
	case s.leave != nil:
		if !slices.ContainsFunc(c.Leaves, s.leave.equal) {
			c.setLeave(c.now, *s.leave)
		}
	case given:
		c.clearLeave(c.now)
	}
	if cell, given := r.cells[columnNotPerson]; given {
		switch strings.ToLower(strings.TrimSpace(cell)) {
		case "", "0", "false", "no":
			c.NotPerson = false
		case "1", "true", "yes":
			c.NotPerson = true
		default:
			c.complain(columnNotPerson, "must be true or false")
		}
	}
	if cell, given := r.cells[columnNotPersonReason]; given {
		value, message := cleanText(cell)
		c.complain(columnNotPersonReason, message)
		c.NotPersonReason = value
	}
}
