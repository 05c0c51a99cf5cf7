// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"os"
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

func (s *Sources) resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if err := s.readFile(ctx); err != nil {
		return nil, err
	}
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
	path := s.configPath(ctx)
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	var members map[string]json.Value
	if err := json.Unmarshal(text, &members); err != nil {
		return fmt.Errorf("%s: must be a JSON object such as {\"listen\": \":8080\"}: %w", path, err)
	}
	known := map[string]bool{}
	for value := range s.twins {
		known[value.Name] = true
	}
	for name, value := range members {
		if !known[name] {
			return fmt.Errorf("%s: there is no setting %q; the names are those of the flags", path, name)
		}
		if s.file[name], err = scalar(value); err != nil {
			return fmt.Errorf("%s: %s: %w", path, name, err)
		}
	}
	return nil
}

func (s *Sources) configPath(ctx *kong.Context) string {
	for _, flag := range ctx.Flags() {
		if path, ok := ctx.FlagValue(flag).(string); ok && flag.Name == "config" && path != "" {
			return path
		}
	}
	return s.getenv("MUSTER_CONFIG")
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
