// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// ScopeFile is a scope as a file or a request holds it.
type ScopeFile struct {
	APIVersion string `json:"apiVersion,omitempty" enum:"muster/v1"`
	Kind       string `json:"kind,omitempty" enum:"Scope"`

	Slug        string        `json:"slug,omitempty" doc:"Name in files and paths; made of the name when absent. It never changes."`
	Name        string        `json:"name"`
	Description string        `json:"description,omitempty"`
	Others      string        `json:"others,omitempty" enum:"in,out" doc:"Whether records of resources that no filter is about are in; in when absent."`
	Filters     []ScopeFilter `json:"filters,omitempty" doc:"At most one a resource."`
}

// ScopeFilter says which records of one resource are in a scope.
type ScopeFilter struct {
	Application string     `json:"application,omitempty" doc:"Id, slug or name; may be left out when resource is a resourceId."`
	Resource    string     `json:"resource" doc:"resourceId or name."`
	Where       json.Value `json:"where" doc:"Condition in the rule language. A record of which it says nothing is in."`
}

// Scope is a part of a workspace's records.
type Scope struct {
	ID          string        `json:"id"`
	Slug        string        `json:"slug"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Others      string        `json:"others" enum:"in,out"`
	Filters     []ScopeFilter `json:"filters"`
	CreatedDate string        `json:"createdDate" format:"date-time"`
	UpdatedDate string        `json:"updatedDate" format:"date-time"`
}

// ScopedTest is what a test says of the records in a scope.
type ScopedTest struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Status      string `json:"status" enum:"DEACTIVATED,IN_PROGRESS,INVALID,NEEDS_ATTENTION,NOT_APPLICABLE,OK"`
	Passing     int64  `json:"passing"`
	Failing     int64  `json:"failing"`
	InProgress  int64  `json:"inProgress"`
	Deactivated int64  `json:"deactivated"`
	OutOfScope  int64  `json:"outOfScope" doc:"By the test's own scope; records that this scope leaves out are counted nowhere."`
}

// FrameworkScope is the scope that decides what counts for a framework.
type FrameworkScope struct {
	Scope *string `json:"scope" doc:"Id or slug; null: every record counts."`
}
