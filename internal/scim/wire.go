// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// How the set-up looks on the wire.

func stamp(t time.Time) string { return web.TimeOf(db.Millis(t)).String() }

func maybeStamp(t *time.Time) *string {
	if t == nil {
		return nil
	}
	text := stamp(*t)
	return &text
}

// wireEach answers a list that is never null.
func wireEach[T, W any](all []T, wire func(T) W) []W {
	list := make([]W, len(all))
	for i, one := range all {
		list[i] = wire(one)
	}
	return list
}

// expiryOf reads when a token expires; nil for never.
func expiryOf(in *api.DirectoryTokenInput) (*time.Time, error) {
	if in == nil || in.ExpiresAt == nil {
		return nil, nil //nolint:nilnil // nil is never
	}
	at, err := time.Parse(time.RFC3339, *in.ExpiresAt)
	if err != nil {
		return nil, fault.At(fault.Problem{Pointer: "/expiresAt", Message: "must be a time, such as 2027-01-31T12:00:00Z"})
	}
	return &at, nil
}

func wireRole(r access.Role) api.DirectoryRole {
	return api.DirectoryRole{ID: string(r.ID), Name: r.Name}
}

func (n Counts) wire() api.DirectoryCounts {
	return api.DirectoryCounts{Users: n.Users, ActiveUsers: n.Active, Groups: n.Groups}
}

func (l Listed) wire() api.DirectorySummary {
	return api.DirectorySummary{
		ID: string(l.ID), Name: l.Name, Provider: string(l.Provider), State: string(l.State), Strict: l.Strict, BaseURL: l.BaseURL,
		Counts: l.Counts.wire(), CreatedAt: stamp(l.CreatedAt), UpdatedAt: stamp(l.UpdatedAt), LinkedAt: maybeStamp(l.LinkedAt),
	}
}

// API answers a directory as the API shows it.
func (o Overview) API() api.Directory { return o.wire() }

// API answers a request as the API shows it, with its bodies.
func (l Logged) API(p Provider) api.DirectoryRequest { return l.wireWhole(p) }

// API answers what happened to a user as the API shows it.
func (t Story) API() api.DirectoryTimeline { return t.wire() }

// API answers a simulation as the API shows it.
func (s Simulation) API() api.DirectorySimulation { return s.wire() }

// API answers a request of the self-test as the API shows it.
func (r Rehearsed) API() api.DirectorySelfTestStep { return r.wire() }

// API answers a client as the API shows it.
func (c Client) API() api.DirectoryClient { return c.wire() }

// API answers a warning as the API shows it.
func (w Warning) API() api.DirectoryWarning { return w.wire() }

// API answers a link as the API shows it.
func (l Link) API() api.DirectoryLinkInfo { return l.wire() }

// API answers a token as the API shows it.
func (t Token) API() api.DirectoryTokenInfo { return t.wire() }

// entraFlag makes Entra ID keep to the standard (contract 2.2).
const entraFlag = "?aadOptscim062020"

func (o Overview) wire() api.Directory {
	a := api.Directory{
		ID: string(o.ID), Name: o.Name, Provider: string(o.Provider), State: string(o.State), Strict: o.Strict, BaseURL: o.BaseURL,
		RoleAttribute: o.RoleAttribute, OfferedAttributes: o.Offered, DefaultRole: o.roleCalled(o.DefaultRole),
		Roles: wireEach(o.Roles, wireRole), Counts: o.Counts.wire(), Steps: wireEach(o.Steps, Step.wire),
		Warnings: wireEach(o.Warnings, Warning.wire), Tokens: wireEach(o.Tokens, Token.wire), Tolerances: wireEach(o.Tolerated, Tolerance.wire),
		Clients: wireEach(o.Clients, Client.wire), TokenURL: o.BaseURL + tokenPath, RequestsByDay: wireEach(o.Days, Day.wire),
		RolesAreBeingGiven: o.Settling, CreatedAt: stamp(o.CreatedAt), UpdatedAt: stamp(o.UpdatedAt), LinkedAt: maybeStamp(o.LinkedAt),
	}
	if o.Provider == Entra {
		url := o.BaseURL + "/" + entraFlag
		a.TenantURL = &url
	}
	if l := o.LastError; l != nil {
		a.LastError = &api.DirectoryLastError{
			RequestID: l.ID, At: stamp(l.At), Status: l.Status, Words: l.Words, Problem: l.Problem, WhatToDo: l.advice(o.Provider),
		}
	}
	return a
}

func (o Overview) roleCalled(id access.RoleID) api.DirectoryRole {
	for _, r := range o.Roles {
		if r.ID == id {
			return wireRole(r)
		}
	}
	return api.DirectoryRole{ID: string(id)}
}

func (s Step) wire() api.DirectoryStep {
	return api.DirectoryStep{
		Name: s.Name, Title: s.Title, Words: s.Words, Optional: s.Optional, Done: s.DoneAt != nil, DoneAt: maybeStamp(s.DoneAt),
	}
}

func (w Warning) wire() api.DirectoryWarning {
	return api.DirectoryWarning{
		ID: w.ID, Kind: w.Kind, Subject: w.Subject, Message: w.Message, Count: w.Count, FirstAt: stamp(w.FirstAt), LastAt: stamp(w.LastAt),
	}
}

func (t Token) wire() api.DirectoryTokenInfo {
	return api.DirectoryTokenInfo{
		ID: t.ID, Hint: t.Hint, CreatedAt: stamp(t.CreatedAt), ExpiresAt: maybeStamp(t.ExpiresAt), LastUsedAt: maybeStamp(t.LastUsedAt),
	}
}

func (t Tolerance) wire() api.DirectoryTolerance {
	return api.DirectoryTolerance{Name: t.Name, Words: t.words(), Count: t.Count, LastAt: stamp(t.LastAt)}
}

func (c Client) wire() api.DirectoryClient {
	return api.DirectoryClient{
		ClientID: c.ID, Name: c.Name, CreatedAt: stamp(c.CreatedAt), LastUsedAt: maybeStamp(c.LastUsedAt),
		Secrets: wireEach(c.Secrets, Secret.wire), Keys: wireEach(c.Keys, PublicKey.wire),
	}
}

func (s Secret) wire() api.DirectoryClientSecretInfo {
	return api.DirectoryClientSecretInfo{
		ID: s.ID, Hint: s.Hint, CreatedAt: stamp(s.CreatedAt), ExpiresAt: maybeStamp(s.ExpiresAt), LastUsedAt: maybeStamp(s.LastUsedAt),
	}
}

func (k PublicKey) wire() api.DirectoryClientKey {
	return api.DirectoryClientKey{KeyID: k.ID, Kind: k.Kind, Algorithms: k.Algorithms, Thumbprint: k.Thumbprint}
}

func (d Day) wire() api.DirectoryDay {
	return api.DirectoryDay{Day: d.Date.Format(time.DateOnly), Requests: d.Requests, Failed: d.Failed}
}

func (g PushedGroup) wire() api.DirectoryGroup { return api.DirectoryGroup(g) }

func (m Mapping) wire() api.DirectoryMappingEntry {
	return api.DirectoryMappingEntry{GroupID: m.Group.ID, GroupName: m.Group.Name, Role: wireRole(m.Role)}
}

func (l Logged) wire(p Provider) api.DirectoryRequest {
	return api.DirectoryRequest{
		ID: l.ID, At: stamp(l.At), Method: l.Method, Path: l.Path, Status: l.Status, Words: l.Words, Problem: l.Problem,
		WhatToDo: l.advice(p), Subject: l.Subject, ResourceID: l.Resource, TookMS: float64(l.Took.Microseconds()) / 1000,
		Address: l.Address, UserAgent: l.Agent, ReplayOf: l.ReplayOf,
	}
}

// wireWhole is wire with the bodies.
func (l Logged) wireWhole(p Provider) api.DirectoryRequest {
	a := l.wire(p)
	a.Sent, a.Answered = &l.Sent, &l.Answered
	return a
}

func (t Story) wire() api.DirectoryTimeline {
	a := api.DirectoryTimeline{
		UserID: t.Resource.ID, UserName: t.subjectOf(), Active: t.Resource.Active, Deleted: t.Gone, Account: string(t.Resource.Account),
		Person: t.Resource.Follower, Requests: wireEach(t.Requests, func(l Logged) api.DirectoryRequest { return l.wire(t.Directory.Provider) }),
	}
	if t.Role.ID != "" {
		role := wireRole(t.Role)
		a.Role = &role
	}
	return a
}

func (r Rehearsed) wire() api.DirectorySelfTestStep {
	return api.DirectorySelfTestStep{
		Words: r.Words, Method: r.Method, Path: r.Path, Status: r.Status, Passed: r.Passed, Answered: r.Answered, WhatToDo: r.WhatToDo,
	}
}

func (l Link) wire() api.DirectoryLinkInfo {
	return api.DirectoryLinkInfo{
		ID: l.ID, CreatedBy: l.Maker.Name, CreatedAt: stamp(l.CreatedAt), ExpiresAt: stamp(l.ExpiresAt), OpenedAt: maybeStamp(l.OpenedAt),
		MayNameAttribute: l.NamesAttribute,
	}
}

func (s Simulation) wire() api.DirectorySimulation {
	a := api.DirectorySimulation{
		UserID: s.Resource, UserName: s.UserName, Name: s.Name, Email: s.Email, AccountID: string(s.Account), LastRole: s.Last,
		Role: wireRole(s.Role), Steps: s.Steps,
	}
	if a.Steps == nil {
		a.Steps = []string{}
	}
	return a
}
