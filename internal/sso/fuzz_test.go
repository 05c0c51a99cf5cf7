// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

// A path that is taken leads to this server, as Go and as browsers read it: they drop
// tabs and line ends, and take a backslash for a slash.
func FuzzCheckReturn(f *testing.F) {
	for _, path := range []string{"", "/", "/a?b=c#d", "//x", "/\\x", "/\t/x", "/%2f/x", "http://x", "/a//b", "/..//x"} {
		f.Add(path)
	}
	base := &url.URL{Scheme: "https", Host: "muster.example", Path: "/"}
	f.Fuzz(func(t *testing.T, path string) {
		taken, err := checkReturn(path)
		if err != nil {
			return
		}
		browser := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(strings.TrimSpace(taken))
		for _, read := range []string{taken, browser} {
			u, err := base.Parse(read)
			if err != nil || u.Scheme != "https" || u.Host != base.Host || u.User != nil || strings.HasPrefix(read, "//") {
				t.Errorf("%q leads to %v, %v", path, u, err)
			}
		}
	})
}

// Nobody has proved anything when a response is looked at: whatever comes, the
// program stands.
func FuzzLook(f *testing.F) {
	for _, xml := range []string{
		"", "<a/>", `<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="x"><p:Status><p:StatusCode Value="y"/></p:Status></p:Response>`,
		`<!DOCTYPE a><Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol"><Assertion ID="a"><Subject><NameID>b<!-- c --></NameID></Subject></Assertion></Response>`,
	} {
		f.Add([]byte(xml))
	}
	f.Fuzz(func(t *testing.T, xml []byte) {
		doc, err := look(base64.StdEncoding.EncodeToString(xml))
		if err == nil && doc.check() == nil && (doc.assertions != 1 || doc.names != 1) {
			t.Errorf("%q was taken: %+v", xml, doc)
		}
	})
}
