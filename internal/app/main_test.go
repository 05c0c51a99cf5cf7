// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"testing"

	"github.com/passmuster/muster/internal/randtest"
)

func TestMain(m *testing.M) { randtest.Main(m, "") }
