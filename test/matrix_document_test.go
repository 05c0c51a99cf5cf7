// SPDX-License-Identifier: Apache-2.0

package test

import (
	"maps"
	"testing"
)

// What belongs to documents.

const (
	documentBody = `{"title":"{slug} document {n}","description":"{slug}","timeSensitivity":"MOST_RECENT","cadence":"P1Y","reminderWindow":"P1M","isSensitive":false}`
	linkBody     = `{"url":"https://x.example/{n}","title":"{slug} link {n}"}`
	uploadKind   = "multipart/form-data; boundary=limit"
	uploadBody   = "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{slug}.txt\"\r\nContent-Type: text/plain\r\n\r\n{slug} {n}\r\n--limit--\r\n"
)

func documentErrands() []errand {
	const one = "/v1/documents/{documentId}"
	return []errand{
		{route: "GET /v1/documents", query: "?frameworkMatchesAny={frameworkId}&statusMatchesAny=OK", need: listDocuments, status: 200, mine: true},
		{route: "POST /v1/documents", body: documentBody, need: writeDocuments, status: 201},
		{route: "GET " + one, need: readDocuments, status: 200},
		{route: "PATCH " + one, body: `{"note":"{slug} note {n}"}`, need: writeDocuments, status: 200, fresh: freshDocument},
		{route: "DELETE " + one, need: writeDocuments, status: 204, fresh: freshDocumented},
		{route: "POST " + one + "/set-owner", body: `{"userId":"{founderId}"}`, need: writeDocuments, status: 200, fresh: freshDocument},
		{route: "POST " + one + "/submit", need: writeDocuments, status: 204, fresh: freshUpload},
		{route: "POST " + one + "/deactivate", body: `{"deactivateReason":"{slug} says so"}`, need: writeDocuments, status: 200, fresh: freshDocument},
		{route: "POST " + one + "/reactivate", need: writeDocuments, status: 200, fresh: freshDocument},
		{route: "GET " + one + "/controls", need: readControls, status: 200},
		{route: "GET " + one + "/links", need: readDocuments, status: 200},
		{route: "POST " + one + "/links", body: linkBody, need: writeDocuments, status: 201, fresh: freshDocument},
		{route: "DELETE " + one + "/links/{linkId}", need: writeDocuments, status: 204, fresh: freshUpload},
		{route: "GET " + one + "/uploads", need: readDocuments, status: 200},
		{route: "POST " + one + "/uploads", body: uploadBody, kind: uploadKind, need: uploadDocuments, status: 201, fresh: freshDocument},
		{route: "DELETE " + one + "/uploads/{uploadedFileId}", need: writeDocuments, status: 204, fresh: freshUpload},
		{route: "GET " + one + "/uploads/{uploadedFileId}/media", need: readDocuments, status: 200},
	}
}

func freshDocument(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return map[string]string{"documentId": e.create(t, "/v1/documents", documentBody)}
}

// freshUpload makes a document with a file and a link.
func freshUpload(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshDocument(t, e, p)
	path := "/v1/documents/" + values["documentId"]
	var made struct{ ID string }
	a := e.call(t, "POST", path+"/uploads", e.fill(t, uploadBody), e.founder, "Content-Type: "+uploadKind)
	if a.into(t, &made); a.status != 201 || made.ID == "" {
		t.Fatalf("upload: got %s", a)
	}
	values["uploadedFileId"], values["linkId"] = made.ID, e.create(t, path+"/links", linkBody)
	return values
}

// freshDocumented makes a control with a document that has a file.
func freshDocumented(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshUpload(t, e, p)
	maps.Copy(values, freshControl(t, e, p))
	e.founds(t, "POST", "/v1/controls/"+values["controlId"]+"/add-document-to-control", `{"documentId":"`+values["documentId"]+`"}`, 200)
	return values
}
