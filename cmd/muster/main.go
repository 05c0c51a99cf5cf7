// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/fault"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitMisfit = 3 // a record, a test or a verification does not pass
)

// cli is every command.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Run the server."`
	Push    pushCmd    `cmd:"" help:"Push a file of records: the complete set of one resource."`
	Events  eventsCmd  `cmd:"" help:"Print what happens, as JSON lines."`
	Verify  verifyCmd  `cmd:"" help:"Check exported evidence, offline."`
	Admin   adminCmd   `cmd:"" help:"Work on the data itself, whether or not a server runs on it."`
	Version versionCmd `cmd:"" help:"Say which version this is."`
	Broom   broomCmd   `cmd:"" hidden:"" name:"emulator-broom"`
}

// system is what a command may touch of the world.
type system struct {
	ctx    context.Context //nolint:containedctx // one run of the program
	getenv func(string) string
	now    func() time.Time
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program: it answers the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	sys := &system{ctx: ctx, getenv: getenv, now: time.Now, stdin: stdin, stdout: stdout, stderr: stderr}
	command, code, err := parse(sys, args)
	if command == nil {
		if err != nil {
			sys.say("muster: %v", err)
		}
		return code
	}
	err = command.Run()
	var misfit *misfitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &misfit):
		if text := misfit.Error(); text != "" {
			sys.say("muster: %s", text)
		}
		return exitMisfit
	}
	sys.say("muster: %s", explain(err))
	var usage *usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// helpPrinted carries the exit code out of kong, which prints help and then
// wants to end the process.
type helpPrinted int

// parse answers the command to run, or nil and the exit code.
func parse(sys *system, args []string) (command *kong.Context, code int, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			printed, ok := cause.(helpPrinted)
			if !ok {
				panic(cause)
			}
			command, code, err = nil, int(printed), nil
		}
	}()
	grammar := &cli{}
	options := append(config.NewSources(sys.getenv).Options(),
		kong.Name("muster"),
		kong.Description("Push what your systems know, state the rules it must pass, keep evidence that anyone can check."),
		kong.Writers(sys.stdout, sys.stderr),
		kong.Exit(func(code int) { panic(helpPrinted(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Bind(sys, &adminContext{flags: &grammar.Admin, sys: sys}),
	)
	parser, err := kong.New(grammar, options...)
	if err != nil {
		return nil, exitFailed, err
	}
	command, err = parser.Parse(helpLast(adminFirst(args)))
	if err != nil && len(args) == 0 {
		context, err := kong.Trace(parser, nil)
		if err == nil {
			err = context.PrintUsage(false)
		}
		return nil, exitUsage, err
	}
	if err != nil {
		return nil, exitUsage, fmt.Errorf("%w\nmuster: %s", err, hint(err))
	}
	return command, exitDone, nil
}

// hint says where the flags of the command that was meant are explained.
func hint(err error) string {
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if node := parse.Context.Selected(); node != nil {
			return fmt.Sprintf("see muster %s --help", strings.TrimPrefix(node.Path(), "muster "))
		}
	}
	return "see muster --help"
}

// adminFirst lets the flags of admin stand before the word, too.
func adminFirst(args []string) []string {
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "admin":
			return append(append([]string{arg}, args[:i]...), args[i+1:]...)
		case arg == "--data", arg == "--database", arg == "--workspace", arg == "--evidence-key", arg == "--config":
			i++ // its value
		case !strings.HasPrefix(arg, "--"):
			return args
		}
	}
	return args
}

// helpLast takes muster help push for muster push --help.
func helpLast(args []string) []string {
	if len(args) == 0 || args[0] != "help" {
		return args
	}
	return append(slices.Clone(args[1:]), "--help")
}

// say writes a line for people.
func (s *system) say(format string, args ...any) {
	_, _ = fmt.Fprintln(s.stderr, plain(fmt.Sprintf(format, args...))) // nobody is left to tell
}

// write writes a result.
func (s *system) write(format string, args ...any) error {
	_, err := fmt.Fprintf(s.stdout, format, args...)
	return err
}

// misfitError says that something was checked and does not pass.
type misfitError struct{ message string } // "" when all has been said

func (e *misfitError) Error() string { return e.message }

// usageError says that flags or arguments do not make sense together.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// explain writes an error for people: a fault in all its places.
func explain(err error) string {
	var failure *fault.Error
	if !errors.As(err, &failure) || len(failure.Problems) < 2 {
		return err.Error()
	}
	lines := []string{"several things are wrong:"}
	for _, problem := range failure.Problems {
		lines = append(lines, "  "+problem.Pointer+": "+problem.Message)
	}
	return strings.Join(lines, "\n")
}
