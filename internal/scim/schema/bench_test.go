// SPDX-License-Identifier: Apache-2.0

package schema_test

import (
	"testing"

	"github.com/passmuster/muster/internal/scim/schema"
)

const sampleUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"test.user@okta.local","name":{"givenName":"Test","familyName":"User"},"emails":[{"primary":true,"value":"test.user@okta.local","type":"work"}],"displayName":"Test User","locale":"en-US","externalId":"00ujl29u0le5T6Aj10h7","groups":[],"password":"1mz050nq","active":true,"vanta_roles":"65f0c1"}`

func BenchmarkDecode(b *testing.B) {
	rt := schema.User().With([]schema.Learned{{Name: "vanta_roles", Type: schema.String}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := schema.Decode([]byte(sampleUser), rt, schema.Tolerant); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCanonical(b *testing.B) {
	rt := schema.User().With([]schema.Learned{{Name: "vanta_roles", Type: schema.String}})
	got, err := schema.Decode([]byte(sampleUser), rt, schema.Tolerant)
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = schema.Append(dst[:0], got.Object, rt)
	}
}

func BenchmarkProject(b *testing.B) {
	got, err := schema.Decode([]byte(sampleUser), schema.User(), schema.Tolerant)
	if err != nil {
		b.Fatal(err)
	}
	p := schema.NewProjection(got.Type, schema.Tolerant, []string{"userName", "emails.value"}, nil)
	b.ReportAllocs()
	for b.Loop() {
		p.Apply(got.Object)
	}
}

func BenchmarkWith(b *testing.B) {
	learned := []schema.Learned{{Name: "vanta_roles", Type: schema.String}}
	b.ReportAllocs()
	for b.Loop() {
		schema.User().With(learned)
	}
}
