// SPDX-License-Identifier: Apache-2.0

// Command bench measures the real binary beside a bare pipeline, in one run on
// one machine, and prints a table: README.md says what each row means.
//
//	go run ./bench              100,000 records, 5 rounds
//	go run ./bench -quick       10,000 records, 1 round
//	go run ./bench -million     also 1,000,000 records
//	go run ./bench -only push   sections whose names match
//
// It never fails for being slow: machines are shared and noisy. An exit code
// other than 0 means that something could not be measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/passmuster/muster/internal/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	binary  string // measure this one instead of building it
	floor   string // serve the floor on this address; then the argument is its storage
	million bool
	only    *regexp.Regexp
	quick   bool
	records int
	rounds  int
}

func parse(args []string, stderr io.Writer) (o options, storage string, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", "", "run only sections whose names match this `regexp`")
	flags.StringVar(&o.binary, "binary", "", "measure this `program` instead of building one")
	flags.StringVar(&o.floor, "floor", "", "serve the bare pipeline on this `address`; used by the program itself")
	flags.BoolVar(&o.million, "million", false, "also push 1,000,000 records")
	flags.BoolVar(&o.quick, "quick", false, "10,000 records, one round")
	flags.IntVar(&o.records, "records", 100_000, "`records` of a set")
	flags.IntVar(&o.rounds, "rounds", 5, "`rounds`, of which the medians are shown")
	if err := flags.Parse(args); err != nil {
		return o, "", err
	}
	if o.quick {
		o.records, o.rounds = 10_000, 1
	}
	o.only, err = regexp.Compile(*only)
	return o, flags.Arg(0), err
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, storage, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.floor != "" {
		return serveFloor(ctx, o.floor, storage)
	}
	b := &bench{options: o, estates: map[engine]config.Storage{}, medians: map[string]time.Duration{}, stderr: stderr}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.open(ctx); err != nil {
		return err
	}
	for _, s := range b.sections() {
		if !o.only.MatchString(s.name) {
			continue
		}
		begun := time.Now()
		b.say("%s …", s.name)
		failed := s.run(ctx)
		if errors.Is(failed, errNoPostgres) {
			b.say("%s: LEFT OUT: %v", s.name, failed)
			continue
		}
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", s.name, failed))
		}
		b.say("%s: %.0f s", s.name, time.Since(begun).Seconds())
		if ctx.Err() != nil {
			break
		}
	}
	_, printed := io.WriteString(stdout, b.table.String())
	return errors.Join(err, printed)
}

// bench is one run.
type bench struct {
	options
	cluster *cluster // nil until a section asks for it
	dir     string
	estates map[engine]config.Storage // filled by a section, looked at by others
	folders int
	medians map[string]time.Duration // what a later section compares with
	self    string
	stderr  io.Writer
	table   table
}

type section struct {
	name string
	run  func(context.Context) error
}

func (b *bench) sections() []section {
	list := []section{
		{"micro", b.micro},
		{"proof", b.proof},
		{"start", b.start},
	}
	for _, engine := range []engine{sqlite, postgresql} {
		for _, by := range []order{ascending, shuffled} {
			list = append(list, section{fmt.Sprintf("push/%s/%s", engine, by), func(ctx context.Context) error { return b.pushes(ctx, engine, by) }})
		}
		list = append(list,
			section{"tests/" + string(engine), func(ctx context.Context) error { return b.tests(ctx, engine, b.records) }},
			section{"pages/" + string(engine), func(ctx context.Context) error { return b.pages(ctx, engine) }},
			section{"tokens/" + string(engine), func(ctx context.Context) error { return b.tokens(ctx, engine) }},
			section{"day/" + string(engine), func(ctx context.Context) error { return b.day(ctx, engine) }},
			section{"dashboard/" + string(engine), func(ctx context.Context) error { return b.dashboard(ctx, engine) }},
			section{"scim/" + string(engine), func(ctx context.Context) error { return b.scim(ctx, engine) }},
		)
		if b.million {
			list = append(list,
				section{"million/" + string(engine), func(ctx context.Context) error { return b.millions(ctx, engine) }},
				section{"others/" + string(engine), func(ctx context.Context) error { return b.others(ctx, engine) }},
			)
		}
	}
	return list
}

// open makes the run's folder and builds the binary as `make build` does.
func (b *bench) open(ctx context.Context) (err error) {
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "bench-"); err != nil {
		return err
	}
	if err := os.WriteFile(b.schemaFile(), []byte(schema), 0o600); err != nil || b.binary != "" {
		return err
	}
	b.binary = filepath.Join(b.dir, "program")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", b.binary, "./cmd/muster")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build (run this in the repository's root): %w\n%s", err, out)
	}
	return nil
}

func (b *bench) close() error {
	var err error
	if b.cluster != nil {
		err = b.cluster.stop()
	}
	return errors.Join(err, os.RemoveAll(b.dir))
}

func (b *bench) schemaFile() string { return filepath.Join(b.dir, "schema.json") }

func (b *bench) say(format string, args ...any) {
	// Progress is for a person; the table does not depend on it.
	_, _ = fmt.Fprintf(b.stderr, format+"\n", args...)
}

// folder answers a path of its own for each call.
func (b *bench) folder(name string) string {
	b.folders++
	return filepath.Join(b.dir, fmt.Sprintf("%s-%d", name, b.folders))
}

// thousands writes 100000 as 100,000.
func thousands(n int) string {
	text := fmt.Sprint(n)
	var out strings.Builder
	for i, digit := range text {
		if i > 0 && (len(text)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(digit)
	}
	return out.String()
}
