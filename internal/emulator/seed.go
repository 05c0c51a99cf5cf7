// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/resource"
)

// Application is one that was made, with the secret that nobody can read again.
type Application struct {
	ClientID     string
	ClientSecret string
	ID           string
	Name         string
	Scopes       []string
	Type         string // build or manage
}

// Resource is a definition of the Build application.
type Resource struct {
	BaseType   string
	Name       string
	Path       string // the base type as routes spell it
	ResourceID string
}

// Estate is all that a server is seeded with.
type Estate struct {
	Applications []Application
	Resources    []Resource // one for each base type, in the order of the contract
}

// customSchema is that of the custom resource; the quickstart's servers fit it.
const customSchema = `{"properties": {"name": {"type": "string"}, "active": {"type": "boolean"}, "memory": {"type": "int32"}, "lastUpdated": {"type": "timestamp"}}}`

// Seed makes the applications and definitions in the default workspace of an empty
// database. The same seed gives the same client ids, secrets and resourceIds; the
// empty one gives others each time. Tokens are never foreseeable.
func Seed(ctx context.Context, a *app.App, seed string, now func() time.Time) (Estate, error) {
	w, err := a.Workspaces.Get(ctx, "")
	if err != nil {
		return Estate{}, err
	}
	actor := caller.Caller{Kind: caller.CommandLine, Name: "emulator", Workspace: w.Caller()}
	// A service of its own, because the server's draws its tokens from the system.
	maker := oauth.New(oauth.Options{DB: a.DB, Now: now, Random: source(seed)})
	var estate Estate
	for _, in := range []oauth.NewApplication{
		{Name: "Emulated Build Integration", Description: "Pushes records.", Type: oauth.Build},
		{Name: "Emulated Console", Description: "Looks after tests and reads.", Type: oauth.Manage},
	} {
		made, secret, err := maker.Create(ctx, actor, in)
		if err != nil {
			return Estate{}, fmt.Errorf("seed %s: %w", in.Name, err)
		}
		one := Application{ClientID: made.ClientID, ClientSecret: secret, ID: string(made.ID), Name: made.Name, Type: string(made.Type)}
		for _, scope := range made.Scopes {
			one.Scopes = append(one.Scopes, string(scope))
		}
		estate.Applications = append(estate.Applications, one)
	}
	for _, base := range resource.Bases() {
		made, err := define(ctx, a, actor, estate.Applications[0].ID, seed, base)
		if err != nil {
			return Estate{}, fmt.Errorf("seed %s: %w", base, err)
		}
		estate.Resources = append(estate.Resources, made)
	}
	return estate, nil
}

func define(ctx context.Context, a *app.App, actor caller.Caller, application, seed string, base resource.Base) (Resource, error) {
	in := resource.NewDefinition{Application: application, Base: string(base), ID: resourceID(seed, base), Name: spaced(string(base))}
	if base == resource.CustomResource {
		in.Schema = []byte(customSchema)
	}
	made, err := a.Resources.Create(ctx, actor, in)
	return Resource{BaseType: string(base), Name: made.Name, Path: base.Snake(), ResourceID: string(made.ID)}, err
}

// source answers what client ids and secrets are drawn from.
func source(seed string) io.Reader {
	if seed == "" {
		return rand.Reader
	}
	return mathrand.NewChaCha8(sha256.Sum256([]byte("applications of " + seed)))
}

// resourceID answers an id of the usual form, "" for one that is new each time.
func resourceID(seed string, base resource.Base) resource.ID {
	if seed == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(string(base) + " of " + seed))
	const bytes = 12
	return resource.ID(hex.EncodeToString(sum[:bytes]))
}

// spaced writes UserAccount as User Account.
func spaced(name string) string {
	var b strings.Builder
	for i, letter := range name {
		if i > 0 && letter >= 'A' && letter <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(letter)
	}
	return b.String()
}
