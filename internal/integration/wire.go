// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/web"
)

func (i Integration) wire() api.Integration {
	w := api.Integration{
		Connections:   []api.Connection{},
		DisplayName:   i.Name,
		IntegrationID: i.ID,
		ResourceKinds: []string{},
	}
	for _, c := range i.Connections {
		w.Connections = append(w.Connections, api.Connection{ConnectionErrorMessage: orNull(c.Failure), ConnectionID: c.ID, IsDisabled: c.Disabled})
	}
	for _, d := range i.Kinds {
		w.ResourceKinds = append(w.ResourceKinds, d.Name)
	}
	return w
}

func wireKind(d resource.Definition) api.ResourceKindSummary {
	return api.ResourceKindSummary{
		CanUpdateDescription: true, CanUpdateOwner: true, IntegrationID: d.Application, IsScopable: true, ResourceKind: d.Name,
	}
}

func (n Counts) wire(d resource.Definition) api.ResourceKindDetails {
	return api.ResourceKindDetails{
		NumInScope: int32(n.InScope), NumOwned: int32(n.Owned), NumResources: int32(n.Total), NumWithDescription: int32(n.Described), //nolint:gosec // records are counted in millions
		ResourceKindSummary: wireKind(d),
	}
}

// anyResource is an account, a device or another resource.
type anyResource struct{ value any }

// MarshalJSON writes the one that it is.
func (r anyResource) MarshalJSON() ([]byte, error) { return json.Marshal(r.value) }

// Schema documents all three.
func (anyResource) Schema(r huma.Registry) *huma.Schema {
	schema := &huma.Schema{}
	for _, t := range []reflect.Type{
		reflect.TypeFor[api.AccountResource](), reflect.TypeFor[api.DeviceResource](), reflect.TypeFor[api.GenericResource](),
	} {
		schema.OneOf = append(schema.OneOf, r.Schema(t, true, ""))
	}
	return schema
}

func (r Resource) wire() anyResource {
	common := api.ResourceCommon{
		ConnectionID: orNull(r.Connection), CreationDate: web.TimeOf(r.CreatedAt).String(), Description: orNull(r.Description),
		DisplayName: resource.Entity{Document: r.Document, UniqueID: r.UniqueID}.Name(), InScope: !r.OutOfScope, Owner: orNull(string(r.Owner)),
		ResourceID: r.ID(), ResourceKind: r.Definition.Name,
	}
	if at := r.DeletedAt; at != nil {
		common.DeletedDate = orNull(web.TimeOf(*at).String())
	}
	switch r.Definition.Base {
	case "UserAccount":
		return anyResource{account(common, r.Document)}
	case "MacosUserComputer", "WindowsUserComputer":
		return anyResource{device(common, r.Document)}
	}
	return anyResource{api.GenericResource{ResourceCommon: common, ResponseType: "Resource"}}
}

// account reads what a record of the base type for accounts says. A record was checked
// against its schema when it came, so what cannot be read is left as it is.
func account(common api.ResourceCommon, document json.Value) api.AccountResource {
	var d struct {
		AccountName     string   `json:"accountName"`
		GroupIDs        []string `json:"groupIds"`
		MFAEnabled      *bool    `json:"mfaEnabled"`
		PermissionLevel string   `json:"permissionLevel"`
		RoleDescription string   `json:"roleDescription"`
		Status          string   `json:"status"`
	}
	_ = json.Unmarshal(document, &d)
	a := api.AccountResource{
		AccountName: d.AccountName, Groups: d.GroupIDs, IsDeactivated: d.Status == "DEACTIVATED", IsMFAEnabled: d.MFAEnabled,
		ResourceCommon: common, ResponseType: "Account", Roles: []string{d.PermissionLevel},
	}
	if d.RoleDescription != "" {
		a.Roles = []string{d.RoleDescription}
	}
	if a.Groups == nil {
		a.Groups = []string{}
	}
	return a
}

// device reads what a record of a base type for computers says.
func device(common api.ResourceCommon, document json.Value) api.DeviceResource {
	var d struct {
		Drives []struct {
			Encrypted bool `json:"encrypted"`
			FileVault bool `json:"filevaultEnabled"`
		} `json:"drives"`
		OSName string `json:"osName"`
	}
	_ = json.Unmarshal(document, &d)
	w := api.DeviceResource{OperatingSystemName: d.OSName, ResourceCommon: common, ResponseType: "Device"}
	for i, drive := range d.Drives {
		is := (i == 0 || *w.IsEncrypted) && (drive.Encrypted || drive.FileVault)
		w.IsEncrypted = &is
	}
	return w
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
