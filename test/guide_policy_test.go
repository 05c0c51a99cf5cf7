// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"strings"
	"testing"
)

const guideToPolicies = "../docs/guide/policies.md"

// TestGuideToPolicies runs docs/guide/policies.md: each call in an http block must be
// answered as the line after it says.
func TestGuideToPolicies(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guideToPolicies)
	if err != nil {
		t.Fatal(err)
	}
	p := place{data: t.TempDir()}
	manage := p.application(t, "Console", "manage")
	w := &walkthrough{server: p.serve(t), t: t}
	w.token = w.server.token(t, manage)
	rest, ran := string(text), 0
	for {
		_, block, found := strings.Cut(rest, "\n```")
		if !found {
			break
		}
		block, rest, _ = strings.Cut(block, "\n```")
		if kind, body, _ := strings.Cut(block, "\n"); kind == "http" {
			w.http(body)
			ran++
		}
	}
	if ran < 4 {
		t.Errorf("%d blocks were run", ran)
	}
}
