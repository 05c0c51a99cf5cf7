// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/client"
	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/resource"
)

// installation is a running server with a definition of servers.
type installation struct {
	app      *app.App
	actor    caller.Caller
	base     string
	build    *client.Client
	resource string
}

func install(t *testing.T) *installation {
	t.Helper()
	a, err := app.Open(t.Context(), app.Options{
		Limits: config.Limits{MaxBody: 1 << 30, MaxRecords: 1_000_000}, Logger: slog.New(slog.DiscardHandler),
		Now: time.Now, Storage: config.Storage{Data: t.TempDir()}, Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	base, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- a.Serve(ctx, app.ServeOptions{
			Server:    config.Server{DrainTimeout: time.Minute, Listen: "127.0.0.1:0"},
			Listening: func(_ context.Context, url string) { base <- url },
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, a.Close()); err != nil {
			t.Error(err)
		}
	})
	w, err := a.Workspaces.Get(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	in := &installation{actor: caller.Caller{Kind: caller.CommandLine, Name: "test", Workspace: w.Caller()}, app: a, base: <-base}
	application, build := in.client(t, "Demo", oauth.Build)
	in.build = build
	definition, err := a.Resources.Create(t.Context(), in.actor, resource.NewDefinition{
		Application: application, Base: "CustomResource", Name: "Servers",
		Schema: []byte(`{"properties":{"active":{"type":"boolean"},"memory":{"type":"int32"}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	in.resource = string(definition.ID)
	return in
}

// client makes an application and a client that is it.
func (in *installation) client(t *testing.T, name string, kind oauth.Type) (application string, c *client.Client) {
	t.Helper()
	made, secret, err := in.app.OAuth.Create(t.Context(), in.actor, oauth.NewApplication{Name: name, Type: kind})
	if err != nil {
		t.Fatal(err)
	}
	c, err = client.New(client.Options{BaseURL: in.base, ClientID: made.ClientID, ClientSecret: secret})
	if err != nil {
		t.Fatal(err)
	}
	return string(made.ID), c
}

// servers is a set of n records; memory of each is as given.
func servers(n int, memory string) func() (iter.Seq2[[]byte, error], error) {
	return func() (iter.Seq2[[]byte, error], error) {
		return func(yield func([]byte, error) bool) {
			for i := range n {
				record := fmt.Appendf(nil, `{"uniqueId":"srv_%03d","displayName":"s","externalUrl":"https://x.example","customProperties":{"active":true,"memory":%s}}`, i, memory)
				if !yield(record, nil) {
					return
				}
			}
		}, nil
	}
}

func TestAgainstAServer(t *testing.T) {
	in := install(t)
	put := client.Put{Open: servers(250, "16384"), ResourceID: in.resource, Type: "custom_resource"}
	result, err := in.build.PutResources(t.Context(), put)
	if err != nil {
		t.Fatal(err)
	}
	result.Sync.ID = ""
	want := &api.PutResult{Success: true, Results: &api.Counts{Accepted: 250}, Sync: &api.Sync{Created: 250}}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Error(diff)
	}
	var seen int
	for record, err := range in.build.AllResources(t.Context(), "custom_resource", in.resource) {
		if err != nil || !json.Value(record).IsValid() {
			t.Fatalf("%v in %s", err, record)
		}
		seen++
	}
	if seen != 250 {
		t.Errorf("got %d records back, want 250", seen)
	}
	in.pages(t)

	put.Open = servers(120, `"lots"`)
	_, err = in.build.PutResources(t.Context(), put)
	var failure *client.Error
	if !errors.As(err, &failure) || failure.Result == nil || len(failure.Result.Rejections) != 100 {
		t.Fatalf("got %v, want an answer with 100 rejections", err)
	}
	seen = 0
	for rejection, err := range in.build.Rejections(t.Context(), failure.Result.RejectionsURL) {
		if err != nil || rejection.Index != int64(seen) || rejection.Code != "wrong_type" {
			t.Fatalf("%v at %d: %+v", err, seen, rejection)
		}
		seen++
	}
	if seen != 120 {
		t.Errorf("got %d rejections, want 120", seen)
	}
}

// pages goes through the set page by page.
func (in *installation) pages(t *testing.T) {
	t.Helper()
	seen, cursor := 0, ""
	for {
		page, err := in.build.ListResources(t.Context(), "CustomResource", in.resource, 100, cursor)
		if err != nil {
			t.Fatal(err)
		}
		seen += len(page.Results.Data)
		if !page.Results.PageInfo.HasNextPage {
			break
		}
		cursor = *page.Results.PageInfo.EndCursor
	}
	if seen != 250 {
		t.Errorf("got %d records in pages, want 250", seen)
	}
}

// Two programs with one application take the token from each other; both go on.
func TestTwoClientsOfOneApplication(t *testing.T) {
	in := install(t)
	made, secret, err := in.app.OAuth.Create(t.Context(), in.actor, oauth.NewApplication{Name: "Shared"})
	if err != nil {
		t.Fatal(err)
	}
	var clients [2]*client.Client
	for i := range clients {
		if clients[i], err = client.New(client.Options{BaseURL: in.base, ClientID: made.ClientID, ClientSecret: secret}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		for _, c := range clients {
			_, err := c.ListResources(t.Context(), "user_account", "none", 0, "")
			var failure *client.Error
			if !errors.As(err, &failure) || failure.Status != http.StatusNotFound || !strings.Contains(failure.Code, "resourceId not found") {
				t.Errorf("got %v, want the 404 behind a live token", err)
			}
		}
	}
}

func TestATestFromDraftToExplanation(t *testing.T) {
	in := install(t)
	_, manage := in.client(t, "Console", oauth.Manage)
	put := client.Put{Open: servers(3, "4096"), ResourceID: in.resource, Type: "custom_resource"}
	if _, err := in.build.PutResources(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	draft := api.TestInput{
		Name: "Servers are sized", Application: "Demo", Resource: "Servers",
		PassWhen: json.Value(`{"all":[{"field":"active","op":"equals","value":true},{"field":"memory","op":"gte","value":8192}]}`),
	}
	preview, err := manage.PreviewTest(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if preview.Counts.Failing != 3 || preview.Total != 3 {
		t.Errorf("got %+v, want three failing records", preview)
	}
	test, err := manage.CreateTest(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	entities, err := manage.ListEntities(t.Context(), test.ID, "FAILING", 2, "")
	if err != nil || len(entities.Results.Data) != 2 || !entities.Results.PageInfo.HasNextPage {
		t.Fatalf("got %+v, %v; want two of three failing records", entities, err)
	}
	why, err := manage.Explain(t.Context(), test.ID, entities.Results.Data[0].ID)
	if err != nil || !strings.Contains(why.Reason, "memory is 4096") {
		t.Errorf("got %+v, %v; want the reason", why, err)
	}
	put.Open = servers(2, "16384")
	if _, err := in.build.PutResources(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	if test, err = manage.GetTest(t.Context(), test.ID); err != nil || test.Status != "OK" || test.Counts.Passing != 2 {
		t.Errorf("got %+v, %v; want the verdicts of the push that was just answered", test, err)
	}
	tests, err := manage.ListTests(t.Context(), 0, "")
	if err != nil || len(tests.Results.Data) != 1 || tests.Results.Data[0].ID != test.ID {
		t.Errorf("got %+v, %v", tests, err)
	}
}
