// SPDX-License-Identifier: Apache-2.0

package json_test

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/passmuster/muster/internal/json"
)

func TestOrdered(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"spaces", " { \"a\" : [ 1 , 2.50 , { } ] } ", `{"a":[1,2.50,{}]}`},
		{"members", `{"b":1,"a":{"z":[],"y":"\""},"":null}`, `{"":null,"a":{"y":"\"","z":[]},"b":1}`},
		{"spelling", `{"b":"\u00e9\/","a":1E2}`, `{"a":1E2,"b":"\u00e9\/"}`},
		{"backslashes", `{"b":"\\","a":"\\\""}`, `{"a":"\\\"","b":"\\"}`},
		{"scalar", ` true `, `true`},
		{"prefix", `{"ab":1,"a":2,"a\"":3}`, `{"a":2,"a\"":3,"ab":1}`},
	}
	var orderer json.Orderer
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := string(orderer.Append(nil, []byte(c.text))); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// FuzzOrdered compares with the library's own, slower formatter.
func FuzzOrdered(f *testing.F) {
	f.Add([]byte(`{"b":[1,{"d":"x","c":null}],"a":"\\"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := json.NewDecoder(bytes.NewReader(text)).ReadValue()
		if err != nil {
			return
		}
		var orderer json.Orderer
		got := orderer.Append(nil, value)
		again := orderer.Append(nil, got)
		if !bytes.Equal(got, again) {
			t.Fatalf("not stable: %s then %s", got, again)
		}
		a, b := value.Clone(), jsontext.Value(got)
		if a.Canonicalize() != nil {
			return // a number that RFC 8785 cannot hold
		}
		if err := b.Canonicalize(); err != nil || !bytes.Equal(a, b) {
			t.Fatalf("%s became %s (%v)", value, got, err)
		}
	})
}

func BenchmarkOrdered(b *testing.B) {
	record := []byte(`{"uniqueId":"srv_0000123","displayName":"auth \"prod\" 1","externalUrl":"https://inventory.example.com/123",` +
		`"customProperties":{"name":"auth-prod-1","active":true,"memory":16384,"tags":["a","b"],"owner":{"team":null,"email":"x@example.com"}}}`)
	var orderer json.Orderer
	var out []byte
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	for b.Loop() {
		out = orderer.Append(out[:0], record)
	}
}
