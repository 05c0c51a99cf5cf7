// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/telemetry"
)

// pushJSON is the machine output: the server's answer, and lines.
type pushJSON struct {
	*api.PutResult

	Rejections []rejectionJSON `json:"rejections,omitempty"`
}

type rejectionJSON struct {
	api.Rejection

	Line int `json:"line,omitempty"` // of the file, from 1; 0: not known
}

func newPushJSON(result *api.PutResult, lines map[int64]int) pushJSON {
	out := pushJSON{PutResult: result}
	for _, rejection := range result.Rejections {
		out.Rejections = append(out.Rejections, rejectionJSON{Line: lines[rejection.Index], Rejection: rejection})
	}
	return out
}

// report prints a result for people; lines are those of the elements, by index.
func (c *pushCmd) report(sys *system, result *api.PutResult, lines map[int64]int) error {
	var out strings.Builder
	if c.DryRun {
		out.WriteString("dry run: nothing was changed\n")
	}
	row := func(name string, n int64) { fmt.Fprintf(&out, "%-10s %s\n", name, thousands(n)) }
	switch {
	case result.Sync != nil:
		row("created", result.Sync.Created)
		row("updated", result.Sync.Updated)
		row("unchanged", result.Sync.Unchanged)
		row("removed", result.Sync.Removed)
	case result.Results != nil:
		row("accepted", result.Results.Accepted)
	}
	row("rejected", rejected(result))
	reportRejections(&out, result, lines)
	reportHeld(&out, c, result)
	if n := len(result.Warnings); n > 0 {
		row("warnings", int64(n))
	}
	for _, warning := range result.Warnings {
		fmt.Fprintf(&out, "  %s%s: %s%s\n", atLine(lines[warning.Index]), warning.Pointer, warning.Message, named(warning.UniqueID))
	}
	if result.Code != "" {
		fmt.Fprintf(&out, "nothing was taken: %s\n", result.Code)
	}
	return sys.write("%s", out.String())
}

func reportRejections(out io.Writer, result *api.PutResult, lines map[int64]int) {
	for _, r := range result.Rejections {
		found := ""
		if r.Actual != "" && r.Code != "missing_property" {
			found = ", found " + r.Actual
		}
		_, _ = fmt.Fprintf(out, "  %s%s%s%s\n", atLine(lines[r.Index]), r.Message, found, named(r.UniqueID)) // a Builder never fails
	}
	if more := rejected(result) - int64(len(result.Rejections)); more > 0 {
		_, _ = fmt.Fprintf(out, "  and %s more\n", thousands(more))
	}
}

// reportHeld says which removals wait, and for what.
func reportHeld(out io.Writer, c *pushCmd, result *api.PutResult) {
	if result.Held == nil || result.Held.Count == 0 {
		return
	}
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	line("%-10s %s removals wait: %s", "held", thousands(result.Held.Count), strings.Join(result.Held.Sample, ", "))
	if token := result.Held.ConfirmToken; token != "" {
		line("to make them: muster push --resource %s --type %s --confirm-removals %s %s", c.Resource, c.Type, token, c.File)
		return
	}
	line("an element without a usable uniqueId may be any of them: push a clean set")
}

// atLine writes the place of an element in the file, where it is known.
func atLine(line int) string {
	if line == 0 {
		return ""
	}
	return fmt.Sprintf("line %d: ", line)
}

func named(unique string) string {
	if unique == "" {
		return ""
	}
	return " (" + unique + ")"
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// progress is a bar on a terminal, and nothing elsewhere.
type progress struct {
	bar  *mpb.Bar // nil: no terminal
	bars *mpb.Progress
}

func newProgress(w io.Writer, total int64) *progress {
	if !telemetry.IsTerminal(w) || total == 0 {
		return &progress{}
	}
	bars := mpb.New(mpb.WithOutput(w), mpb.WithWidth(48))
	bar := bars.AddBar(total,
		mpb.PrependDecorators(decor.CountersNoUnit("%d of %d records")),
		mpb.AppendDecorators(decor.Percentage(decor.WCSyncSpace)),
		mpb.BarRemoveOnComplete(),
	)
	return &progress{bar: bar, bars: bars}
}

// count moves the bar with each record; a new try starts it again.
func (p *progress) count(records iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
	if p.bar == nil {
		return records
	}
	const step = 1000 // as often as an eye needs
	return func(yield func([]byte, error) bool) {
		n := int64(0)
		p.bar.SetCurrent(0)
		for record, err := range records {
			if n++; n%step == 0 {
				p.bar.SetCurrent(n)
			}
			if !yield(record, err) {
				return
			}
		}
	}
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar == nil {
		return
	}
	p.bar.Abort(true)
	p.bars.Wait()
}
