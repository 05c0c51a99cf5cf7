// SPDX-License-Identifier: Apache-2.0

package api

// Group is a named set of people.
type Group struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	CreationDate *string `json:"creationDate" format:"date-time"`
}
