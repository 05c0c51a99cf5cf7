// SPDX-License-Identifier: Apache-2.0

package resource_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/resource"
)

// BenchmarkPush times whole pushes without HTTP; bench/ has the real figures.
func BenchmarkPush(b *testing.B) {
	const many = 100_000
	for _, engine := range []string{"sqlite", "postgresql"} {
		b.Run(engine, func(b *testing.B) {
			first, second := body(many, 1), body(many, 2)
			for b.Loop() {
				b.StopTimer()
				push := openBench(b, engine)
				b.StartTimer()
				begun := time.Now()
				push(first)
				b.ReportMetric(float64(time.Since(begun).Milliseconds()), "first-ms")
				begun = time.Now()
				push(first)
				b.ReportMetric(float64(time.Since(begun).Milliseconds()), "unchanged-ms")
				begun = time.Now()
				push(second)
				b.ReportMetric(float64(time.Since(begun).Milliseconds()), "changed-ms")
			}
		})
	}
}

func body(many, version int) []byte {
	var out bytes.Buffer
	out.WriteString(`{"resourceId":"%ID%________________","resources":[`)
	for i := range many {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, `{"uniqueId":"srv_%08d","displayName":"auth \"prod\" %d","externalUrl":"https://inventory.example.com/servers/%d",`+
			`"customProperties":{"name":"auth-prod-%d","active":%v,"memory":%d,"note":null,"zone":"eu-west-1a","tags":["a","b\n","c"],`+
			`"owner":{"email":"o%d@example.com","team":null},"disks":[{"name":"sda","size":1000,"encrypted":true},{"name":"sdb","size":2000,"encrypted":false}]}}`,
			i, i, i, i, i%3 == 0, 1024*version+i%5, i%977)
	}
	out.WriteString("]}")
	return out.Bytes()
}

const benchSchema = `{"properties":{"name":{"type":"string"},"active":{"type":"boolean"},"memory":{"type":"int32"},"zone":{"type":"string"},
	"note":{"type":"string","nullable":true},"tags":{"elements":{"type":"string"}},
	"owner":{"properties":{"email":{"type":"string"},"team":{"type":"string","nullable":true}}},
	"disks":{"elements":{"properties":{"name":{"type":"string"},"size":{"type":"int32"},"encrypted":{"type":"boolean"}}}}}}`

func openBench(b *testing.B, engine string) func(set []byte) {
	b.Helper()
	var d *db.DB
	if engine == "sqlite" {
		d = dbtest.SQLite(b)
	} else {
		d = dbtest.Open(b, db.Options{URL: dbtest.PostgreSQL(b)})
	}
	h := houseOn(b, d)
	service := resource.New(resource.Options{DB: d, Judge: assessment.NewJudge(d), Now: time.Now, Owner: "bench", Wait: time.Minute})
	definition, err := service.Create(context.Background(), h.caller, resource.NewDefinition{
		Application: h.caller.ID, Base: "CustomResource", Name: "Server", Schema: []byte(benchSchema),
	})
	if err != nil {
		b.Fatal(err)
	}
	return func(set []byte) {
		reader := io.MultiReader(bytes.NewReader([]byte(fmt.Sprintf(`{"resourceId":%q`, definition.ID))), bytes.NewReader(set[len(`{"resourceId":"%ID%________________"`):]))
		if _, err := service.Push(context.Background(), h.caller, resource.Push{Base: definition.Base, Body: reader, Default: resource.Strict}); err != nil {
			b.Fatal(err)
		}
	}
}
