// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

const csvType = "text/csv"

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// files documents the bodies that are no JSON.
type files struct{ schemas huma.Registry }

func (files) export(op *huma.Operation) {
	op.Responses["200"].Content = map[string]*huma.MediaType{csvType: {Schema: &huma.Schema{Type: huma.TypeString}}}
}

func (f files) take(op *huma.Operation) {
	op.RequestBody = &huma.RequestBody{
		Required: true,
		Description: "RFC 4180 in UTF-8, with commas or semicolons. The header names columns in any order and case: " + names(columns()) +
			". Only email is needed; an empty cell clears its field, a column that is not there leaves it. " +
			"groups holds names with semicolons between them. May come with Content-Encoding gzip or zstd.",
		Content: map[string]*huma.MediaType{csvType: {Schema: &huma.Schema{Type: huma.TypeString}}},
	}
	result := huma.SchemaFromType(f.schemas, typeOf[api.PeopleImport]())
	op.Responses["200"] = &huma.Response{Description: "Imported, or checked", Content: map[string]*huma.MediaType{"application/json": {Schema: result}}}
	refused := &huma.Schema{AnyOf: []*huma.Schema{result, huma.SchemaFromType(f.schemas, typeOf[web.ErrorBody]())}}
	op.Responses["400"] = &huma.Response{Description: "Nothing was imported", Content: map[string]*huma.MediaType{"application/json": {Schema: refused}}}
}

type exportOutput struct {
	Disposition string `header:"Content-Disposition"`
	Body        func(huma.Context)
}

func (s *Service) getExport(ctx context.Context, _ *struct{}) (*exportOutput, error) {
	c := caller.From(ctx)
	return &exportOutput{
		Disposition: `attachment; filename="people.csv"`,
		Body: web.StreamBody(http.StatusOK, csvType+"; charset=utf-8", func(w io.Writer) error {
			return s.Export(ctx, c, w)
		}),
	}, nil
}

type importInput struct {
	web.Stream
	DryRun bool `doc:"Check everything, change nothing." query:"dryRun"`

	unclear error // about a dry run
}

// Resolve also looks for what resembles a dry run and is none: a file that was
// only to be checked must not be imported.
func (in *importInput) Resolve(ctx huma.Context) []error {
	url := ctx.URL()
	for name, values := range url.Query() {
		exact := name == "dryRun" && len(values) == 1 && (values[0] == "true" || values[0] == "false")
		if strings.EqualFold(strings.ReplaceAll(name, "_", ""), "dryRun") && !exact {
			in.unclear = web.InQuery("dryRun", "must be spelt dryRun and given once, as true or false")
		}
	}
	return in.Stream.Resolve(ctx)
}

type importOutput struct {
	Status int
	Body   api.PeopleImport
}

func (s *Service) postImport(ctx context.Context, in *importInput) (*importOutput, error) {
	if in.unclear != nil {
		return nil, in.unclear
	}
	done, err := s.Import(ctx, caller.From(ctx), in.Reader(), ImportOptions{DryRun: in.DryRun})
	if err != nil {
		return nil, err
	}
	out := &importOutput{Status: http.StatusOK, Body: done.wire()}
	if len(done.Problems) > 0 && !in.DryRun {
		const message = "nothing was imported: the file has errors"
		out.Status, out.Body.Error, out.Body.Message = http.StatusBadRequest, message, message
	}
	return out, nil
}
