// SPDX-License-Identifier: Apache-2.0

// Package randtest makes random tests repeat themselves: an ordinary run draws the same
// every time, so that a gate says of a change only what the change did. Other draws come
// by -rapid.seed=0, as `make soak` asks.
package randtest

import (
	"flag"
	"strconv"
	"testing"
	"time"

	_ "pgregory.net/rapid" // its flags are set below
)

// Main runs the tests of a package that draws with rapid. Each property is tried checks
// times, or as often as rapid does when that is empty. A flag that is given wins.
func Main(m *testing.M, checks string) {
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"rapid.checks": checks, "rapid.nofailfile": "true", "rapid.seed": "1"} {
		if given[name] || value == "" {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	m.Run()
}

// Seed answers the seed of a random test that draws by itself, and logs it: that of
// rapid, so the same in every ordinary run, and the clock's where that is 0. The
// tests must be run by Main.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed, err := strconv.ParseUint(flag.Lookup("rapid.seed").Value.String(), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-rapid.seed=%d", seed)
	return seed
}
