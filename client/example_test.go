// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"

	"github.com/passmuster/muster/client"
)

// Push a set of two records. The server here only pretends.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			_, _ = io.WriteString(w, `{"access_token":"vat_1","expires_in":3600,"token_type":"Bearer"}`)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"success":true,"results":{"accepted":2,"rejected":0},
			"sync":{"id":"1","created":2,"updated":0,"unchanged":0,"removed":0,"held":0}}`)
	}))
	defer server.Close()

	c, err := client.New(client.Options{BaseURL: server.URL, ClientID: "vci_…", ClientSecret: "vcs_…"})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := c.PutResources(context.Background(), client.Put{
		Type:       "custom_resource",
		ResourceID: "6560e0a1b2c3d4e5f6a7b8c9",
		Open: func() (iter.Seq2[[]byte, error], error) {
			return func(yield func([]byte, error) bool) {
				for _, id := range []string{"srv_001", "srv_002"} {
					record := fmt.Appendf(nil, `{"uniqueId": %q, "displayName": %q, "externalUrl": "https://inventory.example/%s"}`, id, id, id)
					if !yield(record, nil) {
						return
					}
				}
			}, nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Sync.Created, "created,", result.Results.Rejected, "rejected")
	// Output: 2 created, 0 rejected
}
