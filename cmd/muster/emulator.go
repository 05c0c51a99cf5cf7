// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strconv"

	"github.com/alecthomas/kong"

	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/emulator"
	"github.com/passmuster/muster/internal/telemetry"
)

// emulatorFlags make serve a server for a developer or a CI job.
type emulatorFlags struct {
	Emulator bool   `env:"MUSTER_EMULATOR" help:"Serve a workspace that is gone at the end, with the rate limits that integrations are published for, and print the ids and secrets of two applications and twelve resources."`
	Format   string `default:"auto" enum:"auto,text,json" env:"MUSTER_EMULATOR_FORMAT" help:"How the emulator prints them: text, json (lines), or auto: text on a terminal." name:"emulator-format" placeholder:"FORMAT"`
	Seed     string `env:"MUSTER_EMULATOR_SEED" help:"Any text: the same one gives the same ids and secrets." name:"emulator-seed" placeholder:"TEXT"`
}

// broomCmd runs beside an emulator and clears up after it.
type broomCmd struct {
	Folder string `arg:""`
}

// Run waits for the end of the emulator.
func (c *broomCmd) Run(sys *system) error { return emulator.Sweep(sys.stdin, c.Folder) }

// given says which flags have a value that is not their default, whatever source it
// came from.
func given(command *kong.Context) map[string]bool {
	names := map[string]bool{}
	for _, step := range command.Path {
		if step.Flag != nil {
			names[step.Flag.Name] = true
		}
	}
	return names
}

// emulate serves a seeded workspace in a folder that goes with the process.
func (c *serveCmd) emulate(sys *system, log *slog.Logger, given map[string]bool) (err error) {
	for _, flag := range []string{"data", "database", "demo"} {
		if given[flag] {
			return usagef("--emulator: keeps nothing, so it cannot be combined with --%s", flag)
		}
	}
	c.Limits = c.Published(func(flag string) bool { return given[flag] })
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program itself: %w", err)
	}
	folder, err := emulator.NewFolder(sys.ctx, memoryPlaces(), program, broomCommand)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	c.Data = folder.Path
	a, err := app.Open(sys.ctx, c.options(sys, log))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	estate, err := emulator.Seed(sys.ctx, a, c.Seed, sys.now)
	if err != nil {
		return err
	}
	return c.serve(sys, a, log, func(ctx context.Context, base string) {
		if err := c.printEstate(sys, estate, base); err != nil {
			log.ErrorContext(ctx, "the ids cannot be printed", slog.Any("error", err))
		}
	})
}

const broomCommand = "emulator-broom"

// memoryPlaces answers where the folder may be, best first.
func memoryPlaces() []string {
	const shared, enough = "/dev/shm", 1 << 30 // containers often have 64 MiB there
	if runtime.GOOS == "linux" {
		if free, err := freeSpace(shared); err == nil && free >= enough {
			return []string{shared, ""}
		}
	}
	return []string{""}
}

func (c *serveCmd) printEstate(sys *system, estate emulator.Estate, base string) error {
	limits := emulator.Limits{Audit: c.RateAudit, Integration: c.RateIntegrate, Manage: c.RateManage, OAuth: c.RateOAuth}
	if c.emulatorFlags.Format == "json" || c.emulatorFlags.Format == "auto" && !telemetry.IsTerminal(sys.stdout) {
		lines, err := estate.Lines(base, limits)
		if err != nil {
			return err
		}
		return sys.write("%s", lines)
	}
	rows := [][]string{{"APPLICATION", "TYPE", "CLIENT ID", "CLIENT SECRET"}}
	for _, a := range estate.Applications {
		rows = append(rows, []string{a.Name, a.Type, a.ClientID, a.ClientSecret})
	}
	resources := [][]string{{"PATH", "RESOURCE ID", "NAME"}}
	for _, r := range estate.Resources {
		resources = append(resources, []string{r.Path, r.ResourceID, r.Name})
	}
	rates := [][]string{{"CALLS A MINUTE", ""}}
	for _, rate := range []struct {
		class string
		value int
	}{{"oauth", limits.OAuth}, {"integration", limits.Integration}, {"manage", limits.Manage}, {"audit", limits.Audit}} {
		rates = append(rates, []string{rate.class, strconv.Itoa(rate.value)})
	}
	return sys.write("%s\n\n%s\n\n%s\n\nThe emulator is at %s; what it holds is gone when it stops.\n", table(rows), table(resources), table(rates), base)
}
