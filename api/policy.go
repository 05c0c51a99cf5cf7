// SPDX-License-Identifier: Apache-2.0

package api

// Policy is a policy as the manage API shows it.
type Policy struct {
	ID             string              `json:"id"`
	Name           string              `json:"name"`
	Description    string              `json:"description"`
	Status         string              `json:"status" enum:"OK,NEEDS_REMEDIATION" doc:"OK while an approved version counts that has not expired."`
	ApprovedAtDate *string             `json:"approvedAtDate" format:"date-time" doc:"Of the newest approved version."`
	LatestVersion  PolicyLatestVersion `json:"latestVersion"`

	// What follows is Muster's own.

	AcceptedCount int64   `json:"acceptedCount" doc:"Of the people who are asked, how many have accepted."`
	AskedCount    int64   `json:"askedCount" doc:"People here who are to accept it."`
	ExpiresDate   *string `json:"expiresDate" format:"date-time" doc:"Of the version that counts; null: never, or none does."`
	Owner         *Owner  `json:"owner"`
	Slug          string  `json:"slug"`
}

// PolicyLatestVersion says how far the newest version of a policy is.
type PolicyLatestVersion struct {
	Status string `json:"status" enum:"NOT_STARTED,DRAFT,PENDING_APPROVAL,APPROVED,RENEW_SOON,EXPIRED"`
}

// PolicyFile is a policy as a file or a request holds it.
type PolicyFile struct {
	APIVersion string `json:"apiVersion,omitempty" enum:"muster/v1"`
	Kind       string `json:"kind,omitempty" enum:"Policy"`

	Slug             string   `json:"slug,omitempty" doc:"Name in files and paths; made of the name when absent. It never changes."`
	Name             string   `json:"name"`
	Description      string   `json:"description,omitempty"`
	Owner            string   `json:"owner,omitempty" doc:"Id or e-mail of a user."`
	Approver         string   `json:"approver,omitempty" doc:"Id or e-mail of the user who alone may approve; anybody who may write policies when absent."`
	AuthorMayApprove bool     `json:"authorMayApprove,omitempty" doc:"Whether who wrote or submitted a version may approve it."`
	Renewal          string   `json:"renewal,omitempty" enum:"P1Y,P0D,P1M,P3M,P6M,P2Y,P3Y" doc:"How long an approved version counts; P0D: for good. P1Y when absent."`
	Groups           []string `json:"groups,omitempty" doc:"Ids or names of the groups whose members must accept."`
	DaysToAccept     int      `json:"daysToAccept,omitempty" minimum:"1" maximum:"365" doc:"14 when absent."`
}

// PolicySettings are what is kept of a policy beside its versions.
type PolicySettings struct {
	ID               string        `json:"id"`
	Slug             string        `json:"slug"`
	Name             string        `json:"name"`
	Description      string        `json:"description"`
	OwnerID          *string       `json:"ownerId"`
	Owner            *Owner        `json:"owner" doc:"The user who has ownerId; null when there is none any more."`
	ApproverID       *string       `json:"approverId"`
	Approver         *Owner        `json:"approver" doc:"The user who has approverId."`
	AuthorMayApprove bool          `json:"authorMayApprove"`
	Renewal          string        `json:"renewal" enum:"P1Y,P0D,P1M,P3M,P6M,P2Y,P3Y"`
	Groups           []PolicyGroup `json:"groups"`
	DaysToAccept     int           `json:"daysToAccept"`
	CreatedDate      string        `json:"createdDate" format:"date-time"`
	UpdatedDate      string        `json:"updatedDate" format:"date-time"`
}

// PolicyGroup is a group whose members must accept a policy.
type PolicyGroup struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// PolicyDraft is the text of a version that nobody has approved yet.
type PolicyDraft struct {
	Text    string `json:"text" doc:"Markdown."`
	Changes string `json:"changes,omitempty" doc:"What is new, in words."`
	Minor   bool   `json:"minor,omitempty" doc:"Acceptances of earlier versions stay."`
}

// PolicyVersion is one version of a policy.
type PolicyVersion struct {
	Number        int64       `json:"number"`
	Status        string      `json:"status" enum:"DRAFT,PENDING_APPROVAL,APPROVED,RENEW_SOON,EXPIRED,REPLACED" doc:"REPLACED: a newer version was approved."`
	Minor         bool        `json:"minor"`
	Changes       string      `json:"changes"`
	SHA256        string      `json:"sha256" doc:"Of the text in UTF-8, or of the file."`
	Size          int64       `json:"size" doc:"In bytes."`
	File          *PolicyName `json:"file" doc:"Null for a version that is a text."`
	Author        string      `json:"author"`
	SubmittedDate *string     `json:"submittedDate" format:"date-time"`
	ApprovedDate  *string     `json:"approvedDate" format:"date-time"`
	ApprovedBy    *string     `json:"approvedBy"`
	ExpiresDate   *string     `json:"expiresDate" format:"date-time" doc:"Null unless it is approved, newest and to be renewed."`
	CreatedDate   string      `json:"createdDate" format:"date-time"`
}

// PolicyName is the name of a file.
type PolicyName struct {
	Name string `json:"name"`
}

// PolicyVersionText is a version with its text.
type PolicyVersionText struct {
	PolicyVersion

	Text *string `json:"text" doc:"Markdown; null when the version is a file."`
}

// PolicyAcceptance is what a policy asks of a person.
type PolicyAcceptance struct {
	PersonID     string  `json:"personId"`
	Name         string  `json:"name"`
	EmailAddress string  `json:"emailAddress"`
	Status       string  `json:"status" enum:"COMPLETE,DUE_SOON,OVERDUE,PAUSED"`
	DueDate      *string `json:"dueDate" format:"date-time"`
	AcceptedDate *string `json:"acceptedDate" format:"date-time"`
	Version      *int64  `json:"version" doc:"That was accepted."`
	SHA256       *string `json:"sha256" doc:"Of what was accepted."`
	RecordedBy   *string `json:"recordedBy" doc:"Null when the person accepted by their own session."`
	Reason       *string `json:"reason" doc:"Of whoever recorded it."`
}

// PolicyAccept accepts the version that counts.
type PolicyAccept struct {
	Version int64 `json:"version" minimum:"1" doc:"The number of the version that was read."`
}

// PolicyRecord records the acceptance of a person.
type PolicyRecord struct {
	PersonID string `json:"personId" doc:"Id or e-mail."`
	Reason   string `json:"reason" minLength:"1" maxLength:"1000" doc:"How it is known: signed on paper, accepted elsewhere."`
}

// PolicyReturn sends a version back to its author.
type PolicyReturn struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000"`
}

// OwnPolicy is a policy that the user who asks is to accept.
type OwnPolicy struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	Description  string  `json:"description"`
	Version      int64   `json:"version"`
	SHA256       string  `json:"sha256"`
	Status       string  `json:"status" enum:"COMPLETE,DUE_SOON,OVERDUE,PAUSED"`
	DueDate      *string `json:"dueDate" format:"date-time"`
	AcceptedDate *string `json:"acceptedDate" format:"date-time"`
}
