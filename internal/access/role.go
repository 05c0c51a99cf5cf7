// SPDX-License-Identifier: Apache-2.0

package access

import (
	"strings"

	"github.com/passmuster/muster/internal/fault"
)

// RoleID names a role in rows and on the wire.
type RoleID string

// The ids of the roles (contract people-access-program.md section 1). Those of
// Admin, Employee and Trust Collaborator are ids that existing set-ups send.
const (
	Admin               RoleID = "0000005ddeface0000000001"
	Editor              RoleID = "0000005ddeface0000000002"
	Employee            RoleID = "0000005ddeface0000000003"
	ViewOnlyAdmin       RoleID = "0000005ddeface0000000004"
	Collaborator        RoleID = "0000005ddeface0000000005"
	IntegrationsManager RoleID = "0000005ddeface0000000006"
	Auditor             RoleID = "0000005ddeface0000000007"
	TrustCollaborator   RoleID = "0000005ddeface0000000008"
)

// Role is what a person may do in a workspace.
type Role struct {
	ID      RoleID
	Name    string
	Slug    string
	Summary string // what it may do, in a few words
}

// Roles answers the built-in roles, in the order in which they are shown.
func Roles() []Role {
	return []Role{
		{Admin, "Admin", "admin", "everything; alone manages users, roles, provisioning and secrets of applications"},
		{Editor, "Editor", "editor", "everything else but sensitive personal data and auditors"},
		{Employee, "Employee", "employee", "own tasks only"},
		{ViewOnlyAdmin, "View-only Admin", "view-only-admin", "sees all, changes nothing unless owner"},
		{Collaborator, "Collaborator", "collaborator", "own tasks and the objects assigned"},
		{IntegrationsManager, "Integrations Manager", "integrations-manager", "applications, definitions and syncs"},
		{Auditor, "Auditor", "auditor", "reads evidence inside an audit's window"},
		{TrustCollaborator, "Trust Collaborator", "trust-collaborator", "the trust page"},
	}
}

// FindRole answers the role with an id, slug or name, whatever its case. The
// fault says which ones there are.
func FindRole(ref string) (Role, error) {
	ref = strings.TrimSpace(ref)
	var slugs []string
	for _, role := range Roles() {
		if strings.EqualFold(ref, string(role.ID)) || strings.EqualFold(ref, role.Slug) || strings.EqualFold(ref, role.Name) {
			return role, nil
		}
		slugs = append(slugs, role.Slug)
	}
	return Role{}, fault.New(fault.Invalid, "there is no role %q; there are %s", ref, strings.Join(slugs, ", "))
}
