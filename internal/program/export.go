// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"slices"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// ExportControl answers a control in use as a file, which readFile takes without
// loss.
func (s *Service) ExportControl(ctx context.Context, c caller.Caller, ref string) (file api.ControlFile, err error) {
	var d Detail
	var slugs []string
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		control, err := s.find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		if d, err = s.detail(ctx, tx, c.Workspace, control); err != nil {
			return err
		}
		slugs, err = s.testSlugs(ctx, tx, c.Workspace, control.ID)
		return err
	}); err != nil {
		return file, err
	}
	return s.controlFile(ctx, c, d.Control, d.Places, slugs)
}

// testSlugs answers the slugs of the tests of a control, sorted.
func (s *Service) testSlugs(ctx context.Context, tx *db.Tx, w caller.Workspace, control string) ([]string, error) {
	proofs, err := selectTestsOf(ctx, tx, w, []string{control})
	if err != nil {
		return nil, err
	}
	numbers := make([]int64, len(proofs))
	for i, p := range proofs {
		numbers[i] = p.test
	}
	tests, err := s.Tests.ByNumbers(ctx, tx, w, numbers)
	slugs := make([]string, len(tests))
	for i, t := range tests {
		slugs[i] = t.Slug
	}
	slices.Sort(slugs)
	return slugs, err
}

func (s *Service) controlFile(ctx context.Context, c caller.Caller, control Control, places []Place, tests []string) (api.ControlFile, error) {
	file := api.ControlFile{
		APIVersion: apiVersion, Kind: "Control", ExternalID: control.ExternalID, Name: control.Name, Description: control.Description,
		Domains: list(control.Domains), EffectiveDate: instant(control.EffectiveAt), Role: control.Role, Note: control.Note,
		CustomFields: wireFields(control.Fields), Requirements: map[string][]string{}, Tests: tests,
	}
	for _, p := range places {
		file.Requirements[p.Framework] = append(file.Requirements[p.Framework], p.Requirement)
	}
	if control.Owner == "" {
		return file, nil
	}
	owner, err := s.Users.Owner(ctx, c, control.Owner)
	if fault.KindOf(err) == fault.NotFound {
		return file, nil // they have gone
	}
	file.Owner = owner.Email
	return file, err
}
