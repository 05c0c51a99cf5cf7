// SPDX-License-Identifier: Apache-2.0

package api

// PutResult is the answer to a PUT of a set, taken or not.
type PutResult struct {
	Success bool    `json:"success"`
	Results *Counts `json:"results,omitempty"` // nil from sync_all
	Sync    *Sync   `json:"sync,omitempty"`    // nil from servers other than Muster
	Held    *Held   `json:"held,omitempty"`

	Rejections    []Rejection `json:"rejections,omitempty"` // up to 100
	RejectionsURL string      `json:"rejectionsUrl,omitempty"`
	Warnings      []Warning   `json:"warnings,omitempty"`

	Code    string `json:"error,omitempty"` // when nothing was taken
	Message string `json:"message,omitempty"`
}

// Counts say how many elements of a set were records.
type Counts struct {
	Accepted int64 `json:"accepted"`
	Rejected int64 `json:"rejected"`
}

// Sync is what a PUT did.
type Sync struct {
	ID        string `json:"id,omitempty"` // "" for a dry run
	Created   int64  `json:"created"`
	Updated   int64  `json:"updated"`
	Unchanged int64  `json:"unchanged"`
	Removed   int64  `json:"removed"`
	Held      int64  `json:"held"` // removals that wait for a confirmation

	Samples *Samples `json:"samples,omitempty"` // of a dry run
}

// Samples name some of the records that a dry run would touch, by unique id.
type Samples struct {
	Created []string `json:"created"`
	Updated []string `json:"updated"`
	Removed []string `json:"removed"`
}

// PutRefusal is the answer to a PUT of which nothing was taken.
type PutRefusal struct {
	Code          string      `json:"error"`
	Message       string      `json:"message"`
	Rejections    []Rejection `json:"rejections"`
	RejectionsURL string      `json:"rejectionsUrl,omitempty"`
}

// Held says which removals were not made.
type Held struct {
	Count        int64    `json:"count"`
	Sample       []string `json:"sample"`                 // of their unique ids
	ConfirmToken string   `json:"confirmToken,omitempty"` // "" when only a clean set releases them
	Message      string   `json:"message,omitempty"`      // when a token came and did not fit
}

// Rejection is one element that was not taken, and why.
type Rejection struct {
	Index         int64  `json:"index"` // of the element, from 0
	UniqueID      string `json:"uniqueId,omitempty"`
	Pointer       string `json:"pointer"`
	SchemaPointer string `json:"schemaPointer"`
	Code          string `json:"code"`
	Expected      string `json:"expected"`
	Actual        string `json:"actual"` // JSON text, shortened
	Message       string `json:"message"`
}

// Warning is a soft rule that a taken element does not keep.
type Warning struct {
	Index    int64  `json:"index"`
	UniqueID string `json:"uniqueId,omitempty"`
	Pointer  string `json:"pointer"`
	Message  string `json:"message"`
}
