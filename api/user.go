// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// User is somebody with a role in a workspace. What follows FamilyName is
// Muster's own.
type User struct {
	ID             string  `json:"id"`
	OrganizationID string  `json:"organizationId" doc:"Id of the workspace."`
	Email          string  `json:"email"`
	GivenName      *string `json:"givenName" doc:"The display name up to its last blank."`
	FamilyName     *string `json:"familyName" doc:"The last word of a display name that has several."`

	DisplayName     string       `json:"displayName" doc:"Empty when none was given."`
	Role            RoleRef      `json:"role"`
	Status          string       `json:"status" enum:"invited,active,deactivated"`
	Source          string       `json:"source" enum:"VANTA,SCIM" doc:"SCIM: name, e-mail and status are an identity provider's."`
	RoleSource      string       `json:"roleSource" enum:"here,attribute,mapping,default" doc:"What decides on the role: people here, or a directory. What its attribute or mapping decides cannot be changed here; what its default gave can, and then people here decide."`
	AuditWindow     *AuditWindow `json:"auditWindow" doc:"The evidence that an Auditor may read; null for none."`
	CreatedDate     string       `json:"createdAt" format:"date-time"`
	UpdatedDate     string       `json:"updatedAt" format:"date-time"`
	DeactivatedDate *string      `json:"deactivatedAt" format:"date-time"`
}

// RoleRef names a role.
type RoleRef struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// AuditWindow is a span of time, both ends included.
type AuditWindow struct {
	StartDate string `json:"startDate" format:"date-time"`
	EndDate   string `json:"endDate" format:"date-time"`
}

// UserInput is what a user is made from.
type UserInput struct {
	Email string `json:"email"`
	Name  string `json:"name,omitempty" doc:"As shown to people."`
	Role  string `json:"role" doc:"Id, slug or name of a role."`
}

// UserChange changes a user; what is left out stays.
type UserChange struct {
	Email       *string    `json:"email,omitempty"`
	Name        *string    `json:"name,omitempty" doc:"As shown to people; empty for none."`
	Role        *string    `json:"role,omitempty" doc:"Id, slug or name of a role."`
	AuditWindow json.Value `json:"auditWindow,omitzero" doc:"An AuditWindow, or null to take it away. Only an Auditor has one."`
}

// Role is what users may do. Areas are there for custom roles only, and then
// all of them.
type Role struct {
	RoleRef
	Description string            `json:"description"`
	BuiltIn     bool              `json:"builtIn" doc:"It can be neither changed nor deleted."`
	MayOwn      bool              `json:"mayOwn" doc:"Its users may own objects, and work on those they own."`
	Permissions []string          `json:"permissions" doc:"What it may do, in words."`
	Areas       map[string]string `json:"areas,omitempty" doc:"By area: none, view or edit."`
	UserCount   int64             `json:"userCount" doc:"Users who have it, deactivated ones too."`
}

// RoleInput is what a custom role is made from.
type RoleInput struct {
	Name  string            `json:"name"`
	Areas map[string]string `json:"areas,omitempty" doc:"By area: none, view or edit. The areas are resources, tests, people, users, audit-trail and settings; an absent one is none."`
}

// RoleChange changes a custom role; what is left out stays, an area too.
type RoleChange struct {
	Name  *string           `json:"name,omitempty"`
	Areas map[string]string `json:"areas,omitempty" doc:"By area: none, view or edit."`
}
