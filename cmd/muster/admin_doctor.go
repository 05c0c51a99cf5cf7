// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/telemetry"
	"github.com/passmuster/muster/internal/workspace"
)

type migrateCmd struct{}

// Run opens the data, which brings the schema up to date.
func (c *migrateCmd) Run(a *adminContext) error {
	return a.open(func() error {
		current, _, err := a.DB.Version(a.sys.ctx)
		if err != nil {
			return err
		}
		return a.answer(struct {
			Engine  db.Engine `json:"engine"`
			Version int64     `json:"version"`
		}{a.DB.Engine(), current}, "the schema is up to date: version %d on %s", current, a.DB.Engine())
	})
}

type doctorCmd struct{}

// finding is the answer to one check.
type finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Found  string `json:"found"`
	Advice string `json:"advice,omitempty"` // what to do, when it is not well
}

// Run makes every check, also after one that failed. It only looks.
func (c *doctorCmd) Run(a *adminContext) error {
	storage := a.flags.Storage
	findings := []finding{
		checkFolder(storage),
		checkSpace(storage.Data),
		checkClock(a.sys.now(), storage),
		checkKeyFile(storage),
	}
	findings = append(findings, a.look(storage)...)
	return a.diagnose(findings)
}

// look checks what is in the database. It opens the data by itself: a.open would
// make what is not there, and bring the schema up to date.
func (a *adminContext) look(storage config.Storage) []finding {
	d, err := db.Open(a.sys.ctx, db.Options{Look: true, Path: storage.File(), URL: storage.Database})
	if err != nil {
		return []finding{databaseTrouble(err, storage)}
	}
	defer func() { _ = d.Close() }() // was only read
	database, current := checkSchema(a.sys.ctx, d)
	if !current {
		return []finding{database}
	}
	a.App = &app.App{DB: d, Workspaces: workspace.New(d, a.sys.now)}
	findings := []finding{database, a.checkServer()}
	if _, err := os.Stat(storage.KeyFile()); storage.EvidenceKey == "" && errors.Is(err, fs.ErrNotExist) {
		return findings // checkKeyFile has said so
	}
	if a.Evidence, err = a.openEvidence(d, storage); err != nil {
		return append(findings, databaseTrouble(err, storage))
	}
	return append(findings, a.checkEvidence())
}

func (a *adminContext) openEvidence(d *db.DB, storage config.Storage) (*evidence.Service, error) {
	log, err := telemetry.NewLogger(a.sys.stderr, telemetry.LogOptions{Level: "error"})
	if err != nil {
		return nil, err
	}
	return evidence.New(a.sys.ctx, evidence.Options{
		DB: d, Dir: storage.Data, Key: storage.EvidenceKey, Log: log, Now: a.sys.now,
	})
}

// checkSchema says which schema a database has, and whether it is this program's.
func checkSchema(ctx context.Context, d *db.DB) (f finding, current bool) {
	f = finding{Check: "database"}
	version, known, err := d.Version(ctx)
	if err != nil {
		f.Found, f.Advice = err.Error(), "is this a database of muster?"
		return f, false
	}
	f.Found = fmt.Sprintf("%s, schema version %d of %d", d.Engine(), version, known)
	switch {
	case version < known:
		f.Advice = "keep a copy, then bring it up to date: muster admin migrate; muster serve does so as well"
	case version > known:
		f.Advice = newerAdvice
	}
	f.OK = version == known
	return f, f.OK
}

const newerAdvice = "use the muster that made it, or a newer one"

// diagnose prints the findings; it fails when one is not well.
func (a *adminContext) diagnose(findings []finding) error {
	ill := 0
	var lines []string
	for _, f := range findings {
		mark := "ok"
		if !f.OK {
			mark = "NOT WELL"
			ill++
		}
		lines = append(lines, fmt.Sprintf("%-14s %-9s %s", f.Check, mark, f.Found))
		if f.Advice != "" {
			lines = append(lines, strings.Repeat(" ", 25)+"→ "+f.Advice)
		}
	}
	err := a.answer(struct {
		OK     bool      `json:"ok"`
		Checks []finding `json:"checks"`
	}{ill == 0, findings}, "%s", strings.Join(lines, "\n"))
	if err == nil && ill > 0 {
		err = fmt.Errorf("%d of %d checks are not well", ill, len(findings))
	}
	return err
}

func checkFolder(s config.Storage) finding {
	f := finding{Check: "data folder", Found: s.Data}
	info, err := os.Stat(s.Data)
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.Database != "" && s.EvidenceKey != "":
		f.OK, f.Found = true, s.Data+" is made when it is first needed"
		return f
	case errors.Is(err, fs.ErrNotExist):
		f.Found = s.Data + " is not there"
		f.Advice = "name the right folder by --data or MUSTER_DATA; for a new one: muster serve"
		return f
	case err != nil:
		f.Found, f.Advice = err.Error(), "let the user that runs muster read it"
		return f
	case !info.IsDir():
		f.Found, f.Advice = s.Data+" is no folder", "give another --data"
		return f
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		f.Found = fmt.Sprintf("%s has mode %04o: others may enter it", s.Data, mode)
		f.Advice = "chmod 700 " + shellQuote(s.Data)
		return f
	}
	probe, err := os.CreateTemp(s.Data, ".doctor-*")
	if err == nil {
		err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	}
	if err != nil {
		f.Found, f.Advice = err.Error(), "let the user that runs muster write there"
		return f
	}
	f.OK = true
	return f
}

func checkKeyFile(s config.Storage) finding {
	f := finding{Check: "evidence key"}
	if s.EvidenceKey != "" {
		f.OK, f.Found = true, "given by flag or environment"
		return f
	}
	info, err := os.Stat(s.KeyFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Found = s.KeyFile() + " is not there"
		f.Advice = "put it back, or set MUSTER_EVIDENCE_KEY or MUSTER_EVIDENCE_KEY_FILE; only a new database gets a new one"
	case err != nil:
		f.Found, f.Advice = err.Error(), "let the user that runs muster read it"
	case info.Mode().Perm()&0o077 != 0:
		f.Found = fmt.Sprintf("%s has mode %04o: others may read it", s.KeyFile(), info.Mode().Perm())
		f.Advice = "chmod 600 " + shellQuote(s.KeyFile())
	default:
		f.OK, f.Found = true, s.KeyFile()
	}
	return f
}

// leastSpace is what SQLite's log and a large push need at once.
const leastSpace = 1 << 30

func checkSpace(folder string) finding {
	f := finding{Check: "disk space"}
	free, err := freeSpace(folder)
	if err != nil {
		f.OK, f.Found = true, "not known: "+err.Error()
		return f
	}
	f.Found = fmt.Sprintf("%.1f GiB free", float64(free)/(1<<30))
	if f.OK = free >= leastSpace; !f.OK {
		f.Advice = "free some: below 1 GiB a large push may fail"
	}
	return f
}

// checkClock finds a clock that was set back: evidence carries times.
func checkClock(now time.Time, s config.Storage) finding {
	const slack = time.Minute
	f := finding{Check: "clock", OK: true, Found: now.UTC().Format(time.RFC3339)}
	bad := func(what string, at time.Time) {
		f.OK = false
		f.Found += fmt.Sprintf(", but %s is from %s", what, at.UTC().Format(time.RFC3339))
		f.Advice = "set the clock, by NTP for example"
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			built, err := time.Parse(time.RFC3339, setting.Value)
			if setting.Key == "vcs.time" && err == nil && now.Before(built.Add(-slack)) {
				bad("this program", built)
			}
		}
	}
	if info, err := os.Stat(s.File()); err == nil && now.Before(info.ModTime().Add(-slack)) {
		bad("the database", info.ModTime())
	}
	return f
}

func databaseTrouble(err error, s config.Storage) finding {
	f := finding{Check: "database", Found: err.Error()}
	switch {
	case s.Database == "" && errors.Is(err, fs.ErrNotExist):
		f.Found = s.File() + " is not there, or empty"
		f.Advice = "name the right folder by --data or MUSTER_DATA; for a new database: muster serve"
	case errors.Is(err, evidence.ErrOtherKey):
		f.Check = "evidence key"
		f.Advice = "give the key that signed before, by MUSTER_EVIDENCE_KEY_FILE or in " + s.KeyFile()
	case s.Database != "":
		f.Advice = "is PostgreSQL running, and does MUSTER_DATABASE name it rightly?"
	default:
		f.Advice = "look at " + s.File()
	}
	return f
}

// checkEvidence holds the trees against what was signed last.
func (a *adminContext) checkEvidence() finding {
	f := finding{Check: "evidence", OK: true, Found: "signed by " + a.Evidence.Key().Fingerprint()}
	if err := a.Evidence.Check(a.sys.ctx); err != nil {
		f.OK, f.Found = false, err.Error()
		f.Advice = "keep a copy of the data, and find out who changed it: evidence that was signed is gone or altered"
	}
	return f
}

// checkServer says what the last server called itself.
func (a *adminContext) checkServer() finding {
	f := finding{Check: "base URL", OK: true}
	base, err := a.Workspaces.BaseURL(a.sys.ctx)
	switch {
	case err != nil:
		f.OK, f.Found = false, err.Error()
	case base == "":
		f.Found = "none yet: muster serve stores it"
	default:
		f.Found = base
	}
	return f
}
