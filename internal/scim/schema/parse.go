// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/passmuster/muster/internal/json"
)

// maxDepth is how deep a body may nest. A resource nests four deep, a Bulk
// request seven.
const maxDepth = 32

var errTooDeep = errors.New("it nests too deeply")

// Parse reads a JSON text into string, bool, Number, nil, []any and Object, with
// names as sent. Text that is not JSON or not UTF-8, and repeated names, are
// invalidSyntax.
func Parse(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	value, err := parseValue(d, 0)
	if err == nil {
		_, err = d.ReadToken()
		if errors.Is(err, io.EOF) {
			return value, nil
		}
		if err == nil {
			err = errors.New("there is text after the value")
		}
	}
	if at, ok := json.OffsetOf(err); ok {
		place := json.PlaceOf(raw, at)
		return nil, Errorf(InvalidSyntax, "The body is not valid JSON at line %d, column %d: it must be UTF-8 without repeated names.", place.Line, place.Column)
	}
	return nil, Errorf(InvalidSyntax, "The body is not valid JSON: %v.", reason(err))
}

func reason(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends too early")
	}
	return err
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	token, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		return parseObject(d, depth)
	case '[':
		return parseArray(d, depth)
	case '"':
		return token.String(), nil
	case '0':
		return Number(token.String()), nil
	case 't', 'f':
		return token.Bool(), nil
	case 'n':
		return nil, nil
	}
	return nil, fmt.Errorf("%s stands where a value belongs", token)
}

func parseObject(d *json.Decoder, depth int) (any, error) {
	obj := Object{}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String() // the token is gone after the next one
		if obj[key], err = parseValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.ReadToken()
	return obj, err
}

func parseArray(d *json.Decoder, depth int) (any, error) {
	values := []any{}
	for d.PeekKind() != ']' {
		value, err := parseValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	_, err := d.ReadToken()
	return values, err
}

// ReadObject reads back what Canonical wrote. Nothing is checked but the JSON.
func ReadObject(raw []byte) (Object, error) {
	value, err := Parse(raw)
	if err != nil {
		return nil, err
	}
	obj, ok := value.(Object)
	if !ok {
		return nil, Errorf(InvalidSyntax, "The body must be a JSON object.")
	}
	return obj, nil
}
