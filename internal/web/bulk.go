// SPDX-License-Identifier: Apache-2.0

package web

import (
	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/fault"
)

// Bulk does something with each of some ids, in their order. What is refused for one
// leaves the others; an error that is no fault ends it.
func Bulk(ids []string, do func(i int) error) (api.BulkResponse, error) {
	answer := api.BulkResponse{Results: make([]api.BulkResult, len(ids))}
	for i, id := range ids {
		line := api.BulkResult{ID: Shorten(id), Status: "SUCCESS"}
		switch err := do(i); {
		case err == nil:
		case fault.KindOf(err) == fault.Internal:
			return answer, err
		case fault.KindOf(err) == fault.NotFound:
			line.Status, line.Message = "NOT_FOUND", err.Error()
		default:
			line.Status, line.Message = "ERROR", err.Error()
		}
		answer.Results[i] = line
	}
	return answer, nil
}
