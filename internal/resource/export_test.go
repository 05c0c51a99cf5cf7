// SPDX-License-Identifier: Apache-2.0

package resource

// FieldsOf answers what a change tells of the places of its record.
func FieldsOf(c RecordChange) []FieldChange { return c.list }

// TokenOf answers what releases the removals that are held.
func TokenOf(s Standing) string { token, _ := s.token(); return token }
