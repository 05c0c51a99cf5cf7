// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/scope"
)

type scopeOutput struct{ Body api.FrameworkScope }

func answerScope(bound *scope.Scope, err error) (*scopeOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &scopeOutput{}
	if bound != nil {
		out.Body.Scope = &bound.Slug
	}
	return out, nil
}

func (s *Service) getScope(ctx context.Context, in *FrameworkRef) (*scopeOutput, error) {
	return answerScope(s.ScopeOf(ctx, caller.From(ctx), in.Framework))
}

func (s *Service) putScope(ctx context.Context, in *struct {
	FrameworkRef
	Body api.FrameworkScope
},
) (*scopeOutput, error) {
	ref := ""
	if in.Body.Scope != nil {
		ref = *in.Body.Scope
	}
	return answerScope(s.BindScope(ctx, caller.From(ctx), in.Framework, ref))
}
