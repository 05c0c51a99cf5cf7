// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
)

// isSlug says whether text may be a slug. What looks like an id may not: routes take
// either.
func isSlug(text string) bool { return text != "" && form.Slug(text) == text && !db.ValidID(text) }

// draft is a policy as somebody sent it, checked.
type draft struct {
	groups   []Group
	settings Settings
	slug     string // "": not said
}

const (
	daysGiven   = 14 // when nothing is said
	longestDays = 365
)

// read checks the file form of a policy (api.PolicyFile). The fault that it answers
// names every wrong place.
func (s *Service) read(ctx context.Context, c caller.Caller, text []byte) (d draft, err error) {
	var problems []fault.Problem
	f := form.Open(text, "", "a policy has a name", &problems)
	if f.Members == nil {
		return d, fault.At(problems...)
	}
	f.Only("a policy", "apiVersion", "kind", "slug", "name", "description", "owner", "approver", "authorMayApprove", "renewal", "groups", "daysToAccept")
	for _, fixed := range [][2]string{{"apiVersion", "muster/v1"}, {"kind", "Policy"}} {
		if word := f.Text(fixed[0], maxName); f.Members[fixed[0]] != nil && word != fixed[1] {
			f.Wrong(fixed[0], "must be %s", fixed[1])
		}
	}
	if d.slug = f.Text("slug", form.MaxSlug); d.slug != "" && !isSlug(d.slug) {
		f.Wrong("slug", "must be lower-case letters and digits with single dashes between them, such as acceptable-use")
	}
	d.settings = Settings{
		DaysToAccept: daysGiven, Description: f.Text("description", maxText), Name: strings.TrimSpace(f.Text("name", maxName)),
		Renewal: f.Word("renewal", renewalWords()...),
	}
	if d.settings.Name == "" {
		f.Wrong("name", "must be present and not empty")
	}
	if raw := f.Members["daysToAccept"]; raw != nil {
		if json.Unmarshal(raw, &d.settings.DaysToAccept) != nil || d.settings.DaysToAccept < 1 || d.settings.DaysToAccept > longestDays {
			f.Wrong("daysToAccept", "must be a whole number from 1 to %d", longestDays)
		}
	}
	if raw := f.Members["authorMayApprove"]; raw != nil && json.Unmarshal(raw, &d.settings.AuthorMayApprove) != nil {
		f.Wrong("authorMayApprove", "must be true or false")
	}
	if err := s.readUsers(ctx, c, &f, &d); err != nil {
		return d, err
	}
	if d.groups, err = s.readGroups(ctx, c, &f); err != nil {
		return d, err
	}
	if len(problems) > 0 {
		return d, fault.At(problems...)
	}
	return d, nil
}

func (s *Service) readUsers(ctx context.Context, c caller.Caller, f *form.Form, d *draft) error {
	for _, member := range []struct {
		name string
		to   *string
	}{{"owner", &d.settings.Owner}, {"approver", &d.settings.Approver}} {
		ref := f.Text(member.name, maxName)
		if ref == "" {
			continue
		}
		user, err := s.Users.PolicyUser(ctx, c, ref)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			f.Wrong(member.name, "there is no user %q", ref)
		case err != nil:
			return err
		case !user.MayOwn:
			f.Wrong(member.name, "%s has a role that owns and approves nothing, or is deactivated", user.Name)
		default:
			*member.to = user.ID
		}
	}
	return nil
}

// readGroups answers groups by their ids or names, none twice.
func (s *Service) readGroups(ctx context.Context, c caller.Caller, f *form.Form) (groups []Group, err error) {
	raw := f.Members["groups"]
	if raw == nil {
		return nil, nil
	}
	var refs []string
	isArray := json.Unmarshal(raw, &refs) == nil
	switch {
	case !isArray:
		f.Wrong("groups", "must be an array of ids or names")
		return nil, nil
	case len(refs) > maxGroups:
		f.Wrong("groups", "must have at most %d elements", maxGroups)
		return nil, nil
	}
	all, _, err := s.Directory.ListGroups(ctx, c, "", 1<<20)
	if err != nil {
		return nil, err
	}
	for i, ref := range refs {
		found := 0
		for _, g := range all {
			one := Group{ID: g.ID, Name: g.Name}
			if string(g.ID) != ref && !strings.EqualFold(g.Name, ref) {
				continue
			}
			if found++; !slices.Contains(groups, one) {
				groups = append(groups, one)
			}
		}
		if found == 0 {
			f.WrongItem("groups", i, "there is no group %q", ref)
		}
	}
	return groups, nil
}
