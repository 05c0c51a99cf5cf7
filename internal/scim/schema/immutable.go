// SPDX-License-Identifier: Apache-2.0

package schema

// KeepImmutable holds a replacement against what it replaces (RFC 7644 §3.5.1):
// an immutable attribute that has a value stays, and one that is sent with another
// is a mutability error. after is changed. What stands in a multi-valued attribute
// is known by its value and may come and go as a whole.
func KeepImmutable(before, after Object, rt *ResourceType) error {
	if err := keepImmutable("", before, after, rt.core.Attributes); err != nil {
		return err
	}
	for _, s := range rt.extensions {
		old, _ := before[s.ID].(Object)
		next, there := after[s.ID].(Object)
		if !there {
			next = Object{}
		}
		if err := keepImmutable(s.ID+":", old, next, s.Attributes); err != nil {
			return err
		}
		if !there && len(next) > 0 {
			after[s.ID] = next
			SetSchemas(after, rt)
		}
	}
	return nil
}

func keepImmutable(prefix string, before, after Object, attributes []*Attribute) error {
	for _, a := range attributes {
		old, next := before[a.Name], after[a.Name]
		if a.Mutability == Immutable && old != nil {
			if next != nil && !Equal(old, next) {
				return Errorf(MutabilityErr, "%s%s is immutable: it was set once and cannot change.", prefix, a.Name)
			}
			after[a.Name] = old
			continue
		}
		inner, complex := old.(Object)
		if !complex {
			continue
		}
		part, _ := next.(Object)
		if part == nil {
			part = Object{}
		}
		if err := keepImmutable(prefix+a.Name+".", inner, part, a.SubAttributes); err != nil {
			return err
		}
		if len(part) > 0 {
			after[a.Name] = part
		}
	}
	return nil
}
