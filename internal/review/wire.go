// SPDX-License-Identifier: Apache-2.0

package review

import (
	"strings"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/web"
)

func wireTime(at time.Time) string { return web.TimeOf(db.Millis(at)).String() }

func wireMaybe(at *time.Time) *string {
	if at == nil {
		return nil
	}
	s := wireTime(*at)
	return &s
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// stateWords are the states of reviews, by the words of the wire.
var stateWords = map[string]State{"DRAFT": Draft, "IN_PROGRESS": Started, "COMPLETED": Completed, "CANCELLED": Cancelled}

// Word answers the word of the wire.
func (s State) Word() string {
	if s == Started {
		return "IN_PROGRESS"
	}
	return strings.ToUpper(string(shownState(s)))
}

func (a Actor) wire() *api.AccessReviewActor {
	if a == (Actor{}) {
		return nil
	}
	return &api.AccessReviewActor{ID: orNull(a.ID), Name: a.Name, Type: strings.ToUpper(strings.ReplaceAll(string(a.Kind), "-", "_"))}
}

func (r Reviewer) wire() api.Owner {
	return api.Owner{DisplayName: r.label(), EmailAddress: r.Email, ID: r.ID}
}

func (c Counts) wire() api.AccessReviewCounts {
	return api.AccessReviewCounts{
		Gone: c[Gone], Kept: c[Kept], Pending: c[Pending], Removed: c[Removed], ToBeRemoved: c[ToRemove], Total: c.Total(),
	}
}

// wire answers the review as the API shows it.
func (r Review) wire() api.AccessReview {
	w := api.AccessReview{
		Counts: r.Counts.wire(), CreatedBy: r.CreatedBy.wire(), CreationDate: wireTime(r.CreatedAt), Description: r.Description,
		DueDate: wireMaybe(r.DueAt), EndedBy: r.EndedBy.wire(), EndedDate: wireMaybe(r.EndedAt), ID: string(r.ID), Name: r.Name,
		StartedBy: r.StartedBy.wire(), StartedDate: wireMaybe(r.StartedAt), Status: r.State.Word(), Systems: make([]api.AccessReviewSystem, len(r.Systems)),
	}
	for i, s := range r.Systems {
		w.Systems[i] = api.AccessReviewSystem{
			Counts: s.Counts.wire(), IntegrationID: s.Definition.Application, ResourceID: string(s.Definition.ID), ResourceKind: s.Definition.Name,
			Reviewer: s.Reviewer.wire(),
		}
	}
	return w
}
