// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// Exception leaves out of a test one record, or every record that a condition
// matches.
type Exception struct {
	ID          string       `json:"id"`
	Status      string       `json:"status" enum:"PENDING,APPROVED,DECLINED,ENDED" doc:"Only an APPROVED one leaves anything out."`
	Test        Named        `json:"test"`
	Entity      *NamedEntity `json:"entity" doc:"The record; null where a condition says which."`
	Condition   json.Value   `json:"condition" doc:"In the language of tests, looked at anew whenever a record is judged; null where it is one record."`
	Sentence    *string      `json:"sentence" doc:"The condition as a sentence."`
	Fits        bool         `json:"fits" doc:"False when the schema of the records left the condition behind: it leaves nothing out then."`
	Reason      string       `json:"reason"`
	UntilDate   *string      `json:"untilDate" format:"date-time" doc:"When it ends by itself; null for good."`
	RequestedBy Author       `json:"requestedBy"`
	CreatedDate string       `json:"createdDate" format:"date-time"`
	DecidedBy   *Author      `json:"decidedBy" doc:"Who approved or declined it: the requester, where nobody has to."`
	DecidedDate *string      `json:"decidedDate" format:"date-time"`
	Decision    *string      `json:"decision" doc:"What they had to say."`
	EndedBy     *Author      `json:"endedBy"`
	EndedDate   *string      `json:"endedDate" format:"date-time"`

	File *ExceptionFile `json:"file" doc:"What was attached; null for nothing."`
}

// ExceptionFile is what was attached to an exception.
type ExceptionFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size" doc:"In bytes."`
	SHA256 string `json:"sha256" doc:"Of its content, in hex."`
}

// ExceptionInput is the file form of an exception.
type ExceptionInput struct {
	APIVersion string     `json:"apiVersion,omitempty" enum:"muster/v1"`
	Kind       string     `json:"kind,omitempty" enum:"Exception"`
	Test       string     `json:"test" doc:"Id or slug."`
	Record     string     `json:"record,omitempty" doc:"Id under the test, or uniqueId: exactly one of record and condition."`
	Condition  json.Value `json:"condition,omitempty" doc:"In the language of tests."`
	Reason     string     `json:"reason" doc:"Auditors read it."`
	Until      *string    `json:"until,omitempty" nullable:"true" format:"date-time"`
}

// ExceptionDecision approves or declines an exception.
type ExceptionDecision struct {
	Comment string `json:"comment,omitempty" doc:"Required to decline."`
}

// ExceptionSettings are what exceptions of a workspace go by.
type ExceptionSettings struct {
	Approval string `json:"approval" enum:"none,anyone,other" doc:"Who approves an exception before it counts: nobody has to; anyone who may write tests; somebody who may and is not the requester."`
}
