// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// Definition is what an application pushes under one resourceId.
type Definition struct {
	ID            string        `json:"id" doc:"The resourceId of pushes."`
	Name          string        `json:"name"`
	ApplicationID string        `json:"applicationId"`
	BaseType      string        `json:"baseType" doc:"CamelCase name, such as CustomResource."`
	Type          string        `json:"type" doc:"The same as paths of pushes spell it, such as custom_resource."`
	Schema        json.Value    `json:"schema" doc:"JSON Type Definition of customProperties; null: there are none."`
	SchemaVersion int64         `json:"schemaVersion" doc:"0 without a schema."`
	Handling      *string       `json:"handling" enum:"lenient,strict" doc:"What an invalid record does to its push; null: the route decides."`
	Guard         *RemovalGuard `json:"guard" doc:"Null: removals are never held."`
	Records       int64         `json:"records" doc:"That exist now."`
	LastPush      *LastPush     `json:"lastPush" doc:"Null: nothing was pushed yet."`
	Held          *HeldRemovals `json:"held" doc:"Removals that wait for somebody; null: none. Without a token when several sources hold some."`

	Origin  *DefinitionOrigin  `json:"origin,omitempty" doc:"Of a definition that came with a public application; absent for any other."`
	Sources []DefinitionSource `json:"sources,omitempty" nullable:"false" doc:"The sources that push to a definition of a public application, by id; absent where there are none."`

	CreatedDate string `json:"createdDate" format:"date-time"`
	UpdatedDate string `json:"updatedDate" format:"date-time"`
}

// DefinitionOrigin is where an installed definition comes from: its name, schema and handling
// are those of the application's publisher.
type DefinitionOrigin struct {
	ResourceID  string `json:"resourceId" doc:"That the application's program pushes by."`
	Application string `json:"application" doc:"Its name."`
	Publisher   string `json:"publisher" doc:"The workspace that publishes it."`
}

// DefinitionSource is one of the sources that push to a definition, each the whole set of its
// own.
type DefinitionSource struct {
	Source           string        `json:"source" doc:"The source_id."`
	Records          int64         `json:"records" doc:"That exist now."`
	LastPushDate     *string       `json:"lastPushDate" format:"date-time" doc:"Of the newest that counts; null: none yet."`
	DisconnectedDate *string       `json:"disconnectedDate" format:"date-time" doc:"Null: it is connected."`
	Failure          string        `json:"failure,omitempty" doc:"Why its newest push was refused; absent when it was not."`
	Held             *HeldRemovals `json:"held" doc:"Its removals that wait for somebody; null: none."`
}

// RemovalGuard holds removals back when a push leaves out more than both.
type RemovalGuard struct {
	Count   int64 `json:"count" doc:"Records." minimum:"0"`
	Percent int64 `json:"percent" doc:"Of the records that exist." maximum:"100" minimum:"0"`
	Repeats int64 `json:"repeats,omitempty" doc:"Later pushes over at least 24 hours that release a hold by showing the same; 0: none do." minimum:"0"`
}

// LastPush is the newest push that counts.
type LastPush struct {
	SyncID    string `json:"syncId"`
	Date      string `json:"date" format:"date-time"`
	Received  int64  `json:"received"`
	Accepted  int64  `json:"accepted"`
	Rejected  int64  `json:"rejected"`
	Created   int64  `json:"created"`
	Updated   int64  `json:"updated"`
	Unchanged int64  `json:"unchanged"`
	Removed   int64  `json:"removed"`
}

// HeldRemovals are records that the newest push left out and that stay all the same.
type HeldRemovals struct {
	Count        int64   `json:"count"`
	ConfirmToken *string `json:"confirmToken" doc:"Releases just these; null: only a push without broken records does."`
	SinceDate    *string `json:"sinceDate" format:"date-time" doc:"Null when there is no token."`
}

// DefinitionInput is what a definition is made from.
type DefinitionInput struct {
	ApplicationID string     `json:"applicationId"`
	Name          string     `json:"name" doc:"1 to 100 characters, unique in the application, ignoring case."`
	BaseType      string     `json:"baseType" doc:"Either spelling: CustomResource, custom_resource."`
	Schema        json.Value `json:"schema,omitempty" doc:"JSON Type Definition of customProperties."`
}

// DefinitionChange changes a definition; what is left out stays.
type DefinitionChange struct {
	Name     *string    `json:"name,omitempty"`
	Schema   json.Value `json:"schema,omitempty" doc:"Becomes the next version. Refused when stored records or tests do not fit it, unless force is set."`
	Force    bool       `json:"force,omitempty" doc:"Save a schema that stored records or tests do not fit."`
	Handling json.Value `json:"handling,omitempty" doc:"lenient, strict, or null to leave it to the route."`
	Guard    json.Value `json:"guard,omitempty" doc:"A removal guard, or null to hold nothing."`
}

// SchemaDraft is a schema that is not saved.
type SchemaDraft struct {
	Schema  json.Value `json:"schema"`
	Records *bool      `json:"records,omitempty" doc:"Whether to check it against all stored records and tests, too; true when absent."`
}

// SchemaCheck says what is wrong with a schema, and what would not fit it.
type SchemaCheck struct {
	Problems []SchemaProblem `json:"problems" doc:"Of the schema itself, by place. The others are empty when there are any."`
	Failing  int64           `json:"failing" doc:"Stored records that it refuses."`
	Sample   []string        `json:"sample" doc:"What is wrong with some of them."`
	Tests    []string        `json:"tests" doc:"Names of tests that read what it removes or retypes."`

	Workspaces int64 `json:"workspaces" doc:"Others that have the definition installed, and records or tests that do not fit."`
}

// SchemaProblem is a place in a schema and what would fit there.
type SchemaProblem struct {
	Pointer string `json:"pointer" doc:"JSON Pointer into the request, such as /schema/properties/memory/type."`
	Message string `json:"message"`
}

// SchemaVersion is a schema as it was at a time.
type SchemaVersion struct {
	Version     int64      `json:"version"`
	Schema      json.Value `json:"schema"`
	CreatedDate string     `json:"createdDate" format:"date-time"`
}

// BaseType is one of the kinds of resource that a definition may have.
type BaseType struct {
	Name   string      `json:"name" doc:"Such as UserAccount."`
	Type   string      `json:"type" doc:"Such as user_account."`
	Fields []BaseField `json:"fields"`
}

// BaseField is a field of a base type.
type BaseField struct {
	Path     string   `json:"path" doc:"Dots for objects, [] for the elements of arrays."`
	Type     string   `json:"type" doc:"A JTD type, enum, array, object or any."`
	Required bool     `json:"required"`
	Nullable bool     `json:"nullable"`
	Values   []string `json:"values,omitempty" nullable:"false" doc:"Of an enum."`
}

// SyncRun is a push, or something else that moved a definition on.
type SyncRun struct {
	ID             string  `json:"id"`
	DefinitionID   string  `json:"definitionId"`
	DefinitionName string  `json:"definitionName"`
	Cause          string  `json:"cause" enum:"push,disconnect,rule,exception,link,time,rerun"`
	Failed         bool    `json:"failed" doc:"Nothing was taken."`
	Failure        *string `json:"failure" doc:"Why."`
	Actor          Actor   `json:"actor"`
	StartedDate    string  `json:"startedDate" format:"date-time"`
	CommittedDate  string  `json:"committedDate" format:"date-time"`
	SchemaVersion  int64   `json:"schemaVersion"`
	Received       int64   `json:"received"`
	Accepted       int64   `json:"accepted"`
	Rejected       int64   `json:"rejected"`
	Created        int64   `json:"created"`
	Updated        int64   `json:"updated"`
	Unchanged      int64   `json:"unchanged"`
	Removed        int64   `json:"removed"`
	Held           int64   `json:"held"`
	Source         string  `json:"source,omitempty" doc:"Whose records it is about; absent for a private application."`
	Stale          int64   `json:"stale" doc:"Records whose newest element was rejected."`
	Warned         int64   `json:"warned"`
	RejectionsURL  *string `json:"rejectionsUrl" doc:"All rejections as NDJSON; null: there are none."`
}

// Actor is who did something.
type Actor struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// RecordChange is what a push did to one record.
type RecordChange struct {
	RecordID    string        `json:"recordId"`
	UniqueID    string        `json:"uniqueId"`
	DisplayName string        `json:"displayName"`
	Change      string        `json:"change" enum:"created,updated,removed"`
	Fields      []FieldChange `json:"fields" doc:"Of an update; at most 100."`
	MoreFields  int           `json:"moreFields" doc:"How many were left out."`
}

// FieldChange is a place of a record that became another.
type FieldChange struct {
	Pointer string     `json:"pointer" doc:"JSON Pointer (RFC 6901)."`
	Before  json.Value `json:"before,omitempty" doc:"Absent when there was nothing, or when it is too long."`
	After   json.Value `json:"after,omitempty" doc:"Absent when there is nothing, or when it is too long."`
	TooLong bool       `json:"tooLong,omitempty" doc:"A value of more than 2,000 bytes was left out."`
}

// Record is a record of a definition.
type Record struct {
	ID          string     `json:"id" doc:"Also the id of the record under its tests."`
	UniqueID    string     `json:"uniqueId"`
	DisplayName string     `json:"displayName"`
	Source      string     `json:"source" doc:"The installation of a public application; empty for others."`
	Document    json.Value `json:"document" doc:"What was pushed."`
	Held        bool       `json:"held" doc:"Left out of the newest push, and kept by the guard."`
	Stale       bool       `json:"stale" doc:"Its newest element was rejected."`
	CreatedDate string     `json:"createdDate" format:"date-time"`
	UpdatedDate string     `json:"updatedDate" format:"date-time"`
	DeletedDate *string    `json:"deletedDate" format:"date-time"`
}

// RecordVersion is a record as it was for a while.
type RecordVersion struct {
	Change     string        `json:"change" enum:"created,updated,restored"`
	FromDate   string        `json:"fromDate" format:"date-time"`
	ToDate     *string       `json:"toDate" format:"date-time" doc:"Null: as it is now."`
	Removed    bool          `json:"removed" doc:"At its end the record ceased to exist."`
	SyncID     string        `json:"syncId" doc:"Of the push that brought it."`
	Actor      Actor         `json:"actor"`
	Document   json.Value    `json:"document"`
	Fields     []FieldChange `json:"fields" doc:"What an update changed."`
	MoreFields int           `json:"moreFields"`
}

// Release says which held removals may go.
type Release struct {
	ConfirmToken string `json:"confirmToken" doc:"The one that the definition shows."`
}
