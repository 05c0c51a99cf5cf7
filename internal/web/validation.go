// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// libraryFailure turns what huma itself has to say into our shape. Its 422 is
// our 400: for us a 422 is well-formed but impossible, which only a feature can
// know.
func libraryFailure(ctx context.Context, status int, message string, errs []error) *failure {
	var details []*huma.ErrorDetail
	for _, err := range errs {
		var known *fault.Error
		var ready *failure
		var detail *huma.ErrorDetail
		switch {
		case errors.As(err, &ready), errors.As(err, &known):
			return failureOf(ctx, err)
		case errors.As(err, &detail):
			details = append(details, detail)
		case err != nil:
			return failureOf(ctx, err)
		}
	}
	if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest
	}
	if status >= http.StatusInternalServerError {
		return say(status, internalError)
	}
	return invalid(status, message, details)
}

// invalid lists the places that huma found wrong, in a stable order.
func invalid(status int, message string, details []*huma.ErrorDetail) *failure {
	places := make([]wrongPlace, 0, len(details))
	for _, detail := range details {
		places = append(places, placeOf(detail))
	}
	slices.SortStableFunc(places, func(a, b wrongPlace) int {
		return strings.Compare(a.location(), b.location())
	})
	if len(places) > 0 {
		message = Shorten(places[0].location()) + ": " + Shorten(places[0].message)
	}
	f := say(status, message)
	for _, p := range places {
		if p.root == "body" {
			f.addProblem(p.pointer(), p.message, p.value)
			continue
		}
		f.addPlace(p.location(), p.message, p.value)
	}
	return f
}

type wrongPlace struct {
	message string
	root    string   // body, query, path, header
	tokens  []string // below it
	value   json.Value
}

func (p wrongPlace) location() string {
	return strings.Join(append([]string{p.root}, p.tokens...), ".")
}

func (p wrongPlace) pointer() string {
	var b strings.Builder
	for _, token := range p.tokens {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(token))
	}
	return b.String()
}

// placeOf reads huma's "body.items[3].tags". What it reports at the parent of a
// missing member is moved to the member.
func placeOf(detail *huma.ErrorDetail) wrongPlace {
	root, rest, _ := strings.Cut(detail.Location, ".")
	p := wrongPlace{message: detail.Message, root: root}
	if rest != "" {
		p.tokens = strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(rest), ".")
	} else if before, index, ok := strings.Cut(root, "["); ok { // body[0]
		p.root, p.tokens = before, []string{strings.TrimSuffix(index, "]")}
	}
	if member, ok := strings.CutPrefix(p.message, "expected required property "); ok {
		if member, ok = strings.CutSuffix(member, " to be present"); ok {
			p.tokens, p.message = append(p.tokens, member), "must be present"
			return p
		}
	}
	p.value = shown(p.tokens, detail.Value)
	return p
}

// shownBytes is the longest value that an error repeats.
const shownBytes = 256

// shown answers a value to repeat in an error: scalars only, short ones, and
// nothing that may be a secret.
func shown(tokens []string, value any) json.Value {
	for _, token := range tokens {
		low := strings.ToLower(token)
		if strings.Contains(low, "secret") || strings.Contains(low, "password") || strings.Contains(low, "token") {
			return nil
		}
	}
	switch value.(type) {
	case nil, bool, float64, int64, string:
	default:
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil || len(text) > shownBytes {
		return nil
	}
	return text
}
