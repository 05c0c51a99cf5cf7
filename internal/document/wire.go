// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Wire answers documents as lists show them, with the names of owners, and of
// controls to who may read those. base is what others call this server.
func (s *Service) Wire(ctx context.Context, c caller.Caller, base string, list ...Document) ([]api.Document, error) {
	controls, err := s.controlsOf(ctx, c, list)
	if err != nil {
		return nil, err
	}
	owners := map[string]*api.Owner{}
	page := make([]api.Document, len(list))
	for i := range list {
		d := &list[i]
		if _, known := owners[d.Owner]; !known && d.Owner != "" {
			if owners[d.Owner], err = s.wireOwner(ctx, c, d.Owner); err != nil {
				return nil, err
			}
		}
		since, url := instant(d.since()), base+"/documents/"+d.ID
		page[i] = api.Document{
			ID: d.ID, OwnerID: textOrNil(d.Owner), Category: d.Category, Description: d.Description, IsSensitive: d.Sensitive, Title: d.Title,
			UploadStatus: string(d.Status), UploadStatusDate: &since, URL: &url,
			Controls: append([]api.Named{}, controls[d.ID]...), NextRenewalDate: dateOrNil(d.dueAt), Owner: owners[d.Owner],
		}
	}
	return page, nil
}

// wireOwner answers a user with the name that people know; nil for one who is gone.
func (s *Service) wireOwner(ctx context.Context, c caller.Caller, id string) (*api.Owner, error) {
	owner, err := s.Users.Owner(ctx, c, id)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &api.Owner{ID: owner.ID, DisplayName: owner.label(), EmailAddress: owner.Email}, nil
}

// controlsOf answers what documents are evidence for, by their ids.
func (s *Service) controlsOf(ctx context.Context, c caller.Caller, list []Document) (controls map[string][]api.Named, err error) {
	if s.Controls == nil || len(list) == 0 || c.Check(caller.ReadControls) != nil {
		return nil, nil
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		controls, err = s.Controls.ControlsUnder(ctx, tx, c.Workspace, ids)
		return err
	})
	return controls, err
}

// detail answers a document with how it recurs; limit is how large a file may be.
func (d *Document) detail(short api.Document, now time.Time, limit int64) api.DocumentDetail {
	a := api.DocumentDetail{
		Document:          short,
		DeactivatedStatus: api.DocumentDeactivation{CreationDate: instant(d.CreatedAt)},
		Note:              textOrNil(d.Note), RenewalCadence: d.Cadence, ReminderWindow: textOrNil(d.Reminder),
		SubmittedDate: dateOrNil(d.submittedAt), Subscribers: []string{}, TimeSensitivity: d.TimeSensitivity, UploadLimit: limit,
	}
	if d.deactivated(now) {
		a.DeactivatedStatus = api.DocumentDeactivation{
			CreationDate: instant(*d.deactivatedAt), Expiration: dateOrNil(d.deactivatedUntil), Reason: textOrNil(d.deactivatedReason), IsDeactivated: true,
		}
	}
	return a
}

// wireUploads answers files with the names of who brought them.
func (s *Service) wireUploads(ctx context.Context, c caller.Caller, base string, list []Upload) ([]api.UploadedFile, error) {
	type who struct{ kind, id string }
	names := map[who]string{}
	page := make([]api.UploadedFile, len(list))
	for i := range list {
		by := who{list[i].ByType, list[i].ByID}
		if _, known := names[by]; !known && by.kind != "" {
			name, err := s.Users.Uploader(ctx, c, by.kind, by.id)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return nil, err
			}
			names[by] = name
		}
		page[i] = list[i].wire(base)
		page[i].UploaderName = textOrNil(names[by])
	}
	return page, nil
}

func (u *Upload) wire(base string) api.UploadedFile {
	effective := instant(u.EffectiveAt)
	a := api.UploadedFile{
		ID: u.ID, FileName: textOrNil(u.FileName), Title: u.Title, Description: u.Description, MimeType: u.MediaType,
		CreationDate: instant(u.CreatedAt), UpdatedDate: instant(u.UpdatedAt), DeletionDate: dateOrNil(u.DeletedAt), EffectiveDate: &effective,
		URL: base + "/v1/documents/" + u.Document + "/uploads/" + u.ID + "/media", SHA256: u.SHA256, Size: u.Size,
	}
	if u.ByType != "" {
		a.UploadedBy = &api.UploadedBy{Type: u.ByType, ID: u.ByID}
	}
	return a
}

func (l *Link) wire() api.UploadedLink {
	return api.UploadedLink{
		ID: l.ID, CreationDate: instant(l.CreatedAt), EffectiveDate: dateOrNil(l.EffectiveAt), Title: l.Title, URL: l.URL, Description: l.Description,
	}
}

func textOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func dateOrNil(ms *int64) *string {
	if ms == nil {
		return nil
	}
	text := web.TimeOf(*ms).String()
	return &text
}
