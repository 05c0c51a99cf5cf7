// SPDX-License-Identifier: Apache-2.0

package test

import (
	"strings"
	"testing"
)

// TestDemo starts on an empty folder with a company in it, whose evidence verifies,
// and adds nothing when it is started so again.
func TestDemo(t *testing.T) {
	p := place{data: t.TempDir()}
	s := p.serve(t, "--demo")
	if !strings.Contains(s.logged(), "the example company is there") {
		t.Error("the server does not say that it filled the workspace")
	}
	type definition struct{ Name string }
	var before, after []definition
	p.admin(t, &before, "resource", "list")
	if len(before) != 30 {
		t.Errorf("%d definitions, want 30", len(before))
	}
	s.stop(t)
	s = p.serve(t, "--demo")
	if !strings.Contains(s.logged(), "--demo adds nothing") {
		t.Error("the server does not say that the workspace has something already")
	}
	p.admin(t, &after, "resource", "list")
	if len(after) != len(before) {
		t.Errorf("%d definitions after the second start, %d before", len(after), len(before))
	}
	s.stop(t)
	p.verify(t)
}
