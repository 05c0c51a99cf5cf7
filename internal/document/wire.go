// SPDX-License-Identifier: Apache-2.0

package document

import (
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/web"
)

// Wire answers a document as lists show it.
func (d *Document) Wire() api.Document {
	since := instant(d.since())
	return api.Document{
		ID: d.ID, OwnerID: textOrNil(d.Owner), Category: d.Category, Description: d.Description, IsSensitive: d.Sensitive, Title: d.Title,
		UploadStatus: string(d.Status), UploadStatusDate: &since,
	}
}

func (d *Document) detail(now time.Time) api.DocumentDetail {
	a := api.DocumentDetail{
		Document:          d.Wire(),
		DeactivatedStatus: api.DocumentDeactivation{CreationDate: instant(d.CreatedAt)},
		Note:              textOrNil(d.Note), NextRenewalDate: dateOrNil(d.dueAt), RenewalCadence: d.Cadence, ReminderWindow: textOrNil(d.Reminder),
		Subscribers: []string{},
	}
	if d.deactivated(now) {
		a.DeactivatedStatus = api.DocumentDeactivation{
			CreationDate: instant(*d.deactivatedAt), Expiration: dateOrNil(d.deactivatedUntil), Reason: textOrNil(d.deactivatedReason), IsDeactivated: true,
		}
	}
	return a
}

func (u *Upload) wire(base string) api.UploadedFile {
	effective := instant(u.EffectiveAt)
	a := api.UploadedFile{
		ID: u.ID, FileName: textOrNil(u.FileName), Title: u.Title, Description: u.Description, MimeType: u.MediaType,
		CreationDate: instant(u.CreatedAt), UpdatedDate: instant(u.UpdatedAt), DeletionDate: dateOrNil(u.DeletedAt), EffectiveDate: &effective,
		URL: base + "/v1/documents/" + u.Document + "/uploads/" + u.ID + "/media",
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
