// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

func (s *Service) mountWeaknesses(server *web.Server) {
	web.Register(server, web.Route{
		Class: web.ClassManage, ID: "listWeakEvidence", Method: http.MethodGet, Path: "/v1/weak-evidence",
		Permission: caller.ReadTests, Summary: "Evidence that proves less than it seems to", Tag: "Tests",
	}, s.getWeaknesses)
}

type weakInput struct {
	web.PageInput
	Kind string `enum:"CONTROL_WITHOUT_TEST,NO_RECORDS,ONLY_EXCEPTIONS,STALE_SOURCE,UNDECIDED_CONDITION,UNREAD_FIELDS" query:"kind"`
}

type weakOutput struct{ Body web.Page[api.Weakness] }

func (s *Service) getWeaknesses(ctx context.Context, in *weakInput) (*weakOutput, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	q := WeakQuery{Kind: in.Kind, Limit: in.Size()}
	if after != nil {
		q.After = after[0]
	}
	found, more, err := s.Weaknesses(ctx, caller.From(ctx), q)
	if err != nil {
		return nil, err
	}
	page := make([]api.Weakness, len(found))
	for i := range found {
		page[i] = found[i].wire()
	}
	cursor := func(w api.Weakness) string { return web.EncodeCursor(w.ID) }
	return &weakOutput{web.NewPage(page, cursor, more, after != nil)}, nil
}

func (w *Weakness) wire() api.Weakness {
	a := api.Weakness{ID: w.Key(), Kind: string(w.Kind), Sentence: w.Sentence, Part: maybeText(w.Part), Fields: list(w.Fields)}
	switch {
	case w.Control != nil:
		a.Control = &api.Named{ID: w.Control.ID, Name: w.Control.Name}
	case w.Definition != "":
		a.Resource = &api.Named{ID: string(w.Definition), Name: w.DefinitionName}
	default:
		a.Test = &api.Named{ID: w.Test.PublicID, Name: w.Test.Name}
	}
	return a
}
