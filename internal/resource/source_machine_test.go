// SPDX-License-Identifier: Apache-2.0

package resource_test

import "io"

// interrupted is a body in whose middle something happens.
type interrupted struct {
	happens func()
	parts   []string
}

func (r *interrupted) Read(p []byte) (int, error) {
	if len(r.parts) == 0 {
		return 0, io.EOF
	}
	if len(r.parts) == 1 && r.happens != nil {
		r.happens() // the first part was understood: the push holds its claim
		r.happens = nil
	}
	n := copy(p, r.parts[0])
	if r.parts[0] = r.parts[0][n:]; r.parts[0] == "" {
		r.parts = r.parts[1:]
	}
	return n, nil
}
