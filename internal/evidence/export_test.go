// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"os"
	"path/filepath"
)

// KeyText answers the secret key of a service that made its own.
func KeyText(s *Service) (string, error) {
	text, err := os.ReadFile(filepath.Join(s.memory.dir, keyFile))
	return string(text), err
}
