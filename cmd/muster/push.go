// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/client"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/jtd"
	"github.com/passmuster/muster/internal/resource"
)

type pushCmd struct {
	File string `arg:"" help:"NDJSON, a JSON array, or CSV with a header; - is standard input."`

	Resource string `help:"resourceId of the set." placeholder:"ID" required:""`
	Type     string `default:"custom_resource" help:"Base type of the resource." placeholder:"TYPE"`
	Format   string `default:"auto" enum:"auto,ndjson,json,csv" help:"${enum}; auto goes by the file's name or first byte." placeholder:"FORMAT"`
	Schema   string `help:"JSON Type Definition of customProperties, by which cells of CSV are read." placeholder:"FILE" type:"existingfile"`

	URL          string `env:"MUSTER_URL" help:"The server." name:"url" placeholder:"URL" required:""`
	ClientID     string `env:"MUSTER_CLIENT_ID" help:"Client id of the application." name:"client-id" placeholder:"vci_…" required:""`
	ClientSecret string `env:"MUSTER_CLIENT_SECRET" help:"Client secret; rather by environment or ${env}_FILE." name:"client-secret" placeholder:"vcs_…" required:"" secret:""`

	AllowEmpty      bool   `help:"Push a CSV or NDJSON file without records, too: it removes every record."`
	ConfirmRemovals string `help:"Make the removals that an earlier push held." placeholder:"TOKEN"`
	DryRun          bool   `help:"Say what would change, and change nothing."`
	Lenient         bool   `help:"Take valid records, reject the others." xor:"handling"`
	Strict          bool   `help:"Take all records or none." xor:"handling"`
	JSON            bool   `help:"Machine output, all rejections included."`
}

// Run pushes the file and prints what it did.
func (c *pushCmd) Run(sys *system) error {
	src, err := c.source(sys)
	if err != nil {
		return err
	}
	result, err := c.push(sys, src)
	if err == nil {
		err = c.answer(sys, src, result)
	}
	if err = errors.Join(err, src.discard()); err != nil {
		return err
	}
	if rejected(result) > 0 {
		return &misfitError{}
	}
	return nil
}

// answer prints a result, with the lines of the records that it speaks of.
func (c *pushCmd) answer(sys *system, src *source, result *api.PutResult) error {
	lines := map[int64]int{}
	for _, rejection := range result.Rejections {
		lines[rejection.Index] = 0
	}
	for _, warning := range result.Warnings {
		lines[warning.Index] = 0
	}
	if err := src.lines(lines); err != nil {
		sys.say("muster: %v, so lines are not known", err) // the push has happened
	}
	if c.JSON {
		return sys.printJSON(newPushJSON(result, lines))
	}
	return c.report(sys, result, lines)
}

// source opens the file and makes ready what its cells are read by.
func (c *pushCmd) source(sys *system) (*source, error) {
	base, ok := resource.ParseBase(c.Type)
	if !ok {
		return nil, usagef("--type: there is no base type %q; there are %s", c.Type, baseNames())
	}
	s := &sheet{}
	var err error
	if s.base, err = base.Schema(); err != nil {
		return nil, err
	}
	if c.Schema != "" {
		text, err := os.ReadFile(c.Schema)
		if err != nil {
			return nil, err
		}
		if s.custom, err = jtd.Parse(text); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Schema, err)
		}
	}
	return openSource(c.File, c.Format, sys.stdin, s)
}

func baseNames() string {
	var names []string
	for _, base := range resource.Bases() {
		names = append(names, base.Snake())
	}
	return strings.Join(names, ", ")
}

// push sends the records and answers the result with all its rejections.
func (c *pushCmd) push(sys *system, src *source) (*api.PutResult, error) {
	empty := emptyRefused
	if c.AllowEmpty {
		empty = emptyAllowed
	}
	total, err := src.count(empty)
	if err != nil {
		return nil, fmt.Errorf("nothing was pushed: %w", err)
	}
	server, err := c.connect(sys)
	if err != nil {
		return nil, err
	}
	progress := newProgress(sys.stderr, total)
	result, err := server.PutResources(sys.ctx, client.Put{
		ConfirmRemovals: c.ConfirmRemovals, DryRun: c.DryRun, Handling: c.handling(), ResourceID: c.Resource, Type: c.Type,
		Open: func() (iter.Seq2[[]byte, error], error) {
			return progress.count(src.records()), nil
		},
	})
	progress.end()
	var failure *client.Error
	if errors.As(err, &failure) && failure.Result != nil {
		result, err = failure.Result, nil
		if result.Code == "" {
			result.Code = failure.Code
		}
	}
	if err != nil {
		return nil, c.advise(err)
	}
	if err := allRejections(sys.ctx, server, result); err != nil {
		sys.say("muster: not all rejections could be fetched: %v", err) // the push has happened
	}
	return result, nil
}

// connect mints a token first: there is no use in a progress bar before. An
// application that may not read is asked for what it may.
func (c *pushCmd) connect(sys *system) (*client.Client, error) {
	options := client.Options{
		BaseURL: c.URL, ClientID: c.ClientID, ClientSecret: c.ClientSecret, UserAgent: "muster/" + version(),
		Scopes: []string{string(caller.ScopeWriteResource), string(caller.ScopeReadResource)},
		OnRetry: func(cause error, wait time.Duration) {
			sys.say("muster: %v; trying again in %s", cause, wait.Round(100*time.Millisecond))
		},
	}
	server, err := client.New(options)
	if err != nil {
		return nil, &usageError{err.Error()}
	}
	_, err = server.Token(sys.ctx)
	var failure *client.Error
	if errors.As(err, &failure) && failure.Code == "invalid_scope" {
		options.Scopes = options.Scopes[:1]
		if server, err = client.New(options); err != nil {
			return nil, err
		}
		_, err = server.Token(sys.ctx)
	}
	return server, err
}

func (c *pushCmd) handling() string {
	switch {
	case c.Strict:
		return "strict"
	case c.Lenient:
		return "lenient"
	}
	return ""
}

// advise adds what to look at.
func (c *pushCmd) advise(err error) error {
	var failure *client.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Status {
	case http.StatusNotFound:
		return fmt.Errorf("%w: is %s a %s of this application?", err, c.Resource, c.Type)
	case http.StatusUnauthorized:
		return fmt.Errorf("%w: another program may be minting tokens for the same application", err)
	}
	return err
}

// allRejections fetches those that the answer had no room for. One that cannot
// be fetched leaves the result as it is: the push has happened. A refusal does
// not count what it rejects, so there the address alone says that there is more.
func allRejections(ctx context.Context, server *client.Client, result *api.PutResult) error {
	if result.RejectionsURL == "" || result.Results != nil && int64(len(result.Rejections)) >= rejected(result) {
		return nil
	}
	var all []api.Rejection
	for rejection, err := range server.Rejections(ctx, result.RejectionsURL) {
		if err != nil {
			return err
		}
		all = append(all, rejection)
	}
	if len(all) > len(result.Rejections) {
		result.Rejections = all
	}
	return nil
}

func rejected(result *api.PutResult) int64 {
	if result.Results != nil && result.Results.Rejected > 0 {
		return result.Results.Rejected
	}
	return int64(len(result.Rejections))
}
