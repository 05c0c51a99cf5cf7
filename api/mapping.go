// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// Mapping says how the records of a resource definition are shown on a page that
// other base types fill by themselves.
type Mapping struct {
	ResourceID  string                `json:"resourceId"`
	As          string                `json:"as" doc:"computer, vulnerability or vulnerable-asset."`
	Values      map[string]string     `json:"values" doc:"What is the same for every record, by slot."`
	Fields      map[string]string     `json:"fields" doc:"Fields of the records, by slot."`
	Conditions  map[string]json.Value `json:"conditions" doc:"Rules on the records, by condition."`
	UpdatedDate string                `json:"lastUpdatedDate" format:"date-time"`
}
