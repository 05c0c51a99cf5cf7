// SPDX-License-Identifier: Apache-2.0

// What a shipped integration does: token, sync_all, list_all. Standard library only.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"time"
)

var waited int

// call makes one request, with an answer that may have no other members than into;
// 429 is asked again after Retry-After.
func call(method, path, token string, body, into any) int {
	var content []byte
	if body != nil {
		content = must(json.Marshal(body))
	}
	for {
		request := must(http.NewRequest(method, os.Getenv("MUSTER_URL")+path, bytes.NewReader(content)))
		request.Header.Set("Content-Type", "application/json")
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		answer := must(http.DefaultClient.Do(request))
		text := must(io.ReadAll(answer.Body))
		answer.Body.Close()
		if answer.StatusCode == http.StatusTooManyRequests {
			for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
				must(strconv.Atoi(answer.Header.Get(name)))
			}
			waited++
			time.Sleep(time.Duration(must(strconv.Atoi(answer.Header.Get("Retry-After")))) * time.Second)
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(into); err != nil {
			fail("%s %s: %v in %s", method, path, err, text)
		}
		return answer.StatusCode
	}
}

type account struct {
	DisplayName      string   `json:"displayName"`
	UniqueID         string   `json:"uniqueId"`
	ExternalURL      string   `json:"externalUrl"`
	FullName         *string  `json:"fullName,omitempty"`
	AccountName      string   `json:"accountName"`
	Email            string   `json:"email"`
	PermissionLevel  string   `json:"permissionLevel"`
	CreatedTimestamp string   `json:"createdTimestamp"`
	Status           string   `json:"status"`
	MFAEnabled       *bool    `json:"mfaEnabled"`
	MFAMethods       []string `json:"mfaMethods"`
	AuthMethod       string   `json:"authMethod"`
}

type stored struct {
	account

	CreatedAt time.Time  `json:"createdAt"`
	UpdatedAt time.Time  `json:"updatedAt"`
	DeletedAt *time.Time `json:"deletedAt"`
}

func newAccount(name string) account {
	return account{
		DisplayName: name, UniqueID: name, ExternalURL: "https://id.example.com/" + name, FullName: &name, AccountName: name,
		Email: name + "@example.com", PermissionLevel: "ADMIN", CreatedTimestamp: "2025-01-15T09:00:00Z", Status: "ACTIVE",
		MFAMethods: []string{}, AuthMethod: "SSO",
	}
}

type set struct {
	ResourceID string    `json:"resourceId"`
	Resources  []account `json:"resources"`
}

func main() {
	var token struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
		TokenType   string `json:"token_type"`
	}
	status := call("POST", "/oauth/token", "", map[string]string{
		"client_id": os.Getenv("CLIENT_ID"), "client_secret": os.Getenv("CLIENT_SECRET"), "grant_type": "client_credentials",
		"scope": "connectors.self:write-resource connectors.self:read-resource",
	}, &token)
	if status != 200 || token.ExpiresIn != 3600 || token.TokenType != "Bearer" {
		fail("token: %d %+v", status, token)
	}
	body := set{os.Getenv("RESOURCE_ID"), []account{newAccount("ada"), newAccount("grace")}}
	for range must(strconv.Atoi(os.Getenv("ROUNDS"))) {
		var done map[string]bool
		if status := call("PUT", "/v1/resources/user_account/sync_all", token.AccessToken, body, &done); status != 200 || !reflect.DeepEqual(done, map[string]bool{"success": true}) {
			fail("sync_all: %d %v", status, done)
		}
	}
	var list struct{ Resources []stored }
	status = call("GET", "/v1/resources/user_account/list_all?resourceId="+body.ResourceID, token.AccessToken, nil, &list)
	if status != 200 || len(list.Resources) != len(body.Resources) {
		fail("list_all: %d %+v", status, list)
	}
	for _, read := range list.Resources {
		if want := newAccount(read.UniqueID); !reflect.DeepEqual(read.account, want) || read.CreatedAt.IsZero() || read.DeletedAt != nil {
			fail("got %+v, want %+v", read, want)
		}
	}
	bad := newAccount("eve")
	bad.FullName = nil
	var refused struct {
		Error, Message string
		Rejections     []any
	}
	status = call("PUT", "/v1/resources/user_account/sync_all", token.AccessToken, set{body.ResourceID, []account{bad}}, &refused)
	if want := "/0: must have property 'fullName'"; status != 400 || refused.Error != want || refused.Message != want {
		fail("a bad record: %d %+v", status, refused)
	}
	fmt.Printf("{\"waited\": %d}\n", waited)
}

func must[T any](value T, err error) T {
	if err != nil {
		fail("%v", err)
	}
	return value
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}
