// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
	"github.com/passmuster/muster/internal/resource"
)

const serverSchema = `{
	"definitions": {"size": {"type": "int32"}},
	"properties": {
		"name": {"type": "string"}, "active": {"type": "boolean"}, "memory": {"ref": "size"},
		"lastUpdated": {"type": "timestamp"}, "tier": {"enum": ["1", "2"]}, "tags": {"elements": {"type": "string"}},
		"disk": {"properties": {"size": {"type": "int32"}}}, "a.b": {"type": "string"}
	},
	"optionalProperties": {"note": {"type": "string", "nullable": true}, "any": {}}
}`

func testSheet(t *testing.T, base resource.Base, schema string) *sheet {
	t.Helper()
	s := &sheet{}
	var err error
	if s.base, err = base.Schema(); err != nil {
		t.Fatal(err)
	}
	if schema != "" {
		if s.custom, err = jtd.Parse([]byte(schema)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// readAll reads a file of a name and text.
func readAll(t *testing.T, name, text, format string, s *sheet) (records []string, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := openSource(path, format, nil, s)
	if err != nil {
		return nil, err
	}
	for record, err := range src.records() {
		if err != nil {
			return records, err
		}
		records = append(records, string(record))
	}
	return records, nil
}

func TestCellsBecomeValues(t *testing.T) {
	custom := func(members string) string { return `{"uniqueId":"u","customProperties":{` + members + `}}` }
	tests := []struct {
		name, schema, header, row, want string
	}{
		{
			"literals are recognised", "", "n,b,z,s,l,o,d,i", `8192,true,null,big,"[1,""a""]","{""k"":1}",1.5e3,-0`,
			custom(`"n":8192,"b":true,"z":null,"s":"big","l":[1,"a"],"o":{"k":1},"d":1.5e3,"i":-0`),
		},
		{
			"what is no literal is a string", "", "a,b,c,d,e,f", `007,True,"[1",1.,"""x""",2024-01-01`,
			custom(`"a":"007","b":"True","c":"[1","d":"1.","e":"\"x\"","f":"2024-01-01"`),
		},
		{"an empty cell is absent", "", "a,b", ",", custom("")},
		{"prefix or bare", "", "customProperties.memory,active", "1,false", custom(`"memory":1,"active":false`)},
		{"dots are objects", "", "customProperties.disk.size,disk.kind,rack", "4,ssd,", custom(`"disk":{"size":4,"kind":"ssd"}`)},
		{
			"the schema decides", serverSchema, "name,active,memory,lastUpdated,tier,tags,disk.size,a.b,note,any",
			`42,TRUE,16384,2024-05-01T00:00:00Z,1,"[""x""]",9,true,null,7`,
			custom(`"name":"42","active":true,"memory":16384,"lastUpdated":"2024-05-01T00:00:00Z","tier":"1","tags":["x"],"disk":{"size":9},"a.b":"true","note":null,"any":7`),
		},
		{
			"what does not fit stays for the server to refuse", serverSchema, "memory,active,other", `lots,yes,3`,
			custom(`"memory":"lots","active":"yes","other":3`),
		},
		{"an object with no value in it is absent", serverSchema, "disk.size", `""`, custom("")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := readAll(t, "x.csv", "uniqueId,"+test.header+"\r\nu,"+test.row+"\r\n", formatAuto, testSheet(t, resource.CustomResource, test.schema))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{test.want}, got); diff != "" {
				t.Error(diff)
			}
			if !json.Value(got[0]).IsValid() {
				t.Errorf("%s is no JSON", got[0])
			}
		})
	}
}

func TestBaseFieldsGoByTheirTypes(t *testing.T) {
	text := "\xEF\xBB\xBFuniqueId , displayName,mfaEnabled,mfaMethods,groupIds,team,roleDescription\n" +
		"1,\"Doe, \"\"J\"\"\nJane\",null,\"[\"\"SMS\"\"]\",,42,\n" +
		"2,x,TRUE,SMS,[],,true\n"
	got, err := readAll(t, "x.csv", text, formatAuto, testSheet(t, "UserAccount", ""))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"uniqueId":"1","displayName":"Doe, \"J\"\nJane","mfaEnabled":null,"mfaMethods":["SMS"],"customProperties":{"team":42}}`,
		`{"uniqueId":"2","displayName":"x","mfaEnabled":true,"mfaMethods":"SMS","groupIds":[],"customProperties":{},"roleDescription":"true"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, err = readAll(t, "x.csv", "uniqueId,passwordPolicy.minimumLengthRequirement\n1,12\n2,\n", formatAuto, testSheet(t, "MacosUserComputer", ""))
	want = []string{`{"uniqueId":"1","passwordPolicy":{"minimumLengthRequirement":12}}`, `{"uniqueId":"2"}`}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestFormatsAreRecognised(t *testing.T) {
	want := []string{`{"a":1}`, `{"b":[2]}`}
	array, lines := " \n[{\"a\":1},\n {\"b\":[2]}]\n", "{\"a\":1}\n\n{\"b\":[2]}\n"
	tests := []struct{ name, text, format string }{
		{"x.json", array, formatAuto},
		{"x.json", lines, formatAuto},
		{"x.ndjson", lines, formatAuto},
		{"x.JSONL", lines, formatAuto},
		{"x", array, formatAuto},
		{"x.txt", "\xEF\xBB\xBF" + lines, formatAuto},
		{"x.csv", array, formatJSON},
		{"x.json", lines, formatNDJSON},
	}
	for _, test := range tests {
		got, err := readAll(t, test.name, test.text, test.format, nil)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s as %s: got %q, %v", test.name, test.format, got, err)
		}
	}
	if got, err := readAll(t, "x.json", "[]", formatAuto, nil); err != nil || len(got) != 0 {
		t.Errorf("the empty set: got %q, %v", got, err)
	}
	if got, err := readAll(t, "x", "uniqueId\nu\n", formatAuto, testSheet(t, resource.CustomResource, "")); err != nil || len(got) != 1 {
		t.Errorf("a table without extension: got %q, %v", got, err)
	}
}

func TestMalformedSourcesNameLineAndColumn(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"NDJSON", "x.ndjson", "{\"a\":1}\n{\"a\":1}\n{\"a\" 1}\n", "line 3, column 6: "},
		{"cut off", "x.ndjson", "{\"a\":1}\n{\"a\":", "line 2, column 6: the line ends in the middle of a value"},
		{"cut off before another", "x.ndjson", "{\"a\":1}\n\n{\"a\":1}\n{\"a\":\n{\"a\":1}\n", "line 4, column 6: the line ends in the middle of a value"},
		{"two on a line", "x.ndjson", "{\"a\":1}\r\n{\"a\":1} {\"a\":2}\n", "line 2, column 9: something follows the record"},
		{"repeated name", "x.ndjson", "{\"a\":1,\"a\":2}\n", "line 1, column 8: duplicate"},
		{"array", "x.json", "[\n{\"a\":1},\n{\"a\":x}]", "line 3, column 6: "},
		{"array that goes on", "x.json", "[]\n[]", "line 2, column 2: something follows the array"},
		{"open array", "x.json", "[{}", "line 1, column 4: the text ends"},
		{"byte order mark", "x.json", "\xEF\xBB\xBF[x]", "line 1, column 2: "},
		{"row too short", "x.csv", "uniqueId,b\n1,2\n3\n", "line 3, column 1: this row has another number of cells than the header, which has 2"},
		{"quote", "x.csv", "uniqueId,b\n1,\"2\n", "line 2, column 6: "},
		{"bare quote", "x.csv", "uniqueId,b\n1,2\"x\n", "line 2, column 4: "},
		{"column twice", "x.csv", "uniqueId,b,customProperties.b\n", `line 1, column 12: column "customProperties.b": another column`},
		{"column within a column", "x.csv", "uniqueId,b,b.c\n", `line 1, column 12: column "b.c": another column`},
		{"column without a name", "x.csv", "uniqueId,,c\n", "line 1, column 10: this column has no name"},
		{"semicolons", "x.csv", "uniqueId;b\n1;2\n", "separated by commas"},
		{"Latin-1", "x.csv", "uniqueId,b\n1,caf\xE9\n", "line 2, column 3: is not UTF-8"},
		{"UTF-16", "x.csv", "\xFF\xFEu\x00", "save it as UTF-8"},
		{"data for a header", "x.csv", "srv_001,auth,3\n", `line 1, column 1: there is no column uniqueId; the first line must name the columns, and it names "srv_001", "auth", "3"`},
		{"unique id in another place", "x.csv", "customProperties.uniqueId,b\n1,2\n", "there is no column uniqueId"},
		{"no header", "x.csv", "", "has no header"},
		{"empty", "x.json", " \n", "is empty; an empty set is written []"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := readAll(t, test.file, test.text, formatAuto, testSheet(t, resource.CustomResource, ""))
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.file) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

// The oracle: every row of a well-formed table is one JSON object.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"uniqueId,b\n1,2\n", "a.b,a.c,customProperties.x\n1,,\n,,\n", "\"a\"\"\",b\n\"\n\",null\n", "customProperties,x\n{},1\n"} {
		f.Add(seed)
	}
	s := &sheet{}
	var err error
	if s.base, err = resource.CustomResource.Schema(); err != nil {
		f.Fatal(err)
	}
	if s.custom, err = jtd.Parse([]byte(serverSchema)); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, table string) {
		records, err := readAll(t, "x.csv", table, formatCSV, s)
		for _, record := range records {
			if !json.Value(record).IsValid() {
				t.Errorf("%q became %s", table, record)
			}
		}
		if err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
