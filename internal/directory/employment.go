// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"slices"
	"time"
)

// Employment is a state of employment, as the wire spells it.
type Employment string

// The states; doc.go says when each holds.
const (
	Current  Employment = "CURRENT"
	Former   Employment = "FORMER"
	Inactive Employment = "INACTIVE"
	OnLeave  Employment = "ON_LEAVE"
	Upcoming Employment = "UPCOMING"
)

// Employments answers the states in the order in which a person goes through
// them.
func Employments() []Employment {
	return []Employment{Upcoming, Current, OnLeave, Inactive, Former}
}

// gone says whether somebody in this state has left.
func (e Employment) gone() bool { return e == Former || e == Inactive }

// Employment answers the person's state at an instant.
func (p Person) Employment(at time.Time) Employment {
	switch {
	case p.EndDate != nil && !at.Before(*p.EndDate):
		return Former
	case p.StartDate != nil && at.Before(*p.StartDate):
		return Upcoming
	case slices.ContainsFunc(p.Leaves, func(l Leave) bool { return l.covers(at) }):
		return OnLeave
	case p.InactiveSince != nil && !at.Before(*p.InactiveSince):
		return Inactive
	}
	return Current
}

// Leave answers the leave that a person is on or that comes next; false when
// there is none.
func (p Person) Leave(at time.Time) (Leave, bool) {
	for _, l := range p.Leaves { // by start
		if !l.endedBy(at) {
			return l, true
		}
	}
	return Leave{}, false
}

// goneFrom answers the first instant from at on at which the person is FORMER or
// INACTIVE; nil when the dates know of none.
func (p Person) goneFrom(at time.Time) *time.Time {
	if p.Employment(at).gone() {
		return &at
	}
	first := p.EndDate
	if p.InactiveSince == nil {
		return first
	}
	// Switched off already, or about to be: INACTIVE as soon as the start has come
	// and no leave covers.
	from := later(at, *p.InactiveSince)
	if p.StartDate != nil {
		from = later(from, *p.StartDate)
	}
	for _, l := range p.Leaves { // by start: what comes later cannot cover earlier
		if !l.covers(from) {
			continue
		}
		if l.End == nil {
			return first
		}
		from = *l.End
	}
	if first == nil || from.Before(*first) {
		return &from
	}
	return first
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
