// SPDX-License-Identifier: Apache-2.0

package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// jsonBody reads and checks a JSON body before huma decodes it: content type,
// size, syntax. An absent content type is taken for JSON.
func jsonBody(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	text, err := readJSON(w, r)
	if err != nil {
		failureOf(r.Context(), err).write(w)
		return
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	next(ctx)
}

func readJSON(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := checkType(r, nil); err != nil {
		return nil, err
	}
	ex := exchangeOf(r.Context())
	limit := int64(DefaultBodyLimit)
	if ex.route != nil && ex.route.bodyLimit != 0 {
		limit = ex.route.bodyLimit
	}
	body, err := decoded(w, r, limit)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil // huma knows whether a body is required
	}
	return text, CheckJSON(text)
}

// ReadJSON is for plain routes: the whole body, at most limit decoded bytes,
// undone from its Content-Encoding. It checks neither content type nor syntax.
func ReadJSON(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := decoded(w, r, limit)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}

// CheckJSON answers nil for one JSON value without repeated members, else an
// Invalid fault with line, column and byte offset.
func CheckJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	_, err := decoder.ReadValue()
	if err == nil {
		if _, err = decoder.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = errors.New("text after the value")
		}
	}
	offset := decoder.InputOffset()
	if at, ok := json.OffsetOf(err); ok {
		offset = at
	} else if errors.Is(err, io.ErrUnexpectedEOF) {
		offset = int64(len(text))
	}
	place := json.PlaceOf(text, offset)
	return Malformed(err, place.Line, place.Column, offset)
}

// Malformed is the Invalid fault for a text that is no JSON: line and column
// count from 1, offset from 0, all in bytes. When the text could not be read at
// all, that fault stays what it is.
func Malformed(err error, line, column int, offset int64) error {
	var reading *fault.Error
	if errors.As(err, &reading) {
		return err
	}
	why := err.Error()
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		why = "the text ends too early"
	case errors.As(err, &syntax):
		why = syntax.Err.Error()
		if syntax.JSONPointer != "" {
			why += " at " + string(syntax.JSONPointer)
		}
	}
	why = strings.TrimPrefix(why, "jsontext: ")
	return fault.New(fault.Invalid, "malformed JSON at line %d, column %d (byte offset %d): %s", line, column, offset, why)
}

// checkType answers an Unsupported fault unless the content type is one of
// accept; JSON when that is nil. A body without a type is taken as it should be.
func checkType(r *http.Request, accept []string) error {
	if r.ContentLength == 0 {
		return nil
	}
	if len(accept) == 0 {
		accept = []string{"application/json"}
	}
	header := r.Header.Get("Content-Type")
	if header == "" {
		return nil
	}
	media, params, err := mime.ParseMediaType(header)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		media = ""
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return fault.New(fault.Unsupported, "the body must be UTF-8, not %s", charset)
	}
	for _, want := range accept {
		if media == want {
			return nil
		}
	}
	return fault.New(fault.Unsupported, "the content type must be %s", strings.Join(accept, " or "))
}

// Sizes that faults name.
const (
	kibi = 1 << 10
	mebi = 1 << 20
	gibi = 1 << 30
)

// tooLarge names the limit as people and as programs read it.
func tooLarge(limit int64) error {
	size := fmt.Sprintf("%d bytes", limit)
	switch {
	case limit >= gibi && limit%gibi == 0:
		size = fmt.Sprintf("%d GiB (%d bytes)", limit/gibi, limit)
	case limit >= mebi && limit%mebi == 0:
		size = fmt.Sprintf("%d MiB (%d bytes)", limit/mebi, limit)
	case limit >= kibi && limit%kibi == 0:
		size = fmt.Sprintf("%d KiB (%d bytes)", limit/kibi, limit)
	}
	return fault.New(fault.TooLarge, "the body is larger than the limit of %s", size)
}

// finish runs when the request is over.
func finish(ctx context.Context, fn func()) {
	ex := exchangeOf(ctx)
	ex.done = append(ex.done, fn)
}
