// SPDX-License-Identifier: Apache-2.0

package main

import (
	"iter"
	"strings"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/client"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/json"
)

type eventsCmd struct {
	After  string   `help:"Go on behind this event, by its id; 0.0 begins with the first." placeholder:"ID"`
	Follow bool     `help:"Go on with what happens from now on, or behind --after, until interrupted." short:"f"`
	Text   bool     `help:"Print time, id and sentence instead of JSON lines."`
	Type   []string `help:"Only of this type, such as test.status_changed or user.*; may be given several times. All but outcome.changed when absent." placeholder:"TYPE"`

	URL          string `env:"MUSTER_URL" help:"The server." name:"url" placeholder:"URL" required:""`
	ClientID     string `env:"MUSTER_CLIENT_ID" help:"Client id of an application of the manage API." name:"client-id" placeholder:"vci_…" required:""`
	ClientSecret string `env:"MUSTER_CLIENT_SECRET" help:"Client secret; rather by environment or ${env}_FILE." name:"client-secret" placeholder:"vcs_…" required:"" secret:""`
}

// Run prints events, one a line, the oldest first.
func (c *eventsCmd) Run(sys *system) error {
	server, err := client.New(client.Options{
		BaseURL: c.URL, ClientID: c.ClientID, ClientSecret: c.ClientSecret, UserAgent: "muster/" + version(),
		Scopes: []string{string(caller.ScopeManageRead)},
		OnRetry: func(cause error, wait time.Duration) {
			sys.say("muster: %v; trying again in %s", cause, wait.Round(100*time.Millisecond))
		},
	})
	if err != nil {
		return &usageError{err.Error()}
	}
	asked := client.Events{After: c.After, Types: c.Type}
	events := server.ExportEvents
	if c.Follow {
		events = server.FollowEvents
	}
	return c.print(sys, events(sys.ctx, asked))
}

func (c *eventsCmd) print(sys *system, events iter.Seq2[[]byte, error]) error {
	for line, err := range events {
		if err != nil {
			return err
		}
		text := strings.TrimSpace(string(line))
		if c.Text {
			var e api.Event
			if err := json.Unmarshal(line, &e); err != nil {
				return err
			}
			text = e.Date + "  " + e.ID + "  " + e.Summary
		}
		if err := sys.write("%s\n", text); err != nil {
			return err
		}
	}
	return nil
}
