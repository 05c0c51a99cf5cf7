// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/computer"
	"github.com/passmuster/muster/internal/integration"
	"github.com/passmuster/muster/internal/mapping"
	"github.com/passmuster/muster/internal/offboarding"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/review"
	"github.com/passmuster/muster/internal/vulnerability"
)

// buildViews makes what follows the records of other features' definitions, and
// answers it for package resource, which closes the circle in joinViews.
func (a *App) buildViews() ([]resource.View, error) {
	o := a.options
	a.Accounts = account.New(account.Options{
		Applications: applications{a.OAuth}, DB: a.DB, Directory: a.Directory, Logger: o.Logger, Now: o.Now,
	})
	a.Directory.Followers = append(a.Directory.Followers, a.Accounts)
	a.Reviews = review.New(review.Options{
		Accounts: a.Accounts, DB: a.DB, Directory: a.Directory, Logger: o.Logger, Now: o.Now, Users: reviewers{a.Access},
	})
	a.Mappings = mapping.New(mapping.Options{DB: a.DB, Logger: o.Logger, Now: o.Now})
	var err error
	a.Computers, err = computer.New(computer.Options{DB: a.DB, Directory: a.Directory, Mappings: a.Mappings, Now: o.Now})
	if err != nil {
		return nil, err
	}
	a.Offboarding = offboarding.New(offboarding.Options{
		Accounts: a.Accounts, Computers: a.Computers, DB: a.DB, Directory: a.Directory, Now: o.Now,
	})
	a.Vulnerabilities, err = vulnerability.New(vulnerability.Options{DB: a.DB, Mappings: a.Mappings, Now: o.Now})
	if err != nil {
		return nil, err
	}
	a.Integrations = integration.New(integration.Options{
		Applications: applications{a.OAuth}, DB: a.DB, Directory: a.Directory, Now: o.Now,
	})
	return []resource.View{a.Accounts, a.Computers, a.Integrations, a.Vulnerabilities.Assets, a.Vulnerabilities}, nil
}

// joinViews gives those who follow records what they need of package resource.
func (a *App) joinViews() {
	a.Accounts.Records = a.Resources
	a.Mappings.Refresher = a.Resources
}

// reviewers tells package review what it needs of package access.
type reviewers struct{ *access.Service }

// Reviewer answers a user who may decide on accounts.
func (r reviewers) Reviewer(ctx context.Context, c caller.Caller, ref string) (review.Reviewer, error) {
	owner, err := users(r).Owner(ctx, c, ref)
	return review.Reviewer{Email: owner.Email, ID: owner.ID, MayOwn: owner.MayOwn, Name: owner.Name}, err
}
