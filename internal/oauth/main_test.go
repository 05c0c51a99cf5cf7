// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"testing"

	"github.com/passmuster/muster/internal/randtest"
)

func TestMain(m *testing.M) { randtest.Main(m, "30") }
