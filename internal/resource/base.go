// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"embed"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/jtd"
)

// Base is one of the twelve base types, by its CamelCase name.
type Base string

// The base types that code speaks of by name.
const (
	CustomResource      Base = "CustomResource"
	VulnerableComponent Base = "VulnerableComponent"
)

// SystemRecord is the base of definitions that Muster fills itself (System). It
// is none of the twelve: no route speaks of it, so nothing is pushed to it.
const SystemRecord Base = "SystemRecord"

// baseNames pairs both spellings, in the order of the contract
// (integration-api.md section 5).
var baseNames = []struct {
	Base  Base
	Snake string
}{
	{"UserAccount", "user_account"},
	{CustomResource, "custom_resource"},
	{"BackgroundCheckConnector", "background_check_connector"},
	{"UserSecurityTrainingStatus", "user_security_training_status"},
	{"MacosUserComputer", "macos_user_computer"},
	{"WindowsUserComputer", "windows_user_computer"},
	{VulnerableComponent, "vulnerable_component"},
	{"PackageVulnerabilityConnectors", "package_vulnerability_connectors"},
	{"ApiEndpointVulnerabilityConnectors", "api_endpoint_vulnerability_connectors"},
	{"StaticAnalysisCodeVulnerabilityConnectors", "static_analysis_code_vulnerability_connectors"},
	{"Secret", "secret"},
	{"SecurityTask", "security_task"},
}

//go:embed base/*.json
var baseFiles embed.FS

// Bases answers the twelve base types in the order of the contract.
func Bases() []Base {
	bases := make([]Base, 0, len(baseNames))
	for _, n := range baseNames {
		bases = append(bases, n.Base)
	}
	return bases
}

// ParseBase takes either spelling of a base type, CamelCase or snake_case.
func ParseBase(name string) (Base, bool) {
	for _, n := range baseNames {
		if name == string(n.Base) || name == n.Snake {
			return n.Base, true
		}
	}
	return "", false
}

// Snake answers the spelling that routes use.
func (b Base) Snake() string {
	if b == SystemRecord {
		return "system_record"
	}
	for _, n := range baseNames {
		if n.Base == b {
			return n.Snake
		}
	}
	return ""
}

// Schema answers the fields of the base type as a JSON Type Definition; files
// under base/ hold them as the contract lists them. An optional field may be
// null as well as absent.
func (b Base) Schema() (*jtd.Schema, error) {
	text, err := baseFiles.ReadFile("base/" + b.Snake() + ".json")
	if err != nil {
		return nil, fmt.Errorf("base type %q: %w", b, err)
	}
	schema, err := jtd.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("base type %q: %w", b, err)
	}
	return schema, nil
}

// customProperties is the member that carries what a custom schema describes.
const customProperties = "customProperties"

// recordSchema answers the schema of a whole record: the base fields and, when
// custom is not nil, a required customProperties. Definitions of the custom
// schema move to the root, where RFC 8927 wants them.
func recordSchema(base Base, custom *jtd.Schema) (*jtd.Schema, error) {
	schema, err := base.Schema()
	if err != nil || custom == nil {
		return schema, err
	}
	inner := *custom
	inner.Definitions = nil
	schema.Definitions = custom.Definitions
	schema.Properties = append(slices.Clone(schema.Properties), jtd.Member{Name: customProperties, Schema: &inner})
	return schema, nil
}

// ParseCustomSchema parses a custom schema and checks that its root is the
// properties form.
func ParseCustomSchema(text []byte) (*jtd.Schema, error) {
	schema, err := jtd.Parse(text)
	if err != nil {
		return nil, err
	}
	if schema.Form != jtd.FormProperties {
		return nil, &jtd.SchemaError{Message: "must be the properties form: an object with properties, optionalProperties or both"}
	}
	if schema.Nullable {
		return nil, &jtd.SchemaError{Pointer: "/nullable", Message: "must not be set at the root: customProperties is always an object"}
	}
	return schema, nil
}
