// SPDX-License-Identifier: Apache-2.0

// Package caller says who is asking, in which workspace, and what they may do.
// The list of permissions below is the only one; a route names the permission
// it needs and package web checks it before the request is looked at.
package caller

import (
	"context"
	"slices"

	"github.com/passmuster/muster/internal/fault"
)

// Kind is the sort of actor behind a request.
type Kind string

// The actors; the words stand in evidence entries.
const (
	Application Kind = "application"
	CommandLine Kind = "command-line"
	System      Kind = "system"
	User        Kind = "user"
)

// Workspace names the house a caller stands in. Number is the integer that
// rows carry, ID the public name.
type Workspace struct {
	ID     string
	Name   string
	Number int64
}

// Caller is who is asking.
type Caller struct {
	ID        string // application id, user id; "" for the command line
	Kind      Kind
	Name      string // for people who read evidence later
	Scopes    []Scope
	Source    string // source_id of a public application's grant, "" otherwise
	Workspace Workspace
}

// Scope is an OAuth scope as the contract spells it.
type Scope string

// Permission is one thing a route may need.
type Permission string

// The permissions. Each lists the scopes that grant it (contract
// integration-api.md section 1, manage-api.md).
const (
	ReadResources  Permission = "read resources"
	ReadTests      Permission = "read tests"
	WriteResources Permission = "write resources"
	WriteTests     Permission = "write tests"
)

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

// GrantedBy answers the scopes of which one is enough for a permission.
func GrantedBy(p Permission) []Scope {
	switch p {
	case ReadResources:
		return []Scope{ScopeReadResource}
	case WriteResources:
		return []Scope{ScopeWriteResource}
	case ReadTests:
		return []Scope{ScopeManageRead}
	case WriteTests:
		return []Scope{ScopeManageWrite}
	}
	return nil
}

// Check answers nil when the caller has the permission, else a Forbidden
// fault that names the scope to ask for.
func (c Caller) Check(p Permission) error {
	if c.Kind == CommandLine || c.Kind == System {
		return nil
	}
	need := GrantedBy(p)
	for _, scope := range need {
		if slices.Contains(c.Scopes, scope) {
			return nil
		}
	}
	if len(need) == 0 {
		return fault.New(fault.Forbidden, "nobody may %s this way", p)
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
