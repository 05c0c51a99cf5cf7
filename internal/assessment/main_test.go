// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"testing"

	"github.com/passmuster/muster/internal/randtest"
)

// A machine takes a while for each of its runs, so there are few.
func TestMain(m *testing.M) { randtest.Main(m, "8") }
