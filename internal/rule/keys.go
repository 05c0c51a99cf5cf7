// SPDX-License-Identifier: Apache-2.0

package rule

import "strings"

// Keys answers where a field stands in a record, from the outside in; nil for what
// stands in no document, such as id. The error says what is wrong with the name and
// what would fit.
func (f *Fields) Keys(name string) ([]string, error) {
	p, err := parsePath(name)
	if err != nil {
		return nil, err
	}
	keys, _, err := f.resolve(scope{shape: f.record}, p)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(keys[0], "\x00") {
		return nil, nil
	}
	return keys, nil
}
