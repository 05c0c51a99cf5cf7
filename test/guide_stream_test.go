// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const guideToStreams = "../docs/guide/streams.md"

// TestGuideToStreams runs docs/guide/streams.md: each call in an http block must be
// answered as the line after it says, each command of muster must succeed, and those that
// print events must print some.
func TestGuideToStreams(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guideToStreams)
	if err != nil {
		t.Fatal(err)
	}
	p := place{data: t.TempDir()}
	manage := p.application(t, "Console", "manage")
	w := &walkthrough{server: p.serve(t), t: t}
	w.token = w.server.token(t, manage)
	for _, block := range blocks(string(text), "http") {
		w.http(block)
	}
	ran := 0
	for _, block := range blocks(string(text), "sh") {
		for line := range strings.SplitSeq(block, "\n") {
			if !strings.HasPrefix(line, "muster ") {
				continue
			}
			ran++
			// By a shell, as readers do: there are quotes.
			command := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(line, "muster", muster(t), 1))
			command.Env = append(p.environment(), "MUSTER_URL="+w.server.url, "MUSTER_CLIENT_ID="+manage.ClientID, "MUSTER_CLIENT_SECRET="+manage.ClientSecret)
			out, err := command.Output()
			if err != nil {
				t.Fatalf("%s: %v\n%s", line, err, out)
			}
			if len(out) == 0 {
				t.Errorf("%s: prints nothing", line)
			}
			if strings.Contains(line, "application.created") && !strings.Contains(string(out), `"type":"application.created"`) {
				t.Errorf("%s: prints %s", line, out)
			}
		}
	}
	if ran < 6 {
		t.Errorf("%d commands were run", ran)
	}
}
