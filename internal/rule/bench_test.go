// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"testing"

	"github.com/passmuster/muster/internal/jtd"
)

// benchRecord is a stored record of 420 bytes: members sorted, no white space.
const benchRecord = `{"customProperties":{"active":true,"cpu":{"cores":8,"model":"EPYC \"Milan\""},"criticality":"HIGH","environment":"production",` +
	`"hostname":"srv-000123.internal.example.com","lastPatched":"2026-03-14T09:26:53.589Z","memory":16384,"owner":null,"region":"eu-central-1",` +
	`"tags":["web","linux","pci","blue"]},"displayName":"srv-000123","externalUrl":"https://inventory.example.com/servers/srv-000123/overview?tab=main","uniqueId":"srv_000123_0000"}`

const benchSchema = `{"properties":{"displayName":{"type":"string"},"uniqueId":{"type":"string"},"externalUrl":{"type":"string"},
	"customProperties":{"properties":{"active":{"type":"boolean"},"memory":{"type":"int32"},"lastPatched":{"type":"timestamp"},
	"hostname":{"type":"string"},"tags":{"elements":{"type":"string"}},"criticality":{"enum":["LOW","HIGH"]}}}}}`

const flatRule = `{"all":[{"field":"active","op":"equals","value":true},{"field":"memory","op":"gte","value":8192}]}`

func benchProgram(b testing.TB, rule string) *Program {
	b.Helper()
	schema, err := jtd.Parse([]byte(benchSchema))
	if err != nil {
		b.Fatal(err)
	}
	node, problems := Parse([]byte(rule))
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	program, err := Compile(node, NewFields(schema))
	if err != nil {
		b.Fatal(err)
	}
	return program
}

// BenchmarkSlots is the test alone, on slots that are already filled.
func BenchmarkSlots(b *testing.B) {
	e := benchProgram(b, flatRule).NewEvaluator()
	if truth, _ := e.Eval([]byte(benchRecord), 0); truth != True {
		b.Fatal(truth)
	}
	b.ReportAllocs()
	for b.Loop() {
		e.program.root.test(e)
	}
}

// BenchmarkEval is the whole way, from the stored JSON.
func BenchmarkEval(b *testing.B) {
	for _, bench := range []struct{ name, rule string }{
		{"flat", flatRule},
		{"missing", `{"all":[{"field":"displayName","op":"exists"},{"field":"uniqueId","op":"equals","value":"x"}]}`},
		{"text", `{"any":[{"field":"hostname","op":"contains","value":"INTERNAL","ignoreCase":true},{"field":"criticality","op":"in","value":["LOW"]}]}`},
		{"matches", `{"field":"hostname","op":"matches","value":"^srv-[0-9]+\\."}`},
		{"relative", `{"field":"lastPatched","op":"within_last","value":"90d"}`},
		{"array", `{"field":"tags","op":"contains_all","value":["pci","linux"]}`},
		{"element", `{"field":"tags","any":{"field":"","op":"equals","value":"pci"}}`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			e := benchProgram(b, bench.rule).NewEvaluator()
			doc := []byte(benchRecord)
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				e.Eval(doc, 1_780_000_000_000)
			}
		})
	}
}

// BenchmarkPool is Eval as callers on several goroutines use it.
func BenchmarkPool(b *testing.B) {
	program := benchProgram(b, flatRule)
	doc := []byte(benchRecord)
	b.ReportAllocs()
	for b.Loop() {
		program.Eval(doc, 0)
	}
}

func BenchmarkExplain(b *testing.B) {
	program := benchProgram(b, flatRule)
	doc := []byte(benchRecord)
	b.ReportAllocs()
	for b.Loop() {
		_ = program.Explain(doc, 0).Reason()
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		benchProgram(b, flatRule)
	}
}
