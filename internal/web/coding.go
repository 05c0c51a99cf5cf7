// SPDX-License-Identifier: Apache-2.0

package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
)

// TakesCoding says whether a client takes a content coding, by what its request
// has as Accept-Encoding (RFC 9110 section 12.5.3).
func TakesCoding(accept, coding string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		weight = strings.ReplaceAll(strings.TrimSpace(weight), " ", "")
		return weight != "q=0" && (!strings.HasPrefix(weight, "q=0.") || strings.Trim(weight, "q=0.") != "")
	}
	return false
}

// packed is a text that is served as it is, and compressed to who takes that.
type packed struct {
	etag      string
	plain, gz []byte
}

func pack(text []byte) (*packed, error) {
	var gz bytes.Buffer
	w, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	sum := sha256.Sum256(text)
	return &packed{etag: hex.EncodeToString(sum[:8]), gz: gz.Bytes(), plain: text}, nil
}

// serve answers the text, or that the client's copy is still good.
func (p *packed) serve(w http.ResponseWriter, r *http.Request, contentType string) {
	body, etag, header := p.plain, p.etag, w.Header()
	if TakesCoding(r.Header.Get("Accept-Encoding"), "gzip") {
		body, etag = p.gz, p.etag+"gzip"
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Cache-Control", "no-cache")
	header.Set("Content-Type", contentType)
	header.Set("ETag", `"`+etag+`"`)
	header.Add("Vary", "Accept-Encoding")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
