// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"flag"
	"testing"
)

// machineChecks is how many random runs TestMachine makes on each engine unless
// -rapid.checks says otherwise; hundreds find no more in an ordinary change.
const machineChecks = "8"

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	for name, value := range map[string]string{"rapid.checks": machineChecks, "rapid.nofailfile": "true"} {
		if given && name == "rapid.checks" {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	m.Run()
}
