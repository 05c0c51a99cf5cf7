// SPDX-License-Identifier: Apache-2.0

package directory_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/directory"
)

func FuzzTable(f *testing.F) {
	for _, seed := range []string{
		"email\nada@example.com\n", "\xEF\xBB\xBFE-Mail Address;Name\r\na@b;\"x;\"\"y\"\"\r\n", "email,jobTitle\na@b,'=1+1\n", "email,groups\na@b,'-x;y\n",
		"email,notPersonReason\na@b,\"two\nlines\"\n", "email\n''''=\n", "email\n\"", "", "email,email\n", "email,x\n", "first\n\n", "email\n\xff\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		first, problems, err := directory.ReadTable(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("a reader that does not fail: %v", err)
		}
		if len(problems) > 0 {
			return
		}
		for i, line := range first { // an export has every column
			for _, name := range directory.ColumnNames() {
				first[i][name] = strings.NewReplacer("\r\n", "\n", "\r", "").Replace(line[name]) // as fields are kept
			}
		}
		var out bytes.Buffer
		if err := directory.PrintTable(&out, first); err != nil {
			t.Fatal(err)
		}
		second, problems, err := directory.ReadTable(bytes.NewReader(out.Bytes()))
		if err != nil || len(problems) > 0 {
			t.Fatalf("%q: %v, %v", out.Bytes(), problems, err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatalf("%q (-first +second):\n%s", out.Bytes(), diff)
		}
	})
}

func FuzzGroups(f *testing.F) {
	for _, seed := range []string{"a", "a;b", `"a;b";c`, "'=x;y", "-x", `"`, ";;", "a\nb", `""`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		first, ok := directory.SplitGroups(cell)
		if !ok {
			return
		}
		text, err := directory.JoinGroups(first)
		if err != nil {
			t.Fatal(err)
		}
		second, ok := directory.SplitGroups(text)
		if diff := cmp.Diff(first, second); !ok || diff != "" {
			t.Fatalf("%q as %q (-first +second):\n%s", cell, text, diff)
		}
	})
}

func TestCellsAreNoFormulas(t *testing.T) {
	for value, want := range map[string]string{
		"=1+1": "'=1+1", "+49 30": "'+49 30", "-": "'-", "@me": "'@me", "'=x": "''=x", "'quoted'": "'quoted'", "a=b": "a=b", "O'Hara": "O'Hara",
		"\tx": "'\tx", "''": "''",
	} {
		var out bytes.Buffer
		if err := directory.PrintTable(&out, directory.Table{{"email": "a@b", "jobTitle": value}}); err != nil {
			t.Fatal(err)
		}
		if _, line, _ := strings.Cut(out.String(), "\r\n"); !strings.HasPrefix(line, "a@b,,,,"+want+",") {
			t.Errorf("%q: got %q", value, line)
		}
		back, _, err := directory.ReadTable(&out)
		if err != nil || back[0]["jobTitle"] != value {
			t.Errorf("%q came back as %q, %v", value, back[0]["jobTitle"], err)
		}
	}
}

func TestHeaders(t *testing.T) {
	tests := []struct {
		file string
		want directory.Table
		line int
		word string // of the problem; "" for none
	}{
		{file: "E-Mail,First Name,surname\na@b,A,B\n", word: "", want: directory.Table{{"email": "a@b", "first": "A", "last": "B"}}},
		{file: "\xEF\xBB\xBFJOB_TITLE;email\r\n\"Head; of\";a@b\r\n", want: directory.Table{{"email": "a@b", "jobTitle": "Head; of"}}},
		{file: "email\n", want: nil},
		{file: "", line: 1, word: "empty"},
		{file: "first,last\nA,B\n", line: 1, word: "missing"},
		{file: "email,phone\na@b,1\n", line: 1, word: "no column"},
		{file: "email,mail\na@b,1\n", line: 1, word: "twice"},
		{file: "email,first\na@b\n", line: 2, word: "1 cells"},
		{file: "email,first\na@b,\xff\n", line: 2, word: "UTF-8"},
		{file: "email,first\n\nx@y,A\na@b,x\"y\n", line: 4, word: "quotation"},
	}
	for _, test := range tests {
		got, problems, err := directory.ReadTable(strings.NewReader(test.file))
		if err != nil {
			t.Errorf("%q: %v", test.file, err)
			continue
		}
		if test.word == "" {
			if diff := cmp.Diff(test.want, got); len(problems) > 0 || diff != "" {
				t.Errorf("%q: %v\n%s", test.file, problems, diff)
			}
			continue
		}
		if len(problems) != 1 || problems[0].Line != test.line || !strings.Contains(problems[0].Message, test.word) {
			t.Errorf("%q: got %+v, want line %d and %q", test.file, problems, test.line, test.word)
		}
	}
}

func TestAReaderThatFails(t *testing.T) {
	broken := errors.New("the cable is cut")
	for _, start := range []string{"", "em", "email\na@b\n", "email\n\"a"} {
		r := iotest.OneByteReader(&endless{start: strings.NewReader(start), err: broken})
		if _, _, err := directory.ReadTable(r); !errors.Is(err, broken) {
			t.Errorf("after %q: got %v", start, err)
		}
	}
}

type endless struct {
	err   error
	start *strings.Reader
}

// Read is of io.Reader.
func (e *endless) Read(p []byte) (int, error) {
	if e.start.Len() == 0 {
		return 0, e.err
	}
	return e.start.Read(p)
}
