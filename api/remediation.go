// SPDX-License-Identifier: Apache-2.0

package api

// Remediation is a failure of one record under a test, with the time by which it
// is due: open, or ended.
type Remediation struct {
	ID              string           `json:"id"`
	Status          string           `json:"status" enum:"OPEN,OVERDUE,WITHIN,MISSED,EXCEPTED" doc:"OPEN and OVERDUE ones still fail. Of those that ended: in time, too late, or past the due time under an exception that began before it."`
	Test            Named            `json:"test"`
	Entity          NamedEntity      `json:"entity"`
	SLA             *string          `json:"sla" doc:"Slug of the SLA that it goes by."`
	DetectedDate    string           `json:"detectedDate" format:"date-time"`
	SLADeadlineDate string           `json:"slaDeadlineDate" format:"date-time"`
	RemediationDate *string          `json:"remediationDate" format:"date-time" doc:"When it ended; null while it is open."`
	Ended           *string          `json:"ended" enum:"fixed,gone,out_of_scope" doc:"How; null while it is open."`
	Acknowledgement *Acknowledgement `json:"acknowledgement" doc:"What somebody had to say about a due time that passed."`
}

// NamedEntity is a record with the names that people know it by.
type NamedEntity struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName" doc:"The uniqueId of a record that is gone."`
	UniqueID    string `json:"uniqueId"`
}

// Acknowledgement is what somebody had to say about a missed due time.
type Acknowledgement struct {
	Comment string `json:"comment"`
	By      Author `json:"by"`
	Date    string `json:"date" format:"date-time"`
}

// AcknowledgementInput says something about a missed due time.
type AcknowledgementInput struct {
	Comment string `json:"comment"`
}
