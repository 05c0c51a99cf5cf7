// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/dashboard"
	"github.com/passmuster/muster/internal/door"
	"github.com/passmuster/muster/internal/jobs"
	"github.com/passmuster/muster/internal/telemetry"
	"github.com/passmuster/muster/internal/web"
)

// ServeOptions are what a server needs beside its parts.
type ServeOptions struct {
	config.Server

	// Listening is called once, when requests are taken. base is what the server
	// calls itself.
	Listening func(ctx context.Context, base string)
}

// Serve takes requests until ctx ends, then lets the running ones come to their
// end within the drain time. It answers nil after a stop that was asked for.
func (a *App) Serve(ctx context.Context, o ServeOptions) (err error) {
	unlock, err := a.lock()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if a.options.Storage.Database == "" { // the lock says that no other server is there
		if err := errors.Join(a.Resources.DropClaims(ctx), a.leases.Drop(ctx)); err != nil {
			return err
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	base := o.BaseURL
	if base == "" {
		base = "http://" + reachable(listener.Addr())
	}
	if err := errors.Join(a.Workspaces.PutBaseURL(ctx, base), a.putMail(ctx), a.putPrivate(ctx)); err != nil {
		return errors.Join(err, listener.Close())
	}
	proxies, err := o.TrustedProxies()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := a.newServer(base, proxies, o.Forwarded)
	runner, err := jobs.New(a.leases, a.options.Logger, append(a.passes(), a.outgoing()...)...)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	runner.Start(context.WithoutCancel(ctx)) // ended by Stop, after the requests
	defer func() {
		runner.Stop()
		// What requests left in memory, and what they left without a place.
		err = errors.Join(err, a.settle(context.WithoutCancel(ctx)))
	}()
	if o.Listening != nil {
		o.Listening(ctx, base)
	}
	return a.handle(ctx, server, listener, o.DrainTimeout)
}

// lock keeps a second server off the data folder.
func (a *App) lock() (unlock func() error, err error) {
	if a.options.Storage.Database != "" {
		return func() error { return nil }, nil // several servers may share a PostgreSQL
	}
	unlock, err = lockFile(filepath.Join(a.options.Storage.Data, "serve.lock"))
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("another muster serve runs on %s: stop it, or give this one another --data", a.options.Storage.Data)
	}
	return unlock, err
}

// reachable answers the address of a listener as others may call it: the
// wildcard is no address.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("localhost", fmt.Sprint(tcp.Port))
}

// newServer mounts every feature.
func (a *App) newServer(base string, proxies []netip.Prefix, forwarded string) *web.Server {
	limits := a.options.Limits
	server := web.New(web.Options{
		BaseURL:         base,
		Bearer:          a.OAuth,
		ForwardedHeader: forwarded,
		Limits: web.Limits{
			Anonymous: limits.RateUnknown, Audit: limits.RateAudit, Integration: limits.RateIntegrate,
			Manage: limits.RateManage, OAuth: limits.RateOAuth, SCIM: limits.RateSCIM, Session: limits.RateSession,
		},
		Logger:         a.options.Logger,
		Now:            a.options.Now,
		Owners:         map[string]web.Owner{"access-review": a.Reviews.OwnerOf, "control": a.Program.OwnerOf, "document": a.Documents.OwnerOf, "exception": a.Assessments.ExceptionOwner, "remediation": a.Assessments.FailureOwner, "test": a.Assessments.OwnerOf},
		Ready:          a.DB.Ping,
		Registry:       telemetry.NewRegistry(a.options.Version),
		Sessions:       a.SignIn,
		StreamLimit:    int64(limits.MaxBody),
		TrustedProxies: proxies,
		Version:        a.options.Version,
	})
	a.Access.Mount(server)
	a.Accounts.Mount(server)
	a.Assessments.Mount(server)
	a.Computers.Mount(server)
	a.Directory.Mount(server)
	a.Documents.Mount(server)
	a.Evidence.Mount(server)
	a.Home.Mount(server)
	a.Integrations.Mount(server)
	a.Live.Mount(server)
	a.Mappings.Mount(server)
	a.Notifications.Mount(server)
	a.OAuth.Mount(server)
	a.Offboarding.Mount(server)
	a.Passkeys.Mount(server)
	a.Policies.Mount(server)
	a.Program.Mount(server)
	a.Resources.Mount(server)
	a.Reviews.Mount(server)
	a.SCIM.Mount(server)
	a.SignIn.Mount(server, a.offers)
	a.SLAs.Mount(server)
	a.Scopes.Mount(server)
	a.SSO.Mount(server)
	a.Vulnerabilities.Mount(server)
	a.Webhooks.Mount(server)
	a.Workspaces.Mount(server, a.browser)
	door.Mount(server, dashboard.Mount(server, a.options.Dashboard)...)
	a.measure(server.Registry())
	return server
}

// day is how often what uploads left behind is looked for, and how old it must be.
const day = 24 * time.Hour

// passes are the jobs of every feature.
func (a *App) passes() []jobs.Pass {
	return []jobs.Pass{
		{Name: "blob-sweep", Every: day, Run: func(ctx context.Context) error { return a.files.Sweep(ctx, a.options.Now().Add(-day)) }},
		{Name: "account-feed", Due: a.Accounts.HasFeed, Every: time.Second, Run: a.Accounts.Feed},
		{Name: "assessment-due", Due: a.Assessments.HasDue, Every: time.Second, Run: a.Assessments.Due},
		{Name: "assessment-furnish", Due: a.Assessments.HasUnfurnished, Every: 5 * time.Second, Run: a.Assessments.FurnishAll},
		{Name: "assessment-purge", Every: time.Hour, Run: a.Assessments.Purge},
		{Name: "directory-carry", Due: a.Directory.HasChanges, Every: time.Second, Run: a.Directory.Carry},
		{Name: "computer-late", Due: a.Computers.HasLate, Every: 5 * time.Second, Run: a.Computers.Turn},
		{Name: "directory-leave", Due: a.Directory.HasLeaving, Every: 5 * time.Second, Run: a.Directory.Leave},
		{Name: "document-remind", Due: a.Documents.HasReminders, Every: 5 * time.Second, Run: a.Documents.Remind},
		{Name: "db-analyze", Due: a.DB.HasGrown, Every: 3 * time.Second, Run: a.DB.Analyze},
		a.Evidence.Job(),
		{Name: "oauth-last-use", Every: time.Minute, Run: a.OAuth.FlushLastUsed},
		{Name: "oauth-purge", Every: time.Hour, Run: a.OAuth.PurgeTokens},
		{Name: "passkey-purge", Every: time.Hour, Run: a.Passkeys.Purge},
		{Name: "resource-follow", Due: a.Resources.HasBehind, Every: time.Second, Run: a.Resources.Follow},
		{Name: "resource-sources", Due: a.Resources.HasEnded, Every: time.Second, Run: a.Resources.ClearEnded},
		{Name: "resource-views", Due: a.Resources.HasLateViews, Every: time.Second, Run: a.Resources.RefreshViews},
		{Name: "resource-unjudged", Every: 15 * time.Second, Run: a.Resources.Unjudged},
		{Name: "review-follow", Due: a.Reviews.HasTurns, Every: time.Second, Run: a.Reviews.Follow},
		{Name: "scim-carry", Due: a.SCIM.HasPending, Every: time.Second, Run: a.SCIM.CarryOut},
		{Name: "scim-log", Due: a.SCIM.HasLog, Every: time.Second, Run: a.SCIM.FlushLog},
		{Name: "scim-purge", Every: time.Hour, Run: a.SCIM.PurgeLog},
		{Name: "signin-mail", Due: a.SignIn.HasMail, Every: time.Second, Run: a.SignIn.SendMail},
		{Name: "signin-purge", Every: time.Hour, Run: a.SignIn.Purge},
		{Name: "sso-purge", Due: a.SSO.PurgeDue, Every: time.Hour, Run: a.SSO.Purge},
		{Name: "vulnerability-end", Due: a.Vulnerabilities.HasEnding, Every: 5 * time.Second, Run: a.Vulnerabilities.End},
		{Name: "webhook-fill", Due: a.Webhooks.HasNews, Every: time.Second, Run: a.Webhooks.Fill},
		{Name: "webhook-purge", Every: time.Hour, Run: a.Webhooks.Purge},
		{Name: "webhook-send", Due: a.Webhooks.HasDue, Every: time.Second, Run: a.Webhooks.Send},
	}
}

// Pass runs once what the jobs of a server would do now. It is for who moves the
// clock by hand.
func (a *App) Pass(ctx context.Context) error {
	for _, p := range a.passes() {
		if p.Due != nil {
			if due, err := p.Due(ctx); err != nil || !due {
				if err != nil {
					return fmt.Errorf("%s: %w", p.Name, err)
				}
				continue
			}
		}
		if err := p.Run(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	return nil
}

// measure adds what features count to the metrics.
func (a *App) measure(registry *prometheus.Registry) {
	counter := func(name, help string, count func() int64) {
		registry.MustRegister(prometheus.NewCounterFunc(
			prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(count()) },
		))
	}
	counter("muster_evidence_entries_total", "Entries that this process put into the trees.",
		func() int64 { return a.Evidence.Counts().Numbered })
	counter("muster_evidence_checkpoints_total", "Checkpoints that this process signed.",
		func() int64 { return a.Evidence.Counts().Signed })
}

// settle ends what the jobs would have done next.
func (a *App) settle(ctx context.Context) error {
	return errors.Join(a.OAuth.FlushLastUsed(ctx), a.SCIM.FlushLog(ctx), a.Evidence.Sequence(ctx))
}

// handle serves until ctx ends or the listener fails.
func (a *App) handle(ctx context.Context, s *web.Server, listener net.Listener, drain time.Duration) error {
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	server := s.HTTP()
	server.RegisterOnShutdown(a.Live.Close) // streams have no end of their own
	server.BaseContext = func(net.Listener) context.Context { return requests }
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	a.options.Logger.InfoContext(ctx, "stopping", slog.Duration("drain", drain))
	bounded, cancel := context.WithTimeout(requests, drain)
	defer cancel()
	err := server.Shutdown(bounded)
	if err != nil {
		a.options.Logger.WarnContext(ctx, "requests were cut off at the stop", slog.Any("error", err))
		cut()
		err = server.Close()
	}
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
