// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// actorJSON answers who made a link, as rows have it.
func actorJSON(c caller.Caller) string {
	text, err := json.Marshal(map[string]string{"kind": string(c.Kind), "id": c.ID, "name": c.Name})
	if err != nil {
		panic(err) // three strings that were read from JSON or the database
	}
	return string(text)
}

// mostTold is how many accounts an entry names.
const mostTold = 20

// target names an account in an entry.
func target(id, name string) map[string]string {
	return map[string]string{"kind": "account", "id": id, "name": name}
}

// appendLinked says that accounts of a system were linked by e-mail: how many,
// some of them by name, and the digest over "account person" lines, sorted.
func (s *Service) appendLinked(ctx context.Context, tx *db.Tx, d resource.Definition, links []link) error {
	if len(links) == 0 {
		return nil
	}
	lines := make([]string, len(links))
	var named []map[string]string
	for i, l := range links {
		lines[i] = l.account + " " + string(l.person.ID) + "\n"
		if i < mostTold {
			named = append(named, target(l.account, l.name))
		}
	}
	slices.Sort(lines)
	sum := sha256.New()
	for _, line := range lines {
		sum.Write([]byte(line))
	}
	return evidence.Append(ctx, tx, s.instant(), evidence.Entry{
		Actor: system(d.Workspace), Kind: "account", Subject: evidence.Subject{Kind: "definition", ID: string(d.ID), Name: d.Name},
		Body: map[string]any{
			"what": "linked by e-mail", "linked": len(links), "accounts": named, "digest": hex.EncodeToString(sum.Sum(nil)),
		},
	})
}

// appendPerson says what a change of a person did to accounts.
func (s *Service) appendPerson(ctx context.Context, tx *db.Tx, p directory.Person, w caller.Workspace, what string, places []place) error {
	var named []map[string]string
	for _, at := range places {
		named = append(named, target(at.id(), at.name))
	}
	return evidence.Append(ctx, tx, s.instant(), evidence.Entry{
		Actor: system(w), Kind: "account", Subject: evidence.Subject{Kind: "person", ID: string(p.ID), Name: p.Name.Display},
		Body: map[string]any{"what": what, "linked": len(places), "accounts": named},
	})
}
