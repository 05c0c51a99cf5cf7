// SPDX-License-Identifier: Apache-2.0

package filter_test

import (
	"testing"

	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// samples are what Okta and Entra send, and a long one.
func samples() map[string]string {
	return map[string]string{
		"simple": `userName eq "bjensen@example.com"`,
		"path":   `emails[type eq "work"].value eq "bjensen@example.com"`,
		"long":   `userType eq "Employee" and (emails[type eq "work" and value co "@example.com"] or not (title pr)) and meta.lastModified gt "2011-05-13T04:42:34Z"`,
	}
}

func BenchmarkParse(b *testing.B) {
	for name, text := range samples() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := filter.Parse(text, filter.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkNew is parsing and resolving together.
func BenchmarkNew(b *testing.B) {
	for name, text := range samples() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := filter.New(text, schema.User(), filter.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	obj, err := schema.ReadObject([]byte(`{"userName":"BJensen@example.com","userType":"Employee","emails":[{"value":"bjensen@example.com","type":"work"}],"meta":{"lastModified":"2012-05-13T04:42:34Z"}}`))
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range samples() {
		f, err := filter.New(text, schema.User(), filter.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !f.Match(obj) {
					b.Fatal("does not match")
				}
			}
		})
	}
}
