// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/passmuster/muster/internal/json"
)

// Sources gives kong the values that stand in the environment and in a file.
// One Sources serves one parse.
type Sources struct {
	getenv func(string) string
	twins  map[*kong.Value]string // variable of each flag
	file   map[string]string      // nil until read
}

// NewSources answers sources that read variables through getenv.
func NewSources(getenv func(string) string) *Sources {
	return &Sources{getenv: getenv, twins: map[*kong.Value]string{}}
}

// Options are what kong.New must be given.
func (s *Sources) Options() []kong.Option {
	return []kong.Option{
		kong.PostBuild(s.adopt),
		// Before kong resolves: it would blame the first flag for a broken file.
		kong.WithBeforeResolve(s.readFile),
		kong.Resolvers(kong.ResolverFunc(s.resolve)),
		kong.ValueFormatter(s.help),
	}
}

// adopt takes the env tags away from kong, which would read the process's
// environment by itself and take an empty variable for a value.
func (s *Sources) adopt(k *kong.Kong) error {
	return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok && len(flag.Tag.Envs) > 0 {
			s.twins[flag.Value] = flag.Tag.Envs[0]
			flag.Help = strings.ReplaceAll(flag.Help, "${env}", flag.Tag.Envs[0])
			flag.Tag.Envs, flag.Envs = nil, nil
		}
		return next(nil)
	})
}

// help writes a flag's help with its variable.
func (s *Sources) help(value *kong.Value) string {
	twin := s.twins[value]
	if twin == "" {
		return value.Help
	}
	return strings.TrimSpace(value.Help + " ($" + twin + ")")
}

func (s *Sources) resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	text, err := s.lookup(flag)
	if err != nil || text == "" {
		return nil, err
	}
	return text, nil
}

// lookup answers a flag's value, "" when no source has one.
func (s *Sources) lookup(flag *kong.Flag) (string, error) {
	twin := s.twins[flag.Value]
	if twin == "" {
		return "", nil
	}
	if text := s.getenv(twin); text != "" {
		return text, nil
	}
	if flag.Tag.Has("secret") {
		if path := s.getenv(twin + "_FILE"); path != "" {
			return readSecret(twin+"_FILE", path)
		}
	}
	return s.file[flag.Name], nil
}

func readSecret(variable, path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", variable, err)
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" {
		return "", fmt.Errorf("%s: %s is empty", variable, path)
	}
	return secret, nil
}

// readFile reads the file of --config or MUSTER_CONFIG once.
func (s *Sources) readFile(ctx *kong.Context) error {
	if s.file != nil {
		return nil
	}
	s.file = map[string]string{}
	source, path := s.configPath(ctx)
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s: read settings: %w", source, err)
	}
	if err := s.read(text); err != nil {
		return fmt.Errorf("%s: %s: %w", source, path, err)
	}
	return nil
}

// read takes the settings from the text of a file.
func (s *Sources) read(text []byte) (err error) {
	const wanted = `must be a JSON object such as {"listen": ":8080"}`
	if json.Value(text).Kind() != '{' {
		return errors.New(wanted)
	}
	var members map[string]json.Value
	if err := json.Unmarshal(text, &members); err != nil {
		return fmt.Errorf("%s: %s", wanted, malformed(text, err))
	}
	known := map[string]bool{}
	for value := range s.twins {
		known[value.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !known[name] {
			return fmt.Errorf("there is no setting %q; the names are those of the flags", name)
		}
		if s.file[name], err = scalar(members[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// malformed says where and why a text is no JSON, without naming the library.
func malformed(text []byte, err error) string {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		place := json.PlaceOf(text, int64(len(text)))
		return fmt.Sprintf("line %d, column %d: the text ends too early", place.Line, place.Column)
	case errors.As(err, &syntax):
		place := json.PlaceOf(text, syntax.ByteOffset)
		why, _, _ := strings.Cut(strings.TrimPrefix(syntax.Error(), "jsontext: "), " after offset ")
		return fmt.Sprintf("line %d, column %d: %s", place.Line, place.Column, why)
	}
	return err.Error()
}

// configPath answers the path of the file, "" for none, and what named it.
func (s *Sources) configPath(ctx *kong.Context) (source, path string) {
	for _, flag := range ctx.Flags() {
		if path, ok := ctx.FlagValue(flag).(string); ok && flag.Name == "config" && path != "" {
			return "--config", path
		}
	}
	return "MUSTER_CONFIG", s.getenv("MUSTER_CONFIG")
}

// scalar answers the text of a string, number or boolean.
func scalar(value json.Value) (string, error) {
	switch value.Kind() {
	case '"':
		return json.Unquote(value)
	case '0', 't', 'f':
		return string(value), nil
	default:
		return "", fmt.Errorf("must be a string, a number, true or false")
	}
}
