// SPDX-License-Identifier: Apache-2.0

package breach

import _ "embed"

//go:embed common.bin
var common string

// List tells which passwords nobody may take.
type List struct {
	common *table
	file   *file // nil without a breached file
}

// New makes the list that is built in, together with the breached file at path;
// "" is none. Errors name the file and the line or the offset in it that does not
// fit. Close the list to let go of the file.
func New(path string) (*List, error) {
	table, err := parse(common)
	if err != nil {
		return nil, err
	}
	list := &List{common: table}
	if path != "" {
		if list.file, err = open(path); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Has says whether the password is listed and so must be refused. It may be of any
// length. An error comes from the breached file alone, after the common list has
// said no: the caller decides what that is worth.
func (l *List) Has(password string) (bool, error) {
	if l.common.has(password) {
		return true, nil
	}
	if l.file == nil {
		return false, nil
	}
	return l.file.has(password)
}

// Size answers how many passwords the common list has.
func (l *List) Size() int { return l.common.size() }

// Close lets go of the breached file. Has must not be called after it.
func (l *List) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.close()
}
