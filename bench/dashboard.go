// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/passmuster/muster/internal/json"
)

// The dashboard in a real browser, on what a day's company has: what pages ask for, when
// they paint, and how a long list scrolls. design: each call within 50 ms, first paint
// within 500 ms, 60 frames a second.
const (
	paintLimit = 500.0
	callLimit  = 50.0
	frameLimit = 1000.0 / 60 * 1.1 // a clock of whole milliseconds strays
)

// pageMeasure is a line of ui/proof/measure.mjs, times in milliseconds.
type pageMeasure struct {
	Call   string  `json:"call"` // the slowest
	Calls  int     `json:"calls"`
	Frames *frames `json:"frames"` // null where no list is long
	Kilo   int     `json:"kilobytes"`
	Page   string  `json:"page"`
	Paint  float64 `json:"paint"`
	Slow   float64 `json:"slowest"`
}

type frames struct {
	Height float64 `json:"height"`
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
}

// dashboard opens every page in Debian's Chromium by ui/proof/measure.mjs.
func (b *bench) dashboard(ctx context.Context, e engine) (err error) {
	h, err := b.estate(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, h.stop()) }()
	const email, password = "bench@example.com", "a horse in the rain"
	user := exec.CommandContext(ctx, b.binary, "admin", "user", "create", "--email", email, "--role", "Admin", "--password-stdin")
	user.Env = append(os.Environ(), h.env...)
	user.Stdin = strings.NewReader(password + "\n")
	if out, err := user.CombinedOutput(); err != nil {
		return fmt.Errorf("make a user: %w: %s", err, out)
	}
	walk := exec.CommandContext(ctx, "node", "proof/measure.mjs", h.base, email, password)
	walk.Dir = "ui"
	walk.Stderr = b.stderr
	out, err := walk.Output()
	if err != nil {
		return fmt.Errorf("walk the pages: %w", err)
	}
	return b.pageRows(e, out)
}

// pageRows says what was measured, a row a page.
func (b *bench) pageRows(e engine, out []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		var m pageMeasure
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return err
		}
		ours, ok := fmt.Sprintf("%d kB; paint %.0f ms; %d calls, slowest %.1f ms", m.Kilo, m.Paint, m.Calls, m.Slow), m.Paint <= paintLimit && m.Slow <= callLimit
		if m.Frames != nil {
			ours += fmt.Sprintf("; a frame %.1f ms, 95 %% within %.1f", m.Frames.Median, m.Frames.P95)
			ok = ok && m.Frames.Median <= frameLimit
		}
		b.table.add(row{path: fmt.Sprintf("%s, dashboard: `%s`", e, m.Page), ours: ours, goal: "500 ms, 50 ms, 60 frames", met: verdictOf(ok)})
	}
	return lines.Err()
}
