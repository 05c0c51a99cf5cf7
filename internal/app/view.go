// SPDX-License-Identifier: Apache-2.0

package app

import (
	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/computer"
	"github.com/passmuster/muster/internal/mapping"
	"github.com/passmuster/muster/internal/resource"
)

// buildViews makes what follows the records of other features' definitions, and
// answers it for package resource, which closes the circle in joinViews.
func (a *App) buildViews() ([]resource.View, error) {
	o := a.options
	a.Accounts = account.New(account.Options{
		Applications: applications{a.OAuth}, DB: a.DB, Directory: a.Directory, Logger: o.Logger, Now: o.Now,
	})
	a.Directory.Followers = append(a.Directory.Followers, a.Accounts)
	a.Mappings = mapping.New(mapping.Options{DB: a.DB, Logger: o.Logger, Now: o.Now})
	var err error
	a.Computers, err = computer.New(computer.Options{DB: a.DB, Directory: a.Directory, Mappings: a.Mappings, Now: o.Now})
	if err != nil {
		return nil, err
	}
	return []resource.View{a.Accounts, a.Computers}, nil
}

// joinViews gives those who follow records what they need of package resource.
func (a *App) joinViews() {
	a.Accounts.Records = a.Resources
	a.Mappings.Refresher = a.Resources
}
