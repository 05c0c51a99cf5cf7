// SPDX-License-Identifier: Apache-2.0

package jtd_test

import (
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/jtd"
)

// benchSchema is a schema as people write them: a server of an inventory.
const benchSchema = `{
	"definitions": {"disk": {"properties": {"name": {"type": "string"}, "encrypted": {"type": "boolean"}, "sizeGb": {"type": "uint32"}}}},
	"properties": {
		"displayName": {"type": "string"},
		"uniqueId": {"type": "string"},
		"externalUrl": {"type": "string"},
		"collectedTimestamp": {"type": "timestamp"},
		"region": {"enum": ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"]},
		"memory": {"type": "int32"},
		"load": {"type": "float64"},
		"active": {"type": "boolean"},
		"tags": {"elements": {"type": "string"}},
		"disks": {"elements": {"ref": "disk"}}
	},
	"optionalProperties": {
		"owner": {"type": "string", "nullable": true},
		"note": {"type": "string", "nullable": true},
		"labels": {"values": {"type": "string"}},
		"network": {"properties": {"vpc": {"type": "string"}, "ports": {"elements": {"type": "uint16"}}, "public": {"type": "boolean"}}}
	}
}`

// benchRecord has 432 bytes without white space, 14 members at the top.
const benchRecord = `{"displayName":"srv-008.prod","uniqueId":"srv_008","externalUrl":"https:\/\/cloud.test/s/008",` +
	`"collectedTimestamp":"2026-03-14T09:26:53.589Z","region":"eu-west-1","memory":16384,"load":0.73,"active":true,` +
	`"tags":["web","tier \"1\""],"disks":[{"name":"sda","encrypted":true,"sizeGb":512}],"owner":null,` +
	`"note":"rack 4\nrow 2","labels":{"team":"payments","cost":"cc-17"},` +
	`"network":{"vpc":"vpc-0a1b2c","ports":[443,8443],"public":false}}`

func benchmarkFirst(b *testing.B, schema, record string) {
	parsed, err := jtd.Parse([]byte(schema))
	if err != nil {
		b.Fatal(err)
	}
	validator, err := jtd.Compile(parsed)
	if err != nil {
		b.Fatal(err)
	}
	text := []byte(record)
	if problem, ok := validator.First(text); !ok {
		b.Fatalf("%+v", problem)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, ok := validator.First(text); !ok {
			b.Fatal("no longer valid")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkFirst is the case the target is stated for: members in schema order.
func BenchmarkFirst(b *testing.B) { benchmarkFirst(b, benchSchema, benchRecord) }

// BenchmarkFirstSpaced has white space everywhere.
func BenchmarkFirstSpaced(b *testing.B) {
	benchmarkFirst(b, benchSchema, strings.NewReplacer(`",`, "\",\n  ", `":`, `": `).Replace(benchRecord))
}

// BenchmarkFirstSorted has its members in alphabetical order, as records are
// stored, so that the guess of the next member mostly fails.
func BenchmarkFirstSorted(b *testing.B) {
	benchmarkFirst(b, benchSchema, `{"active":true,"collectedTimestamp":"2026-03-14T09:26:53.589Z",`+
		`"disks":[{"encrypted":true,"name":"sda","sizeGb":512}],"displayName":"srv-008.prod",`+
		`"externalUrl":"https:\/\/cloud.test/s/008","labels":{"cost":"cc-17","team":"payments"},"load":0.73,"memory":16384,`+
		`"network":{"ports":[443,8443],"public":false,"vpc":"vpc-0a1b2c"},"note":"rack 4\nrow 2","owner":null,`+
		`"region":"eu-west-1","tags":["web","tier \"1\""],"uniqueId":"srv_008"}`)
}

// BenchmarkFirstInvalid costs the second pass, which builds the problem.
func BenchmarkFirstInvalid(b *testing.B) {
	parsed, err := jtd.Parse([]byte(benchSchema))
	if err != nil {
		b.Fatal(err)
	}
	validator, err := jtd.Compile(parsed)
	if err != nil {
		b.Fatal(err)
	}
	text := []byte(strings.Replace(benchRecord, "8443", "84430", 1))
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, ok := validator.First(text); ok {
			b.Fatal("valid")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkParseTimestamp(b *testing.B) {
	text := []byte("2026-03-14T09:26:53.589+02:00")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := jtd.ParseTimestamp(text); !ok {
			b.Fatal("no timestamp")
		}
	}
}

func BenchmarkMembers(b *testing.B) {
	text := []byte(benchRecord)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		count := 0
		for m := jtd.MembersOf(text); m.Next(); {
			count += len(m.Value())
		}
		if count == 0 {
			b.Fatal("no members")
		}
	}
}
