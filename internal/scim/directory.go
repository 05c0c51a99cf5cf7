// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/scim/schema"
)

// DirectoryID names a directory in its base URL.
type DirectoryID string

// Provider is the identity provider behind a directory.
type Provider string

// The providers that the set-up knows.
const (
	Entra     Provider = "entra"
	Generic   Provider = "generic"
	Google    Provider = "google"
	JumpCloud Provider = "jumpcloud"
	Okta      Provider = "okta"
	OneLogin  Provider = "onelogin"
)

// Providers answers all of them, in the order shown.
func Providers() []Provider { return []Provider{Okta, Entra, JumpCloud, OneLogin, Google, Generic} }

// State is where the connection of a directory stands (contract section 3).
type State string

// The states.
const (
	Validating         State = "validating"          // no authorised request yet
	Linked             State = "linked"              // Active
	Unlinked           State = "unlinked"            // switched off here: requests get 403
	InvalidCredentials State = "invalid_credentials" // the last requests came with a dead token
)

// Directory is the connection to one identity provider.
type Directory struct {
	AlertedAt     *time.Time // when an unusual share was last deactivated; nil: never
	CreatedAt     time.Time
	DefaultRole   access.RoleID // of who has no other
	ID            DirectoryID
	LinkedAt      *time.Time // nil: never
	Name          string
	Number        int64
	Provider      Provider
	RoleAttribute string // "" while none is named
	State         State
	Strict        bool // the interop profile to the letter (contract 1.12)
	UpdatedAt     time.Time
	Workspace     caller.Workspace

	edition int64 // of the settings that roles follow from
	learned int64 // names that it has learned
}

func (d Directory) subject() evidence.Subject {
	return evidence.Subject{Kind: "directory", ID: string(d.ID), Name: d.Name}
}

// mode answers how bodies are read.
func (d Directory) mode() schema.Mode {
	if d.Strict {
		return schema.Strict
	}
	return schema.Tolerant
}

// actor answers the directory as who does something.
func (d Directory) actor(address string) caller.Caller {
	return caller.Caller{Address: address, ID: string(d.ID), Kind: caller.Directory, Name: d.Name, Workspace: d.Workspace}
}
