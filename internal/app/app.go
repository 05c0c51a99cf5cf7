// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/assessment/builtin"
	"github.com/passmuster/muster/internal/blob"
	"github.com/passmuster/muster/internal/breach"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/computer"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/document"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/feed"
	"github.com/passmuster/muster/internal/home"
	"github.com/passmuster/muster/internal/integration"
	"github.com/passmuster/muster/internal/jobs"
	"github.com/passmuster/muster/internal/live"
	"github.com/passmuster/muster/internal/mapping"
	"github.com/passmuster/muster/internal/notify"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/offboarding"
	"github.com/passmuster/muster/internal/passkey"
	"github.com/passmuster/muster/internal/policy"
	"github.com/passmuster/muster/internal/program"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/review"
	"github.com/passmuster/muster/internal/scim"
	"github.com/passmuster/muster/internal/scope"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/signin"
	"github.com/passmuster/muster/internal/sla"
	"github.com/passmuster/muster/internal/sso"
	"github.com/passmuster/muster/internal/stream"
	"github.com/passmuster/muster/internal/system"
	"github.com/passmuster/muster/internal/vulnerability"
	"github.com/passmuster/muster/internal/webhook"
	"github.com/passmuster/muster/internal/workspace"
)

// Options are what a process is opened with.
type Options struct {
	Dashboard fs.FS // the build of the dashboard; nil serves a page that says how to make one
	Limits    config.Limits
	Logger    *slog.Logger
	Now       func() time.Time
	Outside   config.Outside // nothing for administration commands
	Storage   config.Storage
	Version   string
}

// App holds the parts of a process.
type App struct {
	Access          *access.Service
	Accounts        *account.Service
	Assessments     *assessment.Service
	Computers       *computer.Service
	DB              *db.DB
	Directory       *directory.Service
	Documents       *document.Service
	Evidence        *evidence.Service
	Feed            *feed.Service
	Home            *home.Service
	Integrations    *integration.Service
	Listeners       *feed.Listeners
	Live            *live.Service
	Mappings        *mapping.Service
	Notifications   *notify.Service
	OAuth           *oauth.Service
	Offboarding     *offboarding.Service
	Passkeys        *passkey.Service
	Policies        *policy.Service
	Program         *program.Service
	Resources       *resource.Service
	Reviews         *review.Service
	SCIM            *scim.Service
	SignIn          *signin.Service
	SLAs            *sla.Service
	Scopes          *scope.Service
	SSO             *sso.Service
	Streams         *stream.Service
	System          *system.Service
	Vulnerabilities *vulnerability.Service
	Webhooks        *webhook.Service
	Workspaces      *workspace.Service

	breached *breach.List
	files    *blob.Store
	leases   *jobs.Leases
	options  Options
	sealer   *seal.Sealer
}

// Open opens the data, makes what is not there yet, and builds every part. The
// caller closes the App.
func Open(ctx context.Context, o Options) (*App, error) {
	d, err := openDatabase(ctx, o.Storage)
	if err != nil {
		return nil, err
	}
	a := &App{
		DB: d,
		System: &system.Service{
			Bucket: o.Storage.FilesURL != "", DB: d, Mail: o.Outside.MailURL != "", Started: o.Now(), Version: o.Version,
		},
		Workspaces: workspace.New(d, o.Now),
		leases:     jobs.NewLeases(d, o.Now),
		options:    o,
	}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return a, nil
}

// pushWait is how long a push waits for another of the same definition.
const pushWait = 60 * time.Second

// build makes the features, each from those before it.
func (a *App) build(ctx context.Context) (err error) {
	o := a.options
	a.Evidence, err = evidence.New(ctx, evidence.Options{
		DB: a.DB, Dir: o.Storage.Data, Key: o.Storage.EvidenceKey, Log: o.Logger, Now: o.Now,
	})
	if err != nil {
		return err
	}
	a.OAuth = oauth.New(oauth.Options{DB: a.DB, Logger: o.Logger, Now: o.Now})
	if err := a.buildSignIn(ctx); err != nil {
		return err
	}
	a.OAuth.Sessions = a.SignIn
	a.SLAs = sla.New(sla.Options{DB: a.DB, Now: o.Now})
	a.files, err = openFiles(o.Storage)
	if err != nil {
		return err
	}
	a.Documents = document.New(document.Options{DB: a.DB, Files: a.files, Now: o.Now, Users: documentUsers{a.Access, a.OAuth}})
	a.Program = program.New(program.Options{DB: a.DB, Documents: a.Documents, Now: o.Now, Users: controlUsers{a.Access}})
	a.Documents.Controls, a.Workspaces.Furnisher = a.Program, a.Program
	views, err := a.buildViews()
	if err != nil {
		return err
	}
	judge := assessment.NewJudge(a.DB)
	a.Resources = resource.New(resource.Options{
		Application: a.applicationID,
		DB:          a.DB, Judge: judge, Limits: resource.Limits{Records: o.Limits.MaxRecords},
		Logger: o.Logger, Now: o.Now, Owner: db.NewID(o.Now()),
		Systems: resource.Systems{Application: a.OAuth.House, Definitions: systems(), Settle: a.settleSystems},
		Views:   views, Wait: pushWait,
	})
	a.OAuth.Definitions = pushing{a.Resources}
	a.joinViews()
	builtins, err := builtin.Load()
	if err != nil {
		return err
	}
	a.Assessments = assessment.New(assessment.Options{
		Applications: applications{a.OAuth}, BuiltIns: builtins, Controls: a.Program, DB: a.DB,
		Files: a.files.Limited(maxAttachment), Judge: judge, Limited: a.Computers, Logger: o.Logger, Mapped: mapped{a.Mappings}, Now: o.Now,
		Recipients: recipients{a.Access, a.DB, a.Directory}, Resource: a.Resources, Users: users{a.Access},
	})
	a.Resources.Furnisher, a.Computers.Thresholds, a.Mappings.Follower = a.Assessments, a.Assessments, follower{a.Assessments}
	a.Policies = policy.New(policy.Options{DB: a.DB, Directory: a.Directory, Files: a.files.Limited(maxAttachment), Now: o.Now, Users: policyUsers{a.Access}})
	a.Program.Tests = a.Assessments
	a.SLAs.Users, a.SLAs.Edited = a.Assessments.TestsWith, a.Assessments.SLAEdited
	a.Scopes = scope.New(scope.Options{DB: a.DB, Now: o.Now, Tests: a.Assessments})
	a.Scopes.Users = a.Program.BoundTo
	a.Live = live.New(live.Options{DB: a.DB, Every: time.Second, Logger: o.Logger, Sessions: a.SignIn, Tests: a.Assessments})
	a.buildFeed()
	a.Home = home.New(home.Options{
		DB: a.DB, Documents: a.Documents, HasApplications: a.hasApplications, Now: o.Now, Policies: a.Policies, Program: a.Program, Reviews: a.Reviews,
		Tests: a.Assessments,
	})
	a.buildNotify()
	if err := a.buildWebhooks(ctx); err != nil {
		return err
	}
	return a.Program.FurnishAll(ctx) // workspaces of an older program
}

// buildFeed makes what tells others of what happens.
func (a *App) buildFeed() {
	o := a.options
	a.Feed = &feed.Service{DB: a.DB}
	a.Listeners = feed.NewListeners(feed.Options{Bearer: a.OAuth, Every: time.Second / 2, Feed: a.Feed, Logger: o.Logger, Now: o.Now, Sessions: a.SignIn})
	a.Streams = stream.New(stream.Options{
		AllowPrivate: o.Outside.AllowPrivateAddresses, DB: a.DB, Feed: a.Feed, Host: a.linkBase, Logger: o.Logger, Now: o.Now,
	})
}

// How many bytes a file may have: one attached to an exception, and one uploaded for
// a document (contract integration-api.md section 6).
const (
	maxAttachment = 10 << 20
	maxUpload     = 50 << 20
)

// openFiles answers where files are kept: a folder of the data, or a bucket.
func openFiles(s config.Storage) (*blob.Store, error) {
	folder, limit := filepath.Join(s.Data, "files"), int64(s.MaxUpload)
	if limit == 0 {
		limit = maxUpload
	}
	endpoint, path, err := s.Bucket()
	if err != nil {
		return nil, err
	}
	name, prefix, _ := strings.Cut(path, "/")
	if name == "" {
		return blob.New(folder, limit), nil
	}
	return blob.NewS3(blob.Bucket{
		AccessKey: s.FilesAccessKey, Endpoint: endpoint, Name: name, Prefix: prefix, Region: s.FilesRegion, SecretKey: s.FilesSecretKey,
	}, folder, limit)
}

// applications tells package assessment what it needs of package oauth.
type applications struct{ *oauth.Service }

// Applications answers all applications of the caller's workspace.
func (a applications) Applications(ctx context.Context, c caller.Caller) ([]assessment.Application, error) {
	list, err := a.List(ctx, c)
	all := make([]assessment.Application, 0, len(list))
	for _, app := range list {
		all = append(all, assessment.Application{ID: string(app.ID), Name: app.Name})
	}
	if err != nil {
		return nil, err
	}
	house, ok, err := a.HouseOf(ctx, c.Workspace)
	if ok { // last: a name that somebody chose means theirs
		all = append(all, assessment.Application{ID: house, Name: oauth.HouseName})
	}
	return all, err
}

// hasApplications says whether anybody has made an application in the workspace.
func (a *App) hasApplications(ctx context.Context, c caller.Caller) (bool, error) {
	list, err := a.OAuth.List(ctx, c)
	return len(list) > 0, err
}

// applicationID answers the id of an application by what names it.
func (a *App) applicationID(ctx context.Context, c caller.Caller, ref string) (string, error) {
	app, err := a.OAuth.Get(ctx, c, ref)
	return string(app.ID), err
}

// ApplicationNames answers what the applications of the caller's workspace are
// called, by id.
func (a applications) ApplicationNames(ctx context.Context, c caller.Caller) (map[string]string, error) {
	list, err := a.List(ctx, c)
	names := map[string]string{}
	for _, app := range list {
		names[string(app.ID)] = app.Name
	}
	return names, err
}

// Integrations answers the applications of the caller's workspace that push.
func (a applications) Integrations(ctx context.Context, c caller.Caller) (pushing []integration.Application, err error) {
	list, err := a.List(ctx, c)
	for _, app := range list {
		if app.Type == oauth.Build {
			pushing = append(pushing, integration.Application{ID: string(app.ID), Name: app.Name, Public: app.Origin != ""})
		}
	}
	if err != nil {
		return nil, err
	}
	for i := range pushing {
		if pushing[i].Public {
			if pushing[i].Connections, err = a.connections(ctx, c, pushing[i].ID); err != nil {
				return nil, err
			}
		}
	}
	return pushing, nil
}

// connections answers those of an installed application; one that has no tokens is
// disabled and says why.
func (a applications) connections(ctx context.Context, c caller.Caller, id string) ([]integration.Connection, error) {
	all, err := a.Connections(ctx, c, id)
	if err != nil {
		return nil, err
	}
	list := make([]integration.Connection, len(all))
	for i, n := range all {
		list[i] = integration.Connection{Disabled: n.State == oauth.Disconnected, Failure: n.Reason.Words(), ID: string(n.ID), Source: n.Source}
	}
	return list, nil
}

// users tells package assessment what it needs of package access.
type users struct{ *access.Service }

// Owner answers a user who may be given a test.
func (u users) Owner(ctx context.Context, c caller.Caller, ref string) (assessment.Owner, error) {
	user, err := u.Get(ctx, c, ref)
	return assessment.Owner{Email: user.Email, ID: string(user.ID), MayOwn: user.Role.MayOwn && user.Status != access.Deactivated, Name: user.Name}, err
}

// controlUsers tells package program what it needs of package access.
type controlUsers struct{ *access.Service }

// Owner answers a user who may be given a control.
func (u controlUsers) Owner(ctx context.Context, c caller.Caller, ref string) (program.Owner, error) {
	owner, err := users(u).Owner(ctx, c, ref)
	return program.Owner(owner), err
}

// documentUsers tells package document what it needs of packages access and oauth.
type documentUsers struct {
	*access.Service
	applications *oauth.Service
}

// Owner answers a user who may be given a document.
func (u documentUsers) Owner(ctx context.Context, c caller.Caller, ref string) (document.Owner, error) {
	owner, err := users{u.Service}.Owner(ctx, c, ref)
	return document.Owner(owner), err
}

// Uploader answers the name of who brought a file.
func (u documentUsers) Uploader(ctx context.Context, c caller.Caller, kind, id string) (string, error) {
	if kind == "APPLICATION" {
		app, err := u.applications.Get(ctx, c, id)
		return app.Name, err
	}
	owner, err := u.Owner(ctx, c, id)
	return cmp.Or(owner.Name, owner.Email), err
}

// policyUsers tells package policy what it needs of package access.
type policyUsers struct{ *access.Service }

// PolicyUser answers a user who may own or approve a policy, or accept one.
func (u policyUsers) PolicyUser(ctx context.Context, c caller.Caller, ref string) (policy.User, error) {
	owner, err := users(u).Owner(ctx, c, ref)
	return policy.User{Email: owner.Email, ID: owner.ID, MayOwn: owner.MayOwn, Name: owner.Name}, err
}

// Close ends evaluations that outlived their requests, and closes what is open.
func (a *App) Close() error {
	a.Listeners.Close()
	a.Live.Close()
	a.Assessments.Close()
	return errors.Join(a.breached.Close(), a.DB.Close())
}

// openDatabase makes the data folder and opens the database.
func openDatabase(ctx context.Context, s config.Storage) (*db.DB, error) {
	// PostgreSQL has its own place, but the evidence key may lie here.
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if s.Database != "" {
		return db.Open(ctx, db.Options{URL: s.Database})
	}
	// SQLite would leave it readable to others, and its log takes the same mode.
	file, err := os.OpenFile(s.File(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		err = file.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make the database: %w", err)
	}
	return db.Open(ctx, db.Options{Path: s.File()})
}
