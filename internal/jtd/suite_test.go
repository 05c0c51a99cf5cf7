// SPDX-License-Identifier: Apache-2.0

package jtd_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/passmuster/muster/internal/jtd"
)

// suiteCase is a case of the official suite (github.com/jsontypedef/json-typedef-spec).
type suiteCase struct {
	Schema   json.RawMessage `json:"schema"`
	Instance json.RawMessage `json:"instance"`
	Errors   []suiteError    `json:"errors"`
}

type suiteError struct {
	InstancePath []string `json:"instancePath"`
	SchemaPath   []string `json:"schemaPath"`
}

// readSuite reads a file of the folder that MUSTER_JTD_SUITE names.
func readSuite(t *testing.T, file string, into any) {
	t.Helper()
	folder := os.Getenv("MUSTER_JTD_SUITE")
	if folder == "" {
		t.Skip("MUSTER_JTD_SUITE is not set: it names the folder with validation.json and invalid_schemas.json of the official suite")
	}
	readJSON(t, filepath.Join(folder, file), into)
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func compile(t *testing.T, schema []byte) *jtd.Validator {
	t.Helper()
	parsed, err := jtd.Parse(schema)
	if err != nil {
		t.Fatalf("Parse(%s): %v", schema, err)
	}
	validator, err := jtd.Compile(parsed)
	if err != nil {
		t.Fatalf("Compile(%s): %v", schema, err)
	}
	return validator
}

func TestSuiteValidation(t *testing.T) {
	var cases map[string]suiteCase
	readSuite(t, "validation.json", &cases)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			validator := compile(t, c.Schema)
			got := []suiteError{}
			for _, problem := range validator.All(c.Instance) {
				got = append(got, suiteError{problem.InstancePath, problem.SchemaPath})
			}
			order := cmpopts.SortSlices(func(a, b suiteError) bool {
				if a, b := jtd.Pointer(a.InstancePath), jtd.Pointer(b.InstancePath); a != b {
					return a < b
				}
				return slices.Compare(a.SchemaPath, b.SchemaPath) < 0
			})
			if diff := cmp.Diff(c.Errors, got, order, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("All(%s) against %s (-want +got):\n%s", c.Instance, c.Schema, diff)
			}
			if _, ok := validator.First(c.Instance); ok != (len(c.Errors) == 0) {
				t.Errorf("First says %v", ok)
			}
		})
	}
	t.Logf("%d cases", len(cases))
}

func TestSuiteInvalidSchemas(t *testing.T) {
	var cases map[string]json.RawMessage
	readSuite(t, "invalid_schemas.json", &cases)
	for name, schema := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := jtd.Parse(schema)
			var refused *jtd.SchemaError
			if !errors.As(err, &refused) {
				t.Fatalf("Parse(%s) = %v, want a SchemaError", schema, err)
			}
			t.Log(refused)
		})
	}
	t.Logf("%d cases", len(cases))
}
