// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"cmp"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/caller"
)

// The kinds of those who hear.
const (
	kindChannel = "channel" // of Slack
	kindPerson  = "person"  // who works here and is no user
	kindUser    = "user"
)

// medium is what carries a message.
type medium string

// The media; the words stand in rows and on the wire.
const (
	mediumMail  medium = "email"
	mediumSlack medium = "slack"
)

// ref names somebody.
type ref struct{ Kind, ID string }

// Person is somebody who may hear: an active user, or a person of the directory.
type Person struct {
	Admin  bool // hears of what concerns the whole workspace unasked
	Email  string
	Grants []caller.Permission // of a user: what the role gives
	ID     string
	Kind   string // user or person
	Name   string
}

func (p Person) ref() ref { return ref{p.Kind, p.ID} }

// Concern is that something concerns somebody.
type Concern struct {
	ID   string
	Kind string // user or person
	Owns bool   // may read it whatever the role
}

// address is where a message goes.
type address struct {
	ID     string
	Kind   string
	Medium medium
}

// hearing is that an address is told of an event.
type hearing struct {
	address

	bare   bool // without the names of records: who has no role reads none
	timing Choice
}

// Follow is what somebody said of one test.
type Follow string

// What may be said of a test; the words stand in rows and on the wire.
const (
	Following Follow = "follow"
	Muted     Follow = "mute"
)

// Preference are the choices of one person.
type Preference struct {
	Mail    Choices
	MailOff bool // no mail at all, as who unsubscribes has it
}

// roster is who may hear in a workspace.
type roster struct {
	byMail map[string]ref  // lower case → a user
	gone   map[string]bool // lower-case e-mails of users who are not active
	people map[ref]Person
}

// newRoster takes the users of a workspace: who is active, and the e-mails of all others.
func newRoster(active []Person, gone []string) *roster {
	r := &roster{byMail: map[string]ref{}, gone: map[string]bool{}, people: map[ref]Person{}}
	for _, p := range active {
		r.people[p.ref()], r.byMail[strings.ToLower(p.Email)] = p, p.ref()
	}
	for _, email := range gone {
		r.gone[strings.ToLower(email)] = true
	}
	return r
}

// add takes a person of the directory and answers who that is here: the user with the
// same e-mail, nobody when that one is deactivated.
func (r *roster) add(p Person) (Person, bool) {
	email := strings.ToLower(p.Email)
	if user, is := r.byMail[email]; is {
		return r.people[user], true
	}
	if r.gone[email] || email == "" {
		return Person{}, false
	}
	r.people[p.ref()] = p
	return p, true
}

// house is what decides, at one moment, who is told what in a workspace.
type house struct {
	*roster

	channels    []Channel
	defaults    Choices
	follows     map[string]map[string]Follow // by test, then user
	mail        bool                         // there is a server to send by
	preferences map[ref]Preference
}

// route answers who is told of an event. who are those whom its thing concerns, needs
// is what a role must give to read of it.
func (h *house) route(r rule, e event, who []Concern, needs caller.Permission) []hearing {
	var all []hearing
	for _, found := range h.concerned(r, e, who, needs) {
		all = append(all, h.tell(r, found)...)
	}
	for _, c := range h.channels {
		if c.Owner == "" && c.active() && c.wants(r, e) {
			all = append(all, hearing{address: address{c.ID, kindChannel, mediumSlack}, timing: c.Choices[r.category]})
		}
	}
	slices.SortFunc(all, func(a, b hearing) int {
		return cmp.Or(cmp.Compare(a.Medium, b.Medium), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return slices.Compact(all)
}

// concerned is somebody who may hear of an event.
type concerned struct {
	Person

	bare, unasked bool
}

// concerned answers who may hear of an event: whom it concerns, and for what is of the
// whole workspace the Admins and whoever chose it.
func (h *house) concerned(r rule, e event, who []Concern, needs caller.Permission) (list []concerned) {
	test := e.about(r).ID
	if r.to == testers {
		for user, said := range h.follows[test] {
			if said == Following {
				who = append(who, Concern{ID: user, Kind: kindUser})
			}
		}
	}
	for _, c := range who {
		p, there := h.people[ref{c.Kind, c.ID}]
		switch reads := slices.Contains(p.Grants, needs); {
		case !there:
		case c.Owns || reads:
			list = append(list, concerned{Person: p, unasked: true})
		case p.Kind == kindPerson && r.to == testers:
			list = append(list, concerned{Person: p, unasked: true, bare: true})
		}
	}
	if r.to == admins || r.to == approvers {
		for _, p := range h.people {
			if slices.Contains(p.Grants, needs) {
				list = append(list, concerned{Person: p, unasked: p.Admin})
			}
		}
	}
	about := r.to == testers || r.to == approvers
	return slices.DeleteFunc(list, func(c concerned) bool {
		return about && h.follows[test][c.ID] == Muted || r.to == approvers && c.ID == e.actor
	})
}

// tell answers where somebody is told. Who is not told unasked chose the category.
func (h *house) tell(r rule, who concerned) (all []hearing) {
	choice := func(own Choices) Choice {
		if who.unasked {
			own = own.over(h.defaults)
		}
		return own[r.category]
	}
	add := func(to address, timing Choice) {
		if timing == Now || timing == Digest {
			all = append(all, hearing{to, who.bare, timing})
		}
	}
	if own := h.preferences[who.ref()]; h.mail && !own.MailOff {
		add(address{who.ID, who.Kind, mediumMail}, choice(own.Mail))
	}
	for _, c := range h.channels {
		if who.Kind == kindUser && c.Owner == who.ID && c.active() {
			add(address{c.ID, kindChannel, mediumSlack}, choice(c.Choices))
		}
	}
	return all
}

// wants says whether a channel of the workspace is to be told of an event.
func (c Channel) wants(r rule, e event) bool {
	if choice := c.Choices[r.category]; choice != Now && choice != Digest {
		return false
	}
	if !r.category.aboutTests() || len(c.Tests) == 0 {
		return true
	}
	return slices.Contains(c.Tests, e.about(r).ID)
}
