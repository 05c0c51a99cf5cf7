// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// fileOutput is a file that no browser opens here.
type fileOutput struct {
	Body        func(huma.Context)
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
}

func attachment(v Version, content []byte, err error) (*fileOutput, error) {
	if err != nil {
		return nil, err
	}
	return &fileOutput{
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": v.FileName}),
		Policy:      "sandbox; default-src 'none'",
		Body: web.StreamBody(http.StatusOK, fileType, func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		}),
	}, nil
}

func cursorOf(v api.PolicyVersion) string { return web.EncodeCursor(strconv.FormatInt(v.Number, 10)) }

// numberCursor reads a cursor that holds a number; 0 for the empty one.
func numberCursor(text string) (int64, error) {
	parts, err := web.DecodeCursor(text, 1)
	if err != nil || parts == nil {
		return 0, err
	}
	number, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || number < 1 {
		return 0, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	return number, nil
}

// wireAll answers policies as the manage API shows them at an instant, with the names of
// owners and how many have accepted.
func (s *Service) wireAll(ctx context.Context, c caller.Caller, list []Policy, now time.Time) ([]api.Policy, error) {
	var counts map[string]acceptances
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		counts, err = countAcceptances(ctx, tx, c.Workspace, db.Millis(now))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count acceptances: %w", err)
	}
	page, owners := make([]api.Policy, len(list)), map[string]*api.Owner{}
	for i, p := range list {
		page[i] = p.wire(now)
		page[i].AcceptedCount, page[i].AskedCount = counts[p.ID].accepted, counts[p.ID].asked
		if page[i].Owner, err = s.wireUser(ctx, c, p.Settings.Owner, owners); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// wireUser answers a user with the name that people know, nil for one who is gone; known
// are those that were asked for.
func (s *Service) wireUser(ctx context.Context, c caller.Caller, id string, known map[string]*api.Owner) (*api.Owner, error) {
	if found, is := known[id]; is || id == "" {
		return found, nil
	}
	user, err := s.Users.PolicyUser(ctx, c, id)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	if err == nil {
		known[id] = &api.Owner{ID: user.ID, DisplayName: cmp.Or(user.Name, user.Email), EmailAddress: user.Email}
	}
	return known[id], nil
}

// wire answers the policy as the manage API shows it at an instant.
func (p Policy) wire(now time.Time) api.Policy {
	w := api.Policy{
		ID: p.ID, Name: p.Settings.Name, Description: p.Settings.Description, Status: "NEEDS_REMEDIATION", ApprovedAtDate: maybe(p.head.approvedAt),
		LatestVersion: api.PolicyLatestVersion{Status: string(p.Latest(now))}, Slug: p.Slug, ExpiresDate: maybeTime(p.Expires()),
	}
	if p.OK(now) {
		w.Status = "OK"
	}
	return w
}

func (p Policy) wireSettings() api.PolicySettings {
	w := api.PolicySettings{
		ID: p.ID, Slug: p.Slug, Name: p.Settings.Name, Description: p.Settings.Description, OwnerID: orNull(p.Settings.Owner),
		ApproverID: orNull(p.Settings.Approver), AuthorMayApprove: p.Settings.AuthorMayApprove, Renewal: p.Settings.Renewal,
		Groups: make([]api.PolicyGroup, len(p.Groups)), DaysToAccept: p.Settings.DaysToAccept,
		CreatedDate: web.TimeOf(p.CreatedAt).String(), UpdatedDate: web.TimeOf(p.UpdatedAt).String(),
	}
	for i, g := range p.Groups {
		w.Groups[i] = api.PolicyGroup{ID: string(g.ID), Name: g.Name}
	}
	return w
}

func (v Version) wire(p Policy, now time.Time) api.PolicyVersion {
	status, expires := v.At(p, now)
	w := api.PolicyVersion{
		Number: v.Number, Status: string(status), Minor: v.Minor, Changes: v.Changes, SHA256: v.SHA256, Size: v.Size, Author: v.Author,
		SubmittedDate: maybe(v.SubmittedAt), ApprovedDate: maybe(v.ApprovedAt), ApprovedBy: orNull(v.ApprovedBy), ExpiresDate: maybeTime(expires),
		CreatedDate: web.TimeOf(v.CreatedAt).String(),
	}
	if v.FileName != "" {
		w.File = &api.PolicyName{Name: v.FileName}
	}
	return w
}

// due answers by when an open task is to be done; nil when it is done or waits.
func (t Task) due(now time.Time) *string {
	if status := t.Status(now); status == "COMPLETE" || status == "PAUSED" {
		return nil
	}
	return maybeTime(&t.DueAt)
}

func (t Task) wire(now time.Time) api.PolicyAcceptance {
	w := api.PolicyAcceptance{
		PersonID: string(t.Person.ID), Name: t.Person.Name.Display, EmailAddress: t.Person.Email, Status: t.Status(now), DueDate: t.due(now),
	}
	if a := t.Acceptance; a != nil {
		w.AcceptedDate, w.Version, w.SHA256, w.RecordedBy, w.Reason = maybe(&a.At), &a.Number, &a.SHA256, orNull(a.RecordedBy), orNull(a.Reason)
	}
	return w
}

func (t Task) wireOwn(now time.Time) api.OwnPolicy {
	w := api.OwnPolicy{
		ID: t.Policy.ID, Name: t.Policy.Settings.Name, Description: t.Policy.Settings.Description, Version: t.Policy.head.approved,
		SHA256: t.Policy.head.sum, Status: t.Status(now), DueDate: t.due(now),
	}
	if t.Acceptance != nil {
		at := db.Time(t.Acceptance.At)
		w.AcceptedDate = maybeTime(&at)
	}
	return w
}
