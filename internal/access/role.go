// SPDX-License-Identifier: Apache-2.0

package access

import (
	"slices"
	"strings"
	"unicode"

	"github.com/passmuster/muster/internal/caller"
)

// RoleID names a role in rows and on the wire.
type RoleID string

// The ids of the built-in roles (contract people-access-program.md section 1).
// Those of Admin, Employee and Trust Collaborator are ids that existing set-ups
// send.
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

// Role is what a user may do in a workspace.
type Role struct {
	Areas  map[string]Level    // of a custom role: every area of caller.Areas; nil for a built-in one
	Grants []caller.Permission // an Auditor without a window gets only the own account (User.Caller)
	ID     RoleID
	MayOwn bool // its users may own objects, and work on those they own
	Name   string
	Slug   string
	// Summary says what it may do, in a few words.
	Summary string
}

// BuiltIn says whether the role is one of the eight that every workspace has.
func (r Role) BuiltIn() bool { return r.Areas == nil }

// BuiltInRoles answers the roles that every workspace has, in the order in which
// they are shown.
func BuiltInRoles() []Role {
	own := []caller.Permission{caller.OwnAccount}
	return []Role{
		{
			ID: Admin, Name: "Admin", Slug: "admin", MayOwn: true, Grants: caller.Permissions(),
			Summary: "everything; alone manages users, roles, provisioning and secrets of applications",
		},
		{
			ID: Editor, Name: "Editor", Slug: "editor", MayOwn: true, Grants: editorGrants(),
			Summary: "everything else but sensitive personal data and auditors",
		},
		{ID: Employee, Name: "Employee", Slug: "employee", Grants: own, Summary: "own tasks only"},
		{
			ID: ViewOnlyAdmin, Name: "View-only Admin", Slug: "view-only-admin", MayOwn: true, Grants: viewGrants(),
			Summary: "sees all, changes nothing unless owner",
		},
		{
			ID: Collaborator, Name: "Collaborator", Slug: "collaborator", MayOwn: true, Grants: own,
			Summary: "own tasks and the objects assigned",
		},
		{
			ID: IntegrationsManager, Name: "Integrations Manager", Slug: "integrations-manager", MayOwn: true,
			Grants:  []caller.Permission{caller.OwnAccount, caller.ReadApplications, caller.ReadResources, caller.WriteApplications, caller.WriteResources},
			Summary: "applications, definitions and syncs",
		},
		{
			ID: Auditor, Name: "Auditor", Slug: "auditor", Grants: []caller.Permission{caller.OwnAccount, caller.ReadAudit, caller.ReadControls},
			Summary: "reads evidence inside an audit's window",
		},
		{ID: TrustCollaborator, Name: "Trust Collaborator", Slug: "trust-collaborator", Grants: own, Summary: "the trust page"},
	}
}

// editorGrants are all but sensitive documents and what an Admin alone manages:
// those that begin with the word.
func editorGrants() []caller.Permission {
	return slices.DeleteFunc(caller.Permissions(), func(p caller.Permission) bool {
		return p == caller.SeeSensitive || strings.HasPrefix(string(p), "manage ")
	})
}

// viewGrants see everything and change nothing.
func viewGrants() []caller.Permission {
	return []caller.Permission{
		caller.OwnAccount, caller.ReadAccounts, caller.ReadApplications, caller.ReadAudit, caller.ReadComputers, caller.ReadControls, caller.ReadPeople, caller.ReadPolicies, caller.ReadResources, caller.ReadReviews, caller.ReadSettings,
		caller.ListDocuments, caller.ReadDocuments, caller.SeeSensitive, caller.ReadTests, caller.ReadUsers, caller.ReadVulnerabilities,
	}
}

// builtIn answers the built-in role that ref names.
func builtIn(ref string) (Role, bool) {
	for _, role := range BuiltInRoles() {
		if role.named(ref) {
			return role, true
		}
	}
	return Role{}, false
}

// named says whether ref is the role's id, slug or name, whatever its case.
func (r Role) named(ref string) bool {
	ref = strings.TrimSpace(ref)
	return strings.EqualFold(ref, string(r.ID)) || strings.EqualFold(ref, r.Slug) || strings.EqualFold(ref, r.Name)
}

// slugOf answers a name in lower case with each run of what is neither letter
// nor digit turned into one "-", none at either end. Letters of every script stay, as
// they do not in form.Slug: roles are named by their names too, in whatever script.
func slugOf(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return strings.Join(words, "-")
}
