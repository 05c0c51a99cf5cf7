// SPDX-License-Identifier: Apache-2.0

package app

import (
	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/resource"
)

// systems describes the definitions that features fill, so that rules can read
// what those know.
func systems() []resource.System {
	return []resource.System{
		account.OwnersSystem(),
		{Name: directory.RecordsName, Schema: []byte(directory.RecordSchema)},
	}
}
