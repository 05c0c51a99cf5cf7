// SPDX-License-Identifier: Apache-2.0

package api

// Document is a document as lists show it (contract manage-api.md).
type Document struct {
	ID               string  `json:"id"`
	OwnerID          *string `json:"ownerId"`
	Category         string  `json:"category" enum:"Accounts access,Account security,Account setup,Computers,Custom,Data storage,Employees,Infrastructure,IT,Logging,Monitoring alerts,People,Policies,Risk analysis,Software development,CSPM alert management,Vendors,Vulnerability management"`
	Description      string  `json:"description"`
	IsSensitive      bool    `json:"isSensitive"`
	Title            string  `json:"title"`
	UploadStatus     string  `json:"uploadStatus" enum:"Needs document,Needs update,Not relevant,OK"`
	UploadStatusDate *string `json:"uploadStatusDate" format:"date-time" doc:"Since when the status holds."`
	URL              *string `json:"url" doc:"Of its page."`
	Controls         []Named `json:"controls" doc:"What it is evidence for; none for who may not read controls."`
	NextRenewalDate  *string `json:"nextRenewalDate" format:"date-time" doc:"When the newest evidence is too old."`
	Owner            *Owner  `json:"owner"`
}

// DocumentDetail is a document with how it recurs.
type DocumentDetail struct {
	Document
	DeactivatedStatus DocumentDeactivation `json:"deactivatedStatus"`
	Note              *string              `json:"note"`
	RenewalCadence    string               `json:"renewalCadence" enum:"P0D,P1D,P1W,P1M,P3M,P6M,P1Y"`
	ReminderWindow    *string              `json:"reminderWindow" enum:"P0D,P1D,P1W,P1M,P3M"`
	SubmittedDate     *string              `json:"submittedDate" format:"date-time" doc:"When somebody last said that the collection is complete."`
	Subscribers       []string             `json:"subscribers" doc:"Ids of users."`
	TimeSensitivity   string               `json:"timeSensitivity" enum:"MOST_RECENT,DURING_AUDIT_WINDOW"`
	UploadLimit       int64                `json:"uploadLimit" doc:"How large a file may be, in bytes."`
}

// DocumentDeactivation says whether a document is not relevant just now.
type DocumentDeactivation struct {
	CreationDate  string  `json:"creationDate" format:"date-time" doc:"When it was deactivated; of a document that is not, its own creation."`
	Expiration    *string `json:"expiration" format:"date-time"`
	Reason        *string `json:"reason"`
	IsDeactivated bool    `json:"isDeactivated"`
}

// DocumentInput makes a document: the manage API's CreateDocumentInput.
type DocumentInput struct {
	Title           string `json:"title" minLength:"1" maxLength:"200"`
	Description     string `json:"description" maxLength:"10000"`
	TimeSensitivity string `json:"timeSensitivity" enum:"MOST_RECENT,DURING_AUDIT_WINDOW"`
	Cadence         string `json:"cadence" enum:"P0D,P1D,P1W,P1M,P3M,P6M,P1Y" doc:"How often new evidence is due; P0D: once."`
	ReminderWindow  string `json:"reminderWindow" enum:"P0D,P1D,P1W,P1M,P3M" doc:"How long before that the trail says so; P0D: not."`
	IsSensitive     bool   `json:"isSensitive" doc:"Only its owner, Admins, View-only Admins and applications with a scope of the manage API know of it."`
}

// DocumentEdit changes a document; what is absent stays.
type DocumentEdit struct {
	Title           *string `json:"title,omitempty" minLength:"1" maxLength:"200"`
	Description     *string `json:"description,omitempty" maxLength:"10000"`
	TimeSensitivity *string `json:"timeSensitivity,omitempty" enum:"MOST_RECENT,DURING_AUDIT_WINDOW"`
	Cadence         *string `json:"cadence,omitempty" enum:"P0D,P1D,P1W,P1M,P3M,P6M,P1Y"`
	ReminderWindow  *string `json:"reminderWindow,omitempty" enum:"P0D,P1D,P1W,P1M,P3M"`
	IsSensitive     *bool   `json:"isSensitive,omitempty"`
	Note            *string `json:"note,omitempty" maxLength:"10000"`
}

// DocumentPause says why a document does not count for a while.
type DocumentPause struct {
	Reason string `json:"deactivateReason" minLength:"1" maxLength:"10000"`
	Until  string `json:"deactivateUntilDate,omitempty" format:"date-time" doc:"For good when absent."`
}

// UploadedFile is a file that stands for a document: the manage API's
// UploadedFileT.
type UploadedFile struct {
	ID            string      `json:"id"`
	FileName      *string     `json:"fileName"`
	Title         string      `json:"title"`
	Description   *string     `json:"description"`
	MimeType      string      `json:"mimeType"`
	UploadedBy    *UploadedBy `json:"uploadedBy" doc:"null: by the command line."`
	CreationDate  string      `json:"creationDate" format:"date-time"`
	UpdatedDate   string      `json:"updatedDate" format:"date-time"`
	DeletionDate  *string     `json:"deletionDate" format:"date-time"`
	EffectiveDate *string     `json:"effectiveDate" format:"date-time"`
	URL           string      `json:"url" doc:"Where its content is, for whoever may download it."`
	SHA256        string      `json:"sha256" doc:"Of its content, as the evidence ledger has it."`
	Size          int64       `json:"size" doc:"In bytes."`
	UploaderName  *string     `json:"uploaderName" doc:"null: by the command line, or by who is gone."`
}

// UploadedBy is who brought a file.
type UploadedBy struct {
	Type string `json:"type" enum:"USER,APPLICATION"`
	ID   string `json:"id"`
}

// UploadedLink is a link that stands for a document.
type UploadedLink struct {
	ID            string  `json:"id"`
	CreationDate  string  `json:"creationDate" format:"date-time"`
	EffectiveDate *string `json:"effectiveDate" format:"date-time"`
	Title         string  `json:"title"`
	URL           string  `json:"url"`
	Description   string  `json:"description"`
}

// DocumentLinkInput makes a link: the manage API's CreateLinkForDocumentInput.
type DocumentLinkInput struct {
	URL           string  `json:"url" minLength:"1" maxLength:"2000"`
	Title         string  `json:"title" minLength:"1" maxLength:"200"`
	Description   *string `json:"description,omitempty" maxLength:"10000"`
	EffectiveDate *string `json:"effectiveDate,omitempty" format:"date-time"`
}

// DocumentBrief is a document as a control shows it.
type DocumentBrief struct {
	ID           string  `json:"id"`
	Title        *string `json:"title" doc:"null of a sensitive one."`
	UploadStatus string  `json:"uploadStatus" enum:"Needs document,Needs update,Not relevant,OK"`
}
