// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// TestQuotas goes past the size and the number of records of a PUT, in each form of
// the body and of the route: 413 that names the limit, and the set is as it was.
func TestQuotas(t *testing.T) {
	t.Parallel()
	p := place{data: t.TempDir()}
	app := p.application(t, "Inventory", "build")
	id := p.definition(t, app, "Server")
	s := p.serve(t, "--max-records", "2", "--max-body", "4KiB")
	token := bearer(s.token(t, app))
	put := func(body, route string, header ...string) answer {
		return s.call(t, "PUT", "/v1/resources/custom_resource"+route, body, append(header, token)...)
	}
	if a := put(set(id, goodServer, weakServer), ""); a.status != 200 {
		t.Fatalf("as many as may be: %s", a)
	}
	list := "/v1/resources/custom_resource/list_all?resourceId=" + id
	before := s.call(t, "GET", list, "", token)
	third := strings.Replace(goodServer, "srv_001", "srv_003", 1)
	late := `{"resources":[` + goodServer + "," + weakServer + "," + third + `],"resourceId":"` + id + `"}`
	large := set(id, strings.Replace(goodServer, `"a"`, `"`+strings.Repeat("a", 4096)+`"`, 1))
	var zipped bytes.Buffer
	gz := gzip.NewWriter(&zipped)
	if _, err := gz.Write([]byte(large)); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil || zipped.Len() >= 4096 {
		t.Fatalf("%d bytes, %v", zipped.Len(), err)
	}
	const records, size = "a PUT takes at most 2 records", "the body is larger than the limit of 4 KiB (4096 bytes)"
	for _, route := range []string{"", "/sync_all", "?dryRun=true"} {
		for _, test := range []struct {
			name, body, words string
			header            []string
		}{
			{"one record more", set(id, goodServer, weakServer, third), records, nil},
			{"the id after the records", late, records, nil},
			{"too large", large, size, nil},
			{"too large when it is unpacked", zipped.String(), size, []string{"Content-Encoding: gzip"}},
		} {
			a := put(test.body, route, test.header...)
			var body struct{ Error, Message string }
			if a.into(t, &body); a.status != 413 || body.Error != test.words || body.Message != test.words {
				t.Errorf("%s%s: got %s, want 413 %q", test.name, route, a, test.words)
			}
		}
	}
	if after := s.call(t, "GET", list, "", token); after.text != before.text {
		t.Errorf("the set was changed:\n%s\n%s", before.text, after.text)
	}
}
