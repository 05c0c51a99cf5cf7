// SPDX-License-Identifier: Apache-2.0

// Package caller says who is asking, in which workspace, and what they may do.
// The list of permissions below is the only one; a route names the permission
// it needs and package web checks it before the request is looked at.
package caller

import (
	"context"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/fault"
)

// Kind is the sort of actor behind a request.
type Kind string

// The actors; the words stand in evidence entries.
const (
	Application Kind = "application"
	CommandLine Kind = "command-line"
	Directory   Kind = "directory"
	System      Kind = "system"
	User        Kind = "user"
	Visitor     Kind = "visitor" // somebody before a sign-in
)

// Workspace names the house a caller stands in. Number is the integer that
// rows carry, ID the public name.
type Workspace struct {
	ID     string
	Name   string
	Number int64
}

// Window is the span of time whose evidence an auditor may read, both ends
// included.
type Window struct{ From, To time.Time }

// Caller is who is asking.
type Caller struct {
	Address   string       // the request's, "" for the command line
	Grants    []Permission // of a user: what the role gives
	ID        string       // application id, user id; "" for the command line
	Kind      Kind
	MayOwn    bool   // of a user: the role lets objects be owned, and worked on
	Name      string // for people who read evidence later
	Role      string // of a user: the role's name
	Scopes    []Scope
	Session   string  // of a user: the id of the session
	Source    string  // source_id of a public application's grant, "" otherwise
	Window    *Window // of a user whose role reads evidence in a window only
	Workspace Workspace
}

// Scope is an OAuth scope as the contract spells it.
type Scope string

// Permission is one thing a route may need.
type Permission string

// The permissions. GrantedBy answers the scopes that give them to applications,
// package access the roles that give them to users.
const (
	ListDocuments        Permission = "list documents"
	ManageProvisioning   Permission = "manage provisioning"
	ManageSecrets        Permission = "manage applications' secrets"
	ManageSignIn         Permission = "manage sign-in"
	ManageUsers          Permission = "manage users and roles"
	ManageWebhooks       Permission = "manage webhooks"
	ManageWorkspaces     Permission = "manage workspaces"
	OwnAccount           Permission = "use an account of one's own"
	ReadAccounts         Permission = "read accounts"
	ReadApplications     Permission = "read applications and definitions"
	ReadAudit            Permission = "read the audit trail"
	ReadComputers        Permission = "read computers"
	ReadControls         Permission = "read controls and frameworks"
	ReadDocuments        Permission = "read documents"
	ReadPeople           Permission = "read people"
	ReadReviews          Permission = "read access reviews"
	ReadPolicies         Permission = "read policies"
	ReadResources        Permission = "read resources"
	ReadSettings         Permission = "read settings"
	ReadTests            Permission = "read tests"
	ReadUsers            Permission = "read users and roles"
	ReadVulnerabilities  Permission = "read vulnerabilities"
	SeeSensitive         Permission = "see sensitive documents"
	UploadDocuments      Permission = "upload files for documents"
	WriteApplications    Permission = "write applications and definitions"
	WriteControls        Permission = "write controls and frameworks"
	WriteDocuments       Permission = "write documents"
	WriteAccounts        Permission = "write accounts"
	WritePeople          Permission = "write people"
	WritePolicies        Permission = "write policies"
	WriteReviews         Permission = "write access reviews"
	WriteResources       Permission = "write resources"
	WriteTests           Permission = "write tests"
	WriteVulnerabilities Permission = "write vulnerabilities"
)

// Permissions answers all of them, sorted.
func Permissions() []Permission {
	return []Permission{
		ListDocuments, ManageProvisioning, ManageSecrets, ManageSignIn, ManageUsers, ManageWebhooks, ManageWorkspaces, OwnAccount, ReadAccounts, ReadApplications, ReadAudit,
		ReadComputers, ReadControls, ReadDocuments, ReadPeople, ReadPolicies, ReadResources, ReadReviews, ReadSettings, ReadTests, ReadUsers, ReadVulnerabilities, SeeSensitive,
		UploadDocuments, WriteAccounts, WriteApplications, WriteControls, WriteDocuments, WritePeople, WritePolicies, WriteResources, WriteReviews, WriteTests, WriteVulnerabilities,
	}
}

// Area is a part of the product that a custom role may see or change. Edit is
// nil where only an Admin changes things.
type Area struct {
	Name       string
	View, Edit []Permission
}

// Areas answers the areas of custom roles, in the order in which they are shown
// (contract people-access-program.md section 1).
func Areas() []Area {
	return []Area{
		{"resources", []Permission{ReadApplications, ReadResources}, []Permission{WriteApplications, WriteResources}},
		{"tests", []Permission{ReadTests}, []Permission{WriteTests}},
		{"controls", []Permission{ReadControls}, []Permission{WriteControls}},
		{"documents", []Permission{ListDocuments, ReadDocuments}, []Permission{UploadDocuments, WriteDocuments}},
		{"accounts", []Permission{ReadAccounts}, []Permission{WriteAccounts}},
		{"access-reviews", []Permission{ReadReviews}, []Permission{WriteReviews}},
		{"computers", []Permission{ReadComputers}, nil},
		{"vulnerabilities", []Permission{ReadVulnerabilities}, []Permission{WriteVulnerabilities}},
		{"policies", []Permission{ReadPolicies}, []Permission{WritePolicies}},
		{"people", []Permission{ReadPeople}, []Permission{WritePeople}},
		{"users", []Permission{ReadUsers}, nil},
		{"audit-trail", []Permission{ReadAudit}, nil},
		{"settings", []Permission{ReadSettings}, nil},
	}
}

// The scopes an application may hold.
const (
	ScopeReadResource   Scope = "connectors.self:read-resource"
	ScopeWriteResource  Scope = "connectors.self:write-resource"
	ScopeReadDocument   Scope = "self:read-document"
	ScopeWriteDocument  Scope = "self:write-document"
	ScopeManageRead     Scope = "vanta-api.all:read"
	ScopeManageWrite    Scope = "vanta-api.all:write"
	ScopeDocumentsList  Scope = "vanta-api.documents:list"
	ScopeDocumentsRead  Scope = "vanta-api.documents:read"
	ScopeDocumentsSend  Scope = "vanta-api.documents:upload"
	ScopeDocumentsWrite Scope = "vanta-api.documents:write"
	ScopeVendorsRead    Scope = "vanta-api.vendors:read"
	ScopeVendorsWrite   Scope = "vanta-api.vendors:write"
	ScopeAuditRead      Scope = "auditor-api.audit:read"
	ScopeAuditWrite     Scope = "auditor-api.audit:write"
	ScopeAuditorRead    Scope = "auditor-api.auditor:read"
	ScopeAuditorWrite   Scope = "auditor-api.auditor:write"
)

// GrantedBy answers the scopes of which one is enough for a permission; nil
// for what no application may do (contracts integration-api.md section 1,
// manage-api.md).
func GrantedBy(p Permission) []Scope {
	switch p {
	case ReadResources:
		return []Scope{ScopeReadResource}
	case WriteResources:
		return []Scope{ScopeWriteResource}
	case ListDocuments:
		return []Scope{ScopeManageRead, ScopeReadDocument, ScopeDocumentsList}
	case ReadDocuments:
		return []Scope{ScopeManageRead, ScopeReadDocument, ScopeDocumentsRead}
	case SeeSensitive: // not the scopes of applications that push
		return []Scope{ScopeManageRead, ScopeManageWrite, ScopeDocumentsList, ScopeDocumentsRead, ScopeDocumentsSend, ScopeDocumentsWrite}
	case UploadDocuments:
		return []Scope{ScopeManageWrite, ScopeWriteDocument, ScopeDocumentsSend}
	case WriteDocuments:
		return []Scope{ScopeManageWrite, ScopeDocumentsWrite}
	case ReadAccounts, ReadApplications, ReadAudit, ReadComputers, ReadControls, ReadPeople, ReadPolicies, ReadReviews, ReadTests, ReadUsers, ReadVulnerabilities:
		return []Scope{ScopeManageRead}
	case WriteAccounts, WriteApplications, WriteControls, WritePeople, WritePolicies, WriteReviews, WriteTests, WriteVulnerabilities:
		return []Scope{ScopeManageWrite}
	default:
		return nil
	}
}

// Check answers nil when the caller has the permission, else a Forbidden fault
// that says what is missing.
func (c Caller) Check(p Permission) error {
	switch c.Kind {
	case CommandLine, System:
		return nil
	case User:
		if slices.Contains(c.Grants, p) {
			return nil
		}
		return fault.New(fault.Forbidden, "the role %s may not %s", c.Role, p)
	default:
		return c.checkScopes(p)
	}
}

func (c Caller) checkScopes(p Permission) error {
	need := GrantedBy(p)
	for _, scope := range need {
		if slices.Contains(c.Scopes, scope) {
			return nil
		}
	}
	if len(need) == 0 {
		return fault.New(fault.Forbidden, "no application may %s; sign in", p)
	}
	return fault.New(fault.Forbidden, "the token lacks the scope %s, which is needed to %s", need[0], p)
}

type key struct{}

// With answers a context that carries the caller.
func With(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, key{}, c)
}

// From answers the caller of a context; the zero Caller, which may do nothing,
// when there is none.
func From(ctx context.Context) Caller {
	c, _ := ctx.Value(key{}).(Caller)
	return c
}
