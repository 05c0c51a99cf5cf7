// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"strings"

	"github.com/passmuster/muster/internal/scim/schema"
)

// maxKey bounds, in bytes, what is unique or looked up: indexes of both engines
// must hold it.
const maxKey = 1024

// checkFit refuses what not every database can keep: U+0000 anywhere, and long
// values where they are looked up.
func checkFit(rt *schema.ResourceType, obj schema.Object) error {
	if hasNull(obj) {
		return schema.Errorf(schema.InvalidValue, "Text must not hold the character U+0000.")
	}
	long := func(name, value string) error {
		if len(value) <= maxKey {
			return nil
		}
		return schema.Errorf(schema.InvalidValue, "%s is longer than %d bytes.", name, maxKey)
	}
	for _, name := range []string{unique(rt), "externalId"} {
		if err := long(name, text(obj, name)); err != nil {
			return err
		}
	}
	for path, values := range looked(rt, obj) {
		for _, value := range values {
			if err := long(path, value); err != nil {
				return err
			}
		}
	}
	for _, m := range membersOf(obj) {
		if err := long("members.value", m.Value); err != nil {
			return err
		}
	}
	return nil
}

func hasNull(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		for _, inner := range v {
			if hasNull(inner) {
				return true
			}
		}
	case schema.Object:
		for _, inner := range v {
			if hasNull(inner) {
				return true
			}
		}
	}
	return false
}

// checkMember is checkFit for what a PATCH adds to a group.
func checkMember(m Member) error {
	if strings.ContainsRune(m.Value, 0) || strings.ContainsRune(m.Display, 0) || len(m.Value) > maxKey {
		return schema.Errorf(schema.InvalidValue, "A member's value must have at most %d bytes, and no character U+0000.", maxKey)
	}
	return nil
}
