// SPDX-License-Identifier: Apache-2.0

package telemetry_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/telemetry"
)

func TestLogger(t *testing.T) {
	tests := []struct{ format, level, want string }{
		{"json", "info", `"msg":"hello"`},
		{"text", "info", "msg=hello"},
		{"auto", "debug", `"msg":"hello"`}, // a buffer is no terminal
		{"auto", "error", ""},
	}
	for _, test := range tests {
		var out bytes.Buffer
		log, err := telemetry.NewLogger(&out, telemetry.LogOptions{Format: test.format, Level: test.level})
		if err != nil {
			t.Fatal(err)
		}
		log.InfoContext(t.Context(), "hello")
		if got := out.String(); !strings.Contains(got, test.want) || (test.want == "") != (got == "") {
			t.Errorf("%s at %s: got %q, want %q", test.format, test.level, got, test.want)
		}
	}
	if _, err := telemetry.NewLogger(nil, telemetry.LogOptions{Level: "loud"}); err == nil {
		t.Error("the level loud was taken")
	}
}

func TestNullIsNoTerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = null.Close() }()
	if telemetry.IsTerminal(null) {
		t.Error("the null device counts as a terminal")
	}
}

func TestRegistryGathers(t *testing.T) {
	families, err := telemetry.NewRegistry("1.2.3").Gather()
	if err != nil || len(families) < 10 {
		t.Errorf("got %d families, %v", len(families), err)
	}
}
