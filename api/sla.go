// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// SLAInput is an SLA category as a file or a request holds it.
type SLAInput struct {
	APIVersion string `json:"apiVersion,omitempty" enum:"muster/v1"`
	Kind       string `json:"kind,omitempty" enum:"SLA"`

	Slug     string     `json:"slug,omitempty" doc:"Name in files and tests; made of the name when absent. It never changes."`
	Name     string     `json:"name"`
	Deadline json.Value `json:"deadline" doc:"{hours: n}, {days: n} or {businessDays: n}. A day is 24 hours; business days are Monday to Friday in the workspace's time zone."`
	Enabled  *bool      `json:"enabled,omitempty" doc:"The switch; on when absent."`
}

// SLAChange changes an SLA category; what is left out stays. Items that were
// detected before keep their due times.
type SLAChange struct {
	APIVersion string `json:"apiVersion,omitempty" enum:"muster/v1"`
	Kind       string `json:"kind,omitempty" enum:"SLA"`

	Slug     string     `json:"slug,omitempty" doc:"When it is there, the one that the SLA has."`
	Name     *string    `json:"name,omitempty"`
	Deadline json.Value `json:"deadline,omitempty"`
	Enabled  *bool      `json:"enabled,omitempty"`
}

// SLA is a category of deadlines: how long a failing record may stay so.
type SLA struct {
	ID          string     `json:"id" doc:"The slug."`
	Slug        string     `json:"slug"`
	Name        string     `json:"name"`
	Deadline    json.Value `json:"deadline"`
	Enabled     bool       `json:"enabled" doc:"When off, what is detected meanwhile has no deadline."`
	BuiltIn     bool       `json:"builtIn"`
	CreatedDate *string    `json:"createdDate" format:"date-time" doc:"Null for a built-in one."`
	UpdatedDate *string    `json:"updatedDate" format:"date-time" doc:"Null while a built-in one is as it ships."`
}

// SLASettings are what deadlines of a workspace go by.
type SLASettings struct {
	TimeZone     string   `json:"timeZone" doc:"IANA name; of business days."`
	DueSoonHours *float64 `json:"dueSoonHours" doc:"How long before its due time something is due soon; null: as soon as it has one."`
}

// SLASettingsChange changes settings; what is left out stays.
type SLASettingsChange struct {
	TimeZone     *string    `json:"timeZone,omitempty"`
	DueSoonHours json.Value `json:"dueSoonHours,omitempty" doc:"A number from 0 to 8760, or null."`
}
