// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/demo"
	"github.com/passmuster/muster/internal/telemetry"
	"github.com/passmuster/muster/ui"
)

type serveCmd struct {
	config.Storage
	config.Server
	config.Limits
	config.Log
	config.Outside

	emulatorFlags

	Demo bool `env:"MUSTER_DEMO" help:"First fill the default workspace, if it has no application yet, with a company that does not exist: 90 days of records, tests and people."`

	Config string `help:"JSON file of settings, by the names of the flags ($MUSTER_CONFIG)." placeholder:"FILE" type:"existingfile"`
}

// Run serves until the program is told to stop.
func (c *serveCmd) Run(sys *system, command *kong.Context) (err error) {
	log, err := telemetry.NewLogger(sys.stderr, telemetry.LogOptions{Format: c.Log.Format, Level: c.Level})
	if err != nil {
		return &usageError{err.Error()}
	}
	if c.Emulator {
		return c.emulate(sys, log, given(command))
	}
	if c.Demo {
		if err := fillDemo(sys, c.options(sys, log)); err != nil {
			return err
		}
	}
	a, err := app.Open(sys.ctx, c.options(sys, log))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return c.serve(sys, a, log, func(context.Context, string) {})
}

func (c *serveCmd) options(sys *system, log *slog.Logger) app.Options {
	return app.Options{Dashboard: ui.Dist(), Limits: c.Limits, Logger: log, Now: sys.now, Outside: c.Outside, Storage: c.Storage, Version: version()}
}

// serve takes requests; also is called when it does, after the log has said so.
func (c *serveCmd) serve(sys *system, a *app.App, log *slog.Logger, also func(ctx context.Context, base string)) error {
	return a.Serve(sys.ctx, app.ServeOptions{
		Server: c.Server,
		Listening: func(ctx context.Context, base string) {
			//nolint:sloglint // scripts read the address off this line, whatever the format
			log.InfoContext(ctx, "listening on "+base, slog.String("url", base), slog.String("version", version()))
			c.greet(ctx, a, log)
			also(ctx, base)
		},
	})
}

// fillDemo fills an empty default workspace.
func fillDemo(sys *system, o app.Options) error {
	log := o.Logger
	log.InfoContext(sys.ctx, "filling the default workspace with an example company")
	began := sys.now()
	filled, err := demo.Fill(sys.ctx, demo.Options{
		Now:  began,
		Size: demo.Small,
		Open: func(now func() time.Time) (*app.App, error) {
			o.Now, o.Logger = now, slog.New(slog.DiscardHandler)
			return app.Open(sys.ctx, o)
		},
	})
	switch {
	case err != nil:
		return err
	case !filled:
		log.InfoContext(sys.ctx, "the default workspace has an application already; --demo adds nothing")
	default:
		log.InfoContext(sys.ctx, "the example company is there", slog.Duration("took", sys.now().Sub(began)))
	}
	return nil
}

// greet says what to do first where no Admin can sign in yet.
func (c *serveCmd) greet(ctx context.Context, a *app.App, log *slog.Logger) {
	w, err := a.Workspaces.Get(ctx, "")
	if err != nil {
		log.ErrorContext(ctx, "the default workspace cannot be read", slog.Any("error", err))
		return
	}
	link, err := a.SignIn.SetUpLink(ctx, w.Caller())
	if err != nil {
		log.ErrorContext(ctx, "the users cannot be read", slog.Any("error", err))
		return
	}
	if link != nil {
		//nolint:sloglint // people copy the link, so it is not quoted
		log.WarnContext(ctx, "there is no admin yet; open this link within a day to set one up: "+link.URL)
	}
	base, err := a.Workspaces.BaseURL(ctx)
	if err != nil {
		return
	}
	switch {
	case strings.HasPrefix(base, "https://") && len(c.TrustedProxy) == 0:
		log.WarnContext(ctx, "HTTPS comes from a proxy, so all clients seem to have its address: name it by --trusted-proxy, or guesses are slowed for all together")
	case strings.HasPrefix(base, "http://"):
		log.WarnContext(ctx, "sessions travel over plain HTTP; outside of this machine put a proxy with HTTPS in front and say --base-url https://…")
	}
}

// storageFlags answers the flags that lead another command to the same data. A
// database URL may hold a password, so it is only pointed at.
func storageFlags(s config.Storage) string {
	switch {
	case s.Database != "":
		return " (with the same MUSTER_DATABASE)"
	case isDefaultData(s.Data):
		return ""
	}
	return fmt.Sprintf(" --data %s", shellQuote(s.Data))
}
