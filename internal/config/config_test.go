// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/passmuster/muster/internal/config"
)

type settings struct {
	config.Storage
	config.Server
	config.Limits
	Config string
}

func parse(t *testing.T, env map[string]string, args ...string) (settings, error) {
	t.Helper()
	var got settings
	sources := config.NewSources(func(name string) string { return env[name] })
	parser, err := kong.New(&got, sources.Options()...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return got, err
}

func TestTheFirstSourceWins(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "muster.json")
	secret := filepath.Join(dir, "database")
	write(t, file, `{"listen": "127.0.0.1:1", "base-url": "https://file.example", "max-records": 5}`)
	write(t, secret, "postgres://u:p@db/muster\n")
	env := map[string]string{
		"MUSTER_CONFIG": file, "MUSTER_BASE_URL": "https://env.example", "MUSTER_DATA": "",
		"MUSTER_DATABASE_FILE": secret, "MUSTER_MAX_BODY": "2MiB",
	}
	got, err := parse(t, env, "--listen", ":2")
	if err != nil {
		t.Fatal(err)
	}
	check := func(name, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	check("flag over file", got.Listen, ":2")
	check("environment over file", got.BaseURL, "https://env.example")
	check("secret file", got.Database, "postgres://u:p@db/muster")
	check("empty variable is none", filepath.Base(got.Data), "muster-data")
	if got.MaxRecords != 5 || got.MaxBody != 2<<20 || got.RateOAuth != 60 {
		t.Errorf("got %d records, %d bytes, %d token calls", got.MaxRecords, got.MaxBody, got.RateOAuth)
	}
}

func TestBadSettingsNameThePlace(t *testing.T) {
	dir := t.TempDir()
	unknown := filepath.Join(dir, "unknown.json")
	write(t, unknown, `{"port": 1}`)
	cut, twice, text := filepath.Join(dir, "cut.json"), filepath.Join(dir, "twice.json"), filepath.Join(dir, "text.json")
	write(t, cut, "{\n \"listen\":")
	write(t, twice, "{\"listen\": 1,\n \"listen\": 2}")
	write(t, text, `"listen"`)
	tests := []struct {
		name string
		env  map[string]string
		args []string
		want string
	}{
		{"listen", nil, []string{"--listen", "8080"}, `--listen: "8080" must be host:port`},
		{"base URL", nil, []string{"--base-url", "muster.example"}, "--base-url: "},
		{"base URL with query", nil, []string{"--base-url", "https://a/?b"}, "neither query"},
		{"database", map[string]string{"MUSTER_DATABASE": "mysql://x"}, nil, "--database: must be a URL"},
		{"size", nil, []string{"--max-body", "1GB"}, "512KiB"},
		{"rate", nil, []string{"--rate-manage=-1"}, "--rate-manage: -1 must be 0"},
		{"rate of providers", nil, []string{"--rate-scim=24"}, "--rate-scim: 24 must be 0 (no limit) or at least 25"},
		{"header of proxies", nil, []string{"--forwarded-header", "X-Real-IP"}, `--forwarded-header must be one of "X-Forwarded-For","Forwarded"`},
		{"absent secret", map[string]string{"MUSTER_DATABASE_FILE": filepath.Join(dir, "none")}, nil, "MUSTER_DATABASE_FILE: open"},
		{"unknown setting", nil, []string{"--config", unknown}, "--config: " + unknown + `: there is no setting "port"`},
		{"unknown setting by variable", map[string]string{"MUSTER_CONFIG": unknown}, nil, "MUSTER_CONFIG: " + unknown + `: there is no setting "port"`},
		{"absent file", map[string]string{"MUSTER_CONFIG": filepath.Join(dir, "none")}, nil, "MUSTER_CONFIG: read settings: open"},
		{"cut off", nil, []string{"--config", cut}, `{"listen": ":8080"}: line 2, column 11: the text ends too early`},
		{"repeated setting", nil, []string{"--config", twice}, `{"listen": ":8080"}: line 2, column 2: duplicate object member name "listen"`},
		{"no object", nil, []string{"--config", text}, text + ": must be a JSON object such as"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := parse(t, test.env, test.args...)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want an error with %q", err, test.want)
			}
			if strings.Contains(err.Error(), " json: ") || strings.Contains(err.Error(), "jsontext") || strings.Contains(err.Error(), "--help") {
				t.Errorf("got %v, which names what is not to blame", err)
			}
		})
	}
}

func TestPublishedRatesYieldToSettings(t *testing.T) {
	limits := config.Limits{MaxRecords: 7, RateAudit: 600, RateIntegrate: 600, RateManage: 600, RateSCIM: 50, RateSession: 9, RateUnknown: 8}
	got := limits.Published(func(flag string) bool { return flag == "rate-oauth" })
	want := config.Limits{MaxRecords: 7, RateAudit: 250, RateIntegrate: 20, RateManage: 50, RateSCIM: 50, RateSession: 9, RateUnknown: 8}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestSizeRoundTrip(t *testing.T) {
	for _, text := range []string{"0", "1", "512KiB", "3MiB", "1GiB", "1025"} {
		var size config.Size
		if err := size.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got, err := size.MarshalText(); err != nil || string(got) != text {
			t.Errorf("got %s, %v; want %s", got, err, text)
		}
	}
	var size config.Size
	if err := size.UnmarshalText([]byte("9000000000GiB")); err == nil {
		t.Error("an overflow was taken")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
