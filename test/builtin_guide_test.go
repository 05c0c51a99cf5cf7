// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/assessment/builtin"
)

const guideToBuiltIns = "../docs/guide/builtin.md"

// TestGuideToBuiltInTests runs the document as it is written, as TestQuickstart does.
func TestGuideToBuiltInTests(t *testing.T) {
	t.Parallel()
	need(t, "bash", "curl", "jq")
	text, err := os.ReadFile(guideToBuiltIns)
	if err != nil {
		t.Fatal(err)
	}
	list, err := steps(string(text))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	env := []string{
		"PATH=" + filepath.Dir(muster(t)) + ":" + os.Getenv("PATH"), "HOME=" + folder, "LANG=C.UTF-8", "MUSTER_LISTEN=127.0.0.1:0",
	}
	first := exec.Command("bash", "-c", "exec "+list[0].script)
	first.Dir = folder
	server := start(t, first, env)
	shell(t, guideToBuiltIns, folder, append(env, "MUSTER_URL="+server.url), list[1:])
	server.stop(t)
}

// TestGuideNamesEverySetting compares the table of the document with the files.
func TestGuideNamesEverySetting(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guideToBuiltIns)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## All of them")
	all, err := builtin.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range all.All() {
		if strings.HasPrefix(b.ID, "api-") || strings.HasPrefix(b.ID, "code-") {
			continue // the same as package-
		}
		row := regexp.MustCompile("(?m)^.*`" + b.ID + "`.*$").FindString(table)
		if row == "" {
			t.Errorf("%s does not name %s", guideToBuiltIns, b.ID)
		}
		for _, s := range b.Settings {
			want := fmt.Sprintf("`%s`: %s", s.Name, strings.Trim(string(s.Default), `"`))
			if s.Kind == builtin.KindDays || s.Kind == builtin.KindMinutes {
				want += " " + string(s.Kind)
			}
			if !strings.Contains(row, want) {
				t.Errorf("%s says of %s %q, not %s", guideToBuiltIns, b.ID, row, want)
			}
		}
	}
}
