// SPDX-License-Identifier: Apache-2.0

package api

// LiveHint is the data of an event of GET /v1/live: what to read again.
type LiveHint struct {
	DefinitionID string `json:"definitionId,omitempty"` // of sync
	Noun         string `json:"noun,omitempty"`         // of change: the kind of what was changed, such as exception
	SyncID       string `json:"syncId,omitempty"`       // of sync: the newest push of the definition
	TestID       string `json:"testId,omitempty"`       // of test
	Status       string `json:"status,omitempty"`       // of test: what it is now
}
