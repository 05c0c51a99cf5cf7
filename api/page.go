// SPDX-License-Identifier: Apache-2.0

package api

// Page is one page of a list.
type Page[T any] struct {
	Results PageResults[T] `json:"results"`
}

// PageResults are the elements of a page and where it stands.
type PageResults[T any] struct {
	Data     []T      `json:"data"`
	PageInfo PageInfo `json:"pageInfo"`
}

// PageInfo says where a page stands. The cursors are null when it is empty.
type PageInfo struct {
	EndCursor       *string `json:"endCursor"` // the pageCursor of the next page
	HasNextPage     bool    `json:"hasNextPage"`
	HasPreviousPage bool    `json:"hasPreviousPage"`
	StartCursor     *string `json:"startCursor"`
}
