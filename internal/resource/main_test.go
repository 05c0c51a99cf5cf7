// SPDX-License-Identifier: Apache-2.0

package resource_test

import (
	"testing"

	"github.com/passmuster/muster/internal/randtest"
)

func TestMain(m *testing.M) { randtest.Main(m, "15") }
