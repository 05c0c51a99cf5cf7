// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/proof"
)

// kernel is a benchmark of a package and what it was worth on the machine that
// the goals were set on.
type kernel struct {
	bench string // as go test names it
	pkg   string
	path  string
	floor time.Duration
	goal  time.Duration
}

func kernels() []kernel {
	return []kernel{
		{"BenchmarkFirst", "jtd", "JTD: validate a record of 432 bytes", 1553 * time.Nanosecond, 1725 * time.Nanosecond},
		{"BenchmarkSlots", "rule", "rule on typed slots", 22 * time.Nanosecond, 33 * time.Nanosecond},
		{"BenchmarkEval/flat", "rule", "rule from a stored record of 420 bytes", 1150 * time.Nanosecond, 1725 * time.Nanosecond},
		{"BenchmarkAppend/sqlite", "evidence", "evidence: append, with its row (once a push)", 0, time.Millisecond},
	}
}

// micro runs the packages' own benchmarks: what they measure cannot be seen
// from outside the process. Their floors are constants of another machine.
func (b *bench) micro(ctx context.Context) error {
	for _, k := range kernels() {
		took, allocs, err := k.run(ctx, b.rounds)
		if err != nil {
			return err
		}
		p := pair{ours: took}
		if k.floor > 0 {
			p.floor = []time.Duration{k.floor}
			p.ours = []time.Duration{median(took)}
		}
		b.table.atMost(fmt.Sprintf("%s (%s allocations)", k.path, allocs), p, k.goal)
	}
	return nil
}

// run runs the benchmark and answers the time of each round.
func (k kernel) run(ctx context.Context, rounds int) (took []time.Duration, allocs string, err error) {
	parts := strings.Split(k.bench, "/")
	for i, part := range parts {
		parts[i] = "^" + part + "$"
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", strings.Join(parts, "/"), "-benchmem",
		"-benchtime", "200ms", "-count", strconv.Itoa(rounds), "./internal/"+k.pkg)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	line := regexp.MustCompile(`(?m)^` + k.bench + `\S*\s+\d+\s+([0-9.]+) ns/op.*?(\d+) allocs/op`)
	for _, found := range line.FindAllStringSubmatch(string(out), -1) {
		ns, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			return nil, "", err
		}
		took, allocs = append(took, time.Duration(ns)), found[2]
	}
	if len(took) == 0 {
		return nil, "", fmt.Errorf("no result of %s in:\n%s", k.bench, out)
	}
	return took, allocs, nil
}

// memoryTree is a tree's stored hashes.
type memoryTree []proof.Hash

// ReadHashes is of proof.HashReader.
func (t memoryTree) ReadHashes(indexes []int64) ([]proof.Hash, error) {
	list := make([]proof.Hash, len(indexes))
	for i, index := range indexes {
		list[i] = t[index]
	}
	return list, nil
}

// proof times the Merkle tree alone: a million entries in memory.
func (b *bench) proof(context.Context) error {
	entries := int64(b.size(million))
	var tree memoryTree
	frontier, err := proof.NewFrontier(0, tree)
	if err != nil {
		return err
	}
	begun := time.Now()
	for i := range entries {
		tree = frontier.Append(tree, proof.Leaf(fmt.Appendf(nil, `{"entry":%d}`, i)))
	}
	appended := time.Since(begun) / time.Duration(entries)
	const proofs = 2000
	begun = time.Now()
	for i := range int64(proofs) {
		if _, err := proof.ProveEntry(entries, i*(entries/proofs), tree); err != nil {
			return err
		}
	}
	proved := time.Since(begun) / proofs
	tree0 := fmt.Sprintf(" in a tree of %s entries", thousands(int(entries)))
	b.table.atMost("evidence: append"+tree0, pair{ours: []time.Duration{appended}, floor: []time.Duration{time.Microsecond}}, 2*time.Microsecond)
	b.table.atMost("evidence: proof"+tree0, pair{ours: []time.Duration{proved}, floor: []time.Duration{15 * time.Microsecond}}, 30*time.Microsecond)
	return nil
}
