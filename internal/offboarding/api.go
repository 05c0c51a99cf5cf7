// SPDX-License-Identifier: Apache-2.0

package offboarding

import (
	"context"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the route of departures; POST /v1/people/offboard is directory's.
func (s *Service) Mount(server *web.Server) {
	web.Register(server, web.Route{
		Class: web.ClassManage, ID: "getPersonOffboarding", Method: "GET", Path: "/v1/people/{personId}/offboarding", Permission: caller.ReadPeople,
		Summary: "What must be true when a person leaves", Tag: "People",
	}, s.getOffboarding)
}

// PersonInput names a person.
type PersonInput struct {
	Person string `path:"personId"`
}

type offboardingOutput struct{ Body api.Offboarding }

func (s *Service) getOffboarding(ctx context.Context, in *PersonInput) (*offboardingOutput, error) {
	d, err := s.Get(ctx, caller.From(ctx), directory.PersonID(in.Person))
	if err != nil {
		return nil, err
	}
	return &offboardingOutput{d.wire(s.Now())}, nil
}

func wireMaybe(at *time.Time) *string {
	if at == nil {
		return nil
	}
	s := web.TimeOf(db.Millis(*at)).String()
	return &s
}

func (d Departure) wire(now time.Time) api.Offboarding {
	accounts := api.OffboardingCondition{IsMet: len(d.Accounts) == 0, Kind: "ACCOUNTS_REMOVED", Open: []api.OffboardingItem{}}
	for _, a := range d.Accounts {
		accounts.Open = append(accounts.Open, api.OffboardingItem{DisplayName: a.Name, ID: string(a.ID), ResourceKind: a.System})
	}
	computers := api.OffboardingCondition{IsMet: len(d.Computers) == 0, Kind: "COMPUTERS_RETURNED", Open: []api.OffboardingItem{}}
	for _, c := range d.Computers {
		computers.Open = append(computers.Open, api.OffboardingItem{DisplayName: c.Name, ID: c.ID})
	}
	return api.Offboarding{
		AcknowledgedDate: wireMaybe(d.AcknowledgedAt), CompletionDate: wireMaybe(d.CompletedAt), DueDate: wireMaybe(d.DueAt),
		LeftDate: wireMaybe(d.LeftAt), PersonID: string(d.Person), Status: string(d.Status(now)),
		Conditions: []api.OffboardingCondition{
			accounts, computers, {IsMet: d.AcknowledgedAt != nil, Kind: "DEPARTURE_ACKNOWLEDGED", Open: []api.OffboardingItem{}},
		},
	}
}
