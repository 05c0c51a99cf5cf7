// SPDX-License-Identifier: Apache-2.0

package test

import (
	"slices"
	"strings"
)

// documents goes through what clients do with documents. It makes its own, and looks at
// those of the example company.
func (m *manageClient) documents() {
	m.t.Helper()
	made := object(m.call("POST /v1/documents", "", `{"title":"Penetration test","description":"by others","timeSensitivity":"DURING_AUDIT_WINDOW","cadence":"P1Y","reminderWindow":"P3M","isSensitive":true}`))
	m.know("documentId", made, "id")
	m.call("POST /v1/documents/{documentId}/set-owner", "", `{"userId":"{ownerId}"}`)
	m.upload()
	m.know("uploadedFileId", m.list("GET /v1/documents/{documentId}/uploads", "")[0], "id")
	m.call("POST /v1/documents/{documentId}/links", "", `{"url":"https://wiki.example/a","title":"The wiki","description":"page 3","effectiveDate":"2026-05-31T10:00:00+02:00"}`)
	m.call("POST /v1/documents/{documentId}/links", "", `{"url":"https://wiki.example/b","title":"The other wiki","description":null,"effectiveDate":null}`)
	m.know("linkId", m.list("GET /v1/documents/{documentId}/links", "")[0], "id")
	m.call("POST /v1/documents/{documentId}/submit", "", "")
	m.know("controlId", m.pages("GET /v1/controls", "", 100)[0], "id")
	m.call("POST /v1/controls/{controlId}/add-document-to-control", "", `{"documentId":"{documentId}"}`)
	m.list("GET /v1/controls/{controlId}/documents", "")
	m.list("GET /v1/documents/{documentId}/controls", "")
	m.list("GET /v1/documents", "?frameworkMatchesAny=SOC_2")
	for _, status := range m.Enums["DocumentStatus"] {
		m.call("GET /v1/documents", "?statusMatchesAny="+strings.ReplaceAll(status, " ", "%20"), "")
	}
	// Notes and deactivation are Muster's own doors; what they do is the contract's.
	for _, own := range [][3]string{
		{"PATCH", "", `{"note":"ask the tester for the raw findings"}`},
		{"POST", "/deactivate", `{"deactivateReason":"no product yet","deactivateUntilDate":"2099-01-01T00:00:00Z"}`},
	} {
		if a := m.server.call(m.t, own[0], m.fill("/v1/documents/{documentId}")+own[1], own[2], bearer(m.token)); a.status != 200 {
			m.t.Errorf("%s%s: got %s", own[0], own[1], brief(a))
		}
	}
	m.call("GET /v1/documents/{documentId}", "", "")
	m.list("GET /v1/documents", "")
	m.call("DELETE /v1/controls/{controlId}/documents/{documentId}", "", "")
	m.call("DELETE /v1/documents/{documentId}/links/{linkId}", "", "")
	m.call("DELETE /v1/documents/{documentId}/uploads/{uploadedFileId}", "", "")
	m.call("DELETE /v1/documents/{documentId}", "", "")
}

// upload sends a file and reads it back: no JSON either way.
func (m *manageClient) upload() {
	m.t.Helper()
	path := m.fill("/v1/documents/{documentId}/uploads")
	body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"report.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nthe report\r\n--b--\r\n"
	const r = "POST /v1/documents/{documentId}/uploads"
	a := m.server.call(m.t, "POST", path, body, bearer(m.token), "Content-Type: multipart/form-data; boundary=b")
	if wrong := m.fits("answer", m.endpoint(m.t, r).Answer, told(m.t, a)); a.status != 201 || len(wrong) > 0 {
		m.t.Errorf("%s: got %s, which does not fit the contract: %v", r, brief(a), wrong)
	}
	if err := m.document.check("POST", path, a); err != nil {
		m.t.Errorf("%s answers what the document does not say: %v", r, err)
	}
	m.spoken[r] = true
	var file struct{ ID string }
	a.into(m.t, &file)
	a = m.server.call(m.t, "GET", path+"/"+file.ID+"/media", "", bearer(m.token))
	got := []string{a.text, a.header.Get("Content-Type"), a.header.Get("Content-Disposition"), a.header.Get("X-Content-Type-Options")}
	if want := []string{"%PDF", "application/pdf", "attachment; filename=report.pdf", "nosniff"}; a.status != 200 || !slices.Equal(got, want) {
		m.t.Errorf("the file: got %d %q, want %q", a.status, got, want)
	}
	m.spoken["GET /v1/documents/{documentId}/uploads/{uploadedFileId}/media"] = true
}
