// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"slices"
	"time"
)

// RecordsName is what rules call the people of a workspace.
const RecordsName = "people"

// RecordSchema describes what rules read of a person, as a JSON Type Definition.
// The record's uniqueId is the person's id.
const RecordSchema = `{
	"properties": {
		"email": {"type": "string"},
		"groups": {"elements": {"type": "string"}},
		"isPerson": {"type": "boolean"},
		"name": {"type": "string"},
		"source": {"enum": ["INTEGRATION", "SCIM", "VANTA"]},
		"status": {"enum": ["UPCOMING", "CURRENT", "ON_LEAVE", "INACTIVE", "FORMER"]}
	},
	"optionalProperties": {
		"endDate": {"type": "timestamp"},
		"firstName": {"type": "string"},
		"jobTitle": {"type": "string"},
		"lastName": {"type": "string"},
		"leftAt": {"type": "timestamp"},
		"offboardedAt": {"type": "timestamp"},
		"startDate": {"type": "timestamp"}
	}
}`

// Record is a person as rules read them.
type Record struct {
	ID         PersonID
	Name       string
	Properties *RecordProperties // nil: there is no such person any more
}

// RecordProperties are the fields of RecordSchema; what is "" is not there.
type RecordProperties struct {
	Email        string   `json:"email"`
	EndDate      string   `json:"endDate,omitempty"`
	FirstName    string   `json:"firstName,omitempty"`
	Groups       []string `json:"groups"` // names, sorted
	IsPerson     bool     `json:"isPerson"`
	JobTitle     string   `json:"jobTitle,omitempty"`
	LastName     string   `json:"lastName,omitempty"`
	LeftAt       string   `json:"leftAt,omitempty"` // since when FORMER or INACTIVE
	Name         string   `json:"name"`
	OffboardedAt string   `json:"offboardedAt,omitempty"`
	Source       string   `json:"source"` // of the e-mail
	StartDate    string   `json:"startDate,omitempty"`
	Status       string   `json:"status"`
}

// record answers the person as rules read them at an instant; names are those of
// groups.
func (p Person) record(now time.Time, names map[GroupID]string) Record {
	r := &RecordProperties{
		Email: p.Email, EndDate: recordTime(p.EndDate), FirstName: p.Name.First, Groups: []string{}, IsPerson: !p.NotPerson,
		JobTitle: p.JobTitle, LastName: p.Name.Last, Name: p.Name.Display, OffboardedAt: recordTime(p.OffboardedAt),
		Source: string(p.Source(FieldEmail).Type), StartDate: recordTime(p.StartDate), Status: string(p.Employment(now)),
	}
	r.LeftAt = recordTime(p.LeftAt(now))
	for _, g := range p.Groups {
		r.Groups = append(r.Groups, names[g])
	}
	slices.Sort(r.Groups)
	return Record{ID: p.ID, Name: p.Name.Display, Properties: r}
}

// LeftAt answers since when a person is FORMER or INACTIVE; nil for anybody else.
func (p Person) LeftAt(now time.Time) *time.Time {
	switch p.Employment(now) {
	case Former:
		return p.EndDate
	case Inactive:
		return p.InactiveSince
	}
	return nil
}

func recordTime(at *time.Time) string {
	if at == nil {
		return ""
	}
	return wireTime(*at)
}

// turnsAt answers the next instant after now at which the state of employment
// changes; nil when the dates know of none.
func (p Person) turnsAt(now time.Time) *time.Time {
	instants := []*time.Time{p.StartDate, p.EndDate, p.InactiveSince}
	for _, l := range p.Leaves {
		instants = append(instants, &l.Start, l.End)
	}
	var next *time.Time
	for _, at := range instants {
		if at != nil && at.After(now) && (next == nil || at.Before(*next)) {
			next = at
		}
	}
	return next
}
