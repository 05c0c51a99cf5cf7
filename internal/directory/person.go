// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/fault"
)

// PersonID names a person.
type PersonID string

// Person is somebody who works here, did or will.
type Person struct {
	CreatedAt       time.Time
	Email           string
	EndDate         *time.Time // FORMER from here on; nil: none is known
	Groups          []GroupID  // sorted; only filled by what reads people
	ID              PersonID
	InactiveSince   *time.Time // a source has switched the account off; nil: active
	JobTitle        string     // "" for none
	Leaves          []Leave    // by start
	Name            Name
	NotPerson       bool // a mailbox or robot
	NotPersonReason string
	OffboardedAt    *time.Time       // when somebody acknowledged that the person is gone
	Sources         map[Field]Source // of fields that were not typed here
	StartDate       *time.Time       // nil: unknown
	UpdatedAt       time.Time

	departed bool       // gone, and Leaver was told; it refused when leavesAt is set too
	leavesAt *time.Time // when the pass has to look; nil: never
}

// Name is what a person is called. Display is never empty: it follows from the
// others, or the e-mail, until it is set to something else.
type Name struct{ Display, First, Last string }

// Leave is a span in which a person is away. End does not belong to it; nil is
// an open end.
type Leave struct {
	End   *time.Time
	Start time.Time
}

// covers says whether an instant lies in the leave.
func (l Leave) covers(at time.Time) bool {
	return !at.Before(l.Start) && !l.endedBy(at)
}

// endedBy says whether the leave is over at an instant.
func (l Leave) endedBy(at time.Time) bool { return l.End != nil && !l.End.After(at) }

// Field is a part of a person that has a source of its own.
type Field string

// The fields; the words stand in the column sources.
const (
	FieldActive    Field = "active" // whether the account is switched on
	FieldEmail     Field = "email"
	FieldEndDate   Field = "endDate"
	FieldJobTitle  Field = "jobTitle"
	FieldName      Field = "name"
	FieldStartDate Field = "startDate"
)

// label is what the field is called in sentences.
func (f Field) label() string {
	switch f {
	case FieldActive:
		return "account status"
	case FieldEmail:
		return "e-mail"
	case FieldEndDate:
		return "end date"
	case FieldJobTitle:
		return "job title"
	case FieldStartDate:
		return "start date"
	default:
		return string(f)
	}
}

// SourceType says what kind of source it is, as the wire spells it.
type SourceType string

// The kinds of sources.
const (
	Integration SourceType = "INTEGRATION"
	SCIM        SourceType = "SCIM"
	Typed       SourceType = "VANTA" // here, by a person or the API
)

// Source is where a field, a group or a membership comes from. The JSON is that
// of the columns.
type Source struct {
	Type          SourceType `json:"type"`
	IntegrationID string     `json:"integrationId,omitempty"` // application id; of an Integration
	ResourceID    string     `json:"resourceId,omitempty"`    // of the record, "" when there is none
}

// Here is the source of what is typed here.
func Here() Source { return Source{Type: Typed} }

// local says whether what has this source is changed here.
func (s Source) local() bool { return s.Type == Typed || s.Type == "" }

// label is what the source is called in sentences.
func (s Source) label() string {
	switch s.Type {
	case SCIM:
		return "the identity provider"
	case Integration:
		return "an integration"
	default:
		return "Muster"
	}
}

// Source answers where a field comes from.
func (p Person) Source(f Field) Source {
	if source, ok := p.Sources[f]; ok {
		return source
	}
	return Here()
}

// clone answers a copy that shares nothing that changes.
func (p Person) clone() Person {
	p.Groups, p.Leaves, p.Sources = slices.Clone(p.Groups), slices.Clone(p.Leaves), maps.Clone(p.Sources)
	return p
}

// Attributes are what somebody says about a person; nil says nothing.
type Attributes struct {
	Active    *bool
	Display   *string // "" makes it of first and last, or the e-mail
	Email     *string
	EndDate   *time.Time // the zero time takes it away
	First     *string
	JobTitle  *string
	Last      *string
	Nobody    bool       // the caller of Put has looked, in its transaction: no person has the e-mail
	Quiet     bool       // one whom Put makes gets no entry of evidence: the caller's names the person
	StartDate *time.Time // the zero time takes it away
}

// problem is one thing that is wrong with what was said.
type problem struct {
	conflict bool   // the state forbids it; else it is wrong in itself
	column   column // of a file of people
	message  string
}

// refusal answers the fault for problems, nil for none.
func refusal(all []problem) error {
	if len(all) == 0 {
		return nil
	}
	var places []fault.Problem
	for _, p := range all {
		if p.conflict {
			return fault.New(fault.Conflict, "%s", p.message)
		}
		places = append(places, fault.Problem{Pointer: p.column.pointer(), Message: p.message})
	}
	return fault.At(places...)
}

// change is a person in the making: what was said is laid over it, and what
// does not fit is gathered.
type change struct {
	Person
	now      time.Time
	problems []problem
	source   Source
}

// apply lays attributes over the person. A source takes the fields that it names;
// what is said here may not differ from what a source gave.
func (c *change) apply(in Attributes) {
	email := c.Email
	if in.Email != nil {
		value, message := cleanEmail(*in.Email)
		c.complain(columnEmail, message)
		c.set(FieldEmail, columnEmail, value != c.Email, func() { c.Email = value })
	}
	c.applyName(in, email)
	if in.JobTitle != nil {
		value, message := cleanLine(*in.JobTitle, maxName)
		c.complain(columnJobTitle, message)
		c.set(FieldJobTitle, columnJobTitle, value != c.JobTitle, func() { c.JobTitle = value })
	}
	if in.StartDate != nil {
		value := someTime(*in.StartDate)
		c.set(FieldStartDate, columnStartDate, !sameTime(value, c.StartDate), func() { c.StartDate = value })
	}
	if in.EndDate != nil {
		value := someTime(*in.EndDate)
		c.set(FieldEndDate, columnEndDate, !sameTime(value, c.EndDate), func() { c.EndDate = value })
	}
	if in.Active != nil {
		c.set(FieldActive, columnStatus, *in.Active != (c.InactiveSince == nil), func() { c.turn(*in.Active) })
	}
	dated := in.StartDate != nil || in.EndDate != nil
	if c.source.local() && dated && c.StartDate != nil && c.EndDate != nil && c.EndDate.Before(*c.StartDate) {
		c.complain(columnEndDate, "must not be before the start date")
	}
}

func (c *change) turn(active bool) {
	c.InactiveSince = nil
	if !active {
		c.InactiveSince = &c.now
	}
}

// applyName lays the parts of the name over; email is what it was before.
func (c *change) applyName(in Attributes, email string) {
	name := c.Name
	for _, part := range []struct {
		given  *string
		column column
		value  *string
		limit  int
	}{{in.First, columnFirst, &name.First, maxName}, {in.Last, columnLast, &name.Last, maxName}, {in.Display, columnDisplay, &name.Display, 2 * maxName}} {
		if part.given != nil {
			value, message := cleanLine(*part.given, part.limit)
			c.complain(part.column, message)
			*part.value = value
		}
	}
	parts := name.First != c.Name.First || name.Last != c.Name.Last
	follows := c.Name.Display == c.Name.derived(email)
	// What somebody else had set does not outlast a source that takes the name.
	if in.Display == nil && (follows || parts && c.Source(FieldName) != c.source) {
		name.Display = ""
	}
	if name.Display == "" {
		name.Display = name.derived(c.Email)
	}
	if in.First == nil && in.Last == nil && in.Display == nil {
		c.Name = name // what follows from the e-mail has no source of its own
		return
	}
	place := columnDisplay
	switch {
	case name.First != c.Name.First:
		place = columnFirst
	case name.Last != c.Name.Last:
		place = columnLast
	}
	c.set(FieldName, place, name != c.Name, func() { c.Name = name })
}

// derived is what Display is unless it is set by itself.
func (n Name) derived(email string) string {
	if whole := n.whole(); whole != "" {
		return whole
	}
	return email
}

// whole is first and last name as one.
func (n Name) whole() string { return strings.TrimSpace(n.First + " " + n.Last) }

// set changes a field, unless it belongs to another.
func (c *change) set(f Field, at column, differs bool, put func()) {
	owner := c.Source(f)
	if c.source.local() && !owner.local() {
		if differs {
			c.problems = append(c.problems, elsewhere(at, f, owner))
		}
		return
	}
	put()
	if !c.source.local() && owner != c.source {
		if c.Sources == nil {
			c.Sources = map[Field]Source{}
		}
		c.Sources[f] = c.source
	}
}

func elsewhere(at column, f Field, owner Source) problem {
	return problem{conflict: true, column: at, message: "the " + f.label() + " comes from " + owner.label() + ": change it there"}
}

func (c *change) complain(at column, message string) {
	if message != "" {
		c.problems = append(c.problems, problem{column: at, message: message})
	}
}

func someTime(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC().Truncate(time.Millisecond)
	return &at
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}
