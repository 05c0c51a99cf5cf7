// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// Control is something that is done so that requirements are met. What follows
// ModificationDate is Muster's own, and absent in the library.
type Control struct {
	ID               string        `json:"id" doc:"In the library, the id of the entry."`
	ExternalID       *string       `json:"externalId"`
	Name             string        `json:"name"`
	Description      string        `json:"description"`
	Source           string        `json:"source" enum:"Vanta,Custom" doc:"Vanta: of the embedded library."`
	Domains          []string      `json:"domains"`
	Owner            *Owner        `json:"owner"`
	Role             *string       `json:"role" enum:"BOTH,CONTROLLER,PROCESSOR"`
	CustomFields     []CustomField `json:"customFields"`
	CreationDate     *string       `json:"creationDate" format:"date-time"`
	ModificationDate *string       `json:"modificationDate" format:"date-time"`

	Status              string   `json:"status,omitempty" enum:"NO_EVIDENCE_MAPPED,NOT_STARTED,IN_PROGRESS,COMPLETED"`
	NumDocumentsPassing *float64 `json:"numDocumentsPassing,omitempty" doc:"Documents whose status is OK."`
	NumDocumentsTotal   *float64 `json:"numDocumentsTotal,omitempty" doc:"Without those that are not relevant."`
	NumTestsPassing     *float64 `json:"numTestsPassing,omitempty" doc:"Tests whose status is OK."`
	NumTestsTotal       *float64 `json:"numTestsTotal,omitempty" doc:"Without those that are deactivated or have nothing to evaluate."`
}

// ControlDetail is a control with its counters. What follows Note is Muster's
// own.
type ControlDetail struct {
	ID                  string        `json:"id"`
	ExternalID          *string       `json:"externalId"`
	Name                string        `json:"name"`
	Description         string        `json:"description"`
	Source              string        `json:"source" enum:"Vanta,Custom" doc:"Vanta: of the embedded library."`
	Domains             []string      `json:"domains"`
	Owner               *Owner        `json:"owner"`
	Role                *string       `json:"role" enum:"BOTH,CONTROLLER,PROCESSOR"`
	CustomFields        []CustomField `json:"customFields"`
	CreationDate        *string       `json:"creationDate" format:"date-time"`
	ModificationDate    *string       `json:"modificationDate" format:"date-time"`
	NumDocumentsPassing float64       `json:"numDocumentsPassing"`
	NumDocumentsTotal   float64       `json:"numDocumentsTotal"`
	NumTestsPassing     float64       `json:"numTestsPassing" doc:"Tests whose status is OK."`
	NumTestsTotal       float64       `json:"numTestsTotal" doc:"Without those that are deactivated or have nothing to evaluate."`
	Status              string        `json:"status" enum:"NO_EVIDENCE_MAPPED,NOT_STARTED,IN_PROGRESS,COMPLETED"`
	Note                *string       `json:"note"`

	EffectiveDate *string            `json:"effectiveDate" format:"date-time"`
	Requirements  []FrameworkSection `json:"requirements" doc:"What the control helps to meet."`
}

// CustomField is a label of the workspace's own with a value.
type CustomField struct {
	Label string     `json:"label"`
	Value json.Value `json:"value" doc:"A string, or an array of strings."`
}

// FrameworkSection names a requirement of a framework.
type FrameworkSection struct {
	FrameworkID string `json:"frameworkId" doc:"The framework's id, or the manage API's spelling such as SOC_2."`
	SectionID   string `json:"sectionId" doc:"Reference of the requirement, such as CC6.1."`
}

// ControlInput makes a control: the manage API's CreateControlInput, or the file
// form, which has kind or apiVersion.
type ControlInput struct {
	APIVersion string `json:"apiVersion,omitempty" doc:"muster/v1, in the file form."`
	Kind       string `json:"kind,omitempty" doc:"Control, in the file form."`

	ExternalID    string             `json:"externalId"`
	Name          *string            `json:"name,omitempty" doc:"The external id when null."`
	Description   string             `json:"description,omitempty"`
	EffectiveDate string             `json:"effectiveDate,omitempty" format:"date-time" doc:"Needed outside of the file form."`
	Domain        string             `json:"domain,omitempty" doc:"A word of ControlDomain; needed outside of the file form."`
	Sections      []FrameworkSection `json:"sections,omitempty" doc:"Outside of the file form."`
	Role          *string            `json:"role,omitempty" enum:"BOTH,CONTROLLER,PROCESSOR"`
	CustomFields  []CustomField      `json:"customFields,omitempty"`

	Domains      []string            `json:"domains,omitempty" doc:"File form: words of ControlDomain."`
	Note         string              `json:"note,omitempty" doc:"File form."`
	Owner        string              `json:"owner,omitempty" doc:"File form: id or e-mail of a user."`
	Requirements map[string][]string `json:"requirements,omitempty" doc:"File form: references of requirements, by framework."`
	Tests        []string            `json:"tests,omitempty" doc:"File form: slugs or ids of tests that are evidence."`
}

// ControlEdit changes a control; what is absent stays.
type ControlEdit struct {
	Name         string        `json:"name,omitempty"`
	ExternalID   string        `json:"externalId,omitempty"`
	Description  string        `json:"description,omitempty"`
	Domain       string        `json:"domain,omitempty"`
	Note         string        `json:"note,omitempty"`
	CustomFields []CustomField `json:"customFields,omitempty"`
}

// ControlFile is a control in the file form, as it is exported.
type ControlFile struct {
	APIVersion    string              `json:"apiVersion"`
	Kind          string              `json:"kind"`
	ExternalID    string              `json:"externalId"`
	Name          string              `json:"name"`
	Description   string              `json:"description"`
	Domains       []string            `json:"domains"`
	EffectiveDate string              `json:"effectiveDate,omitempty" format:"date-time"`
	Owner         string              `json:"owner,omitempty"`
	Role          string              `json:"role,omitempty"`
	Note          string              `json:"note,omitempty"`
	CustomFields  []CustomField       `json:"customFields,omitempty"`
	Requirements  map[string][]string `json:"requirements,omitempty"`
	Tests         []string            `json:"tests,omitempty"`
}

// LibraryControl names an entry of the library of controls.
type LibraryControl struct {
	ControlID string `json:"controlId"`
}

// TestID names a test.
type TestID struct {
	TestID string `json:"testId"`
}

// DocumentID names a document.
type DocumentID struct {
	DocumentID string `json:"documentId"`
}

// TestAndControl are a test and the control that it is evidence for.
type TestAndControl struct {
	Test    Test    `json:"test"`
	Control Control `json:"control"`
}

// Framework is a set of requirements with its counters.
type Framework struct {
	ID                   string  `json:"id"`
	DisplayName          string  `json:"displayName"`
	ShorthandName        string  `json:"shorthandName"`
	Description          string  `json:"description"`
	NumControlsCompleted float64 `json:"numControlsCompleted"`
	NumControlsTotal     float64 `json:"numControlsTotal"`
	NumDocumentsPassing  float64 `json:"numDocumentsPassing"`
	NumDocumentsTotal    float64 `json:"numDocumentsTotal"`
	NumTestsPassing      float64 `json:"numTestsPassing"`
	NumTestsTotal        float64 `json:"numTestsTotal"`
}

// FrameworkDetail is a framework with its requirements. What follows
// RequirementCategories is Muster's own.
type FrameworkDetail struct {
	ID                    string                `json:"id"`
	DisplayName           string                `json:"displayName"`
	ShorthandName         string                `json:"shorthandName"`
	Description           string                `json:"description"`
	NumControlsCompleted  float64               `json:"numControlsCompleted"`
	NumControlsTotal      float64               `json:"numControlsTotal"`
	NumDocumentsPassing   float64               `json:"numDocumentsPassing"`
	NumDocumentsTotal     float64               `json:"numDocumentsTotal"`
	NumTestsPassing       float64               `json:"numTestsPassing"`
	NumTestsTotal         float64               `json:"numTestsTotal"`
	RequirementCategories []RequirementCategory `json:"requirementCategories"`

	Custom      bool   `json:"custom" doc:"The workspace's own."`
	Version     string `json:"version"`
	License     string `json:"license"`
	Source      string `json:"source"`
	Attribution string `json:"attribution"`
}

// RequirementCategory is a part of a framework.
type RequirementCategory struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Shorthand    *string       `json:"shorthand"`
	Requirements []Requirement `json:"requirements" doc:"Each before the finer ones below it."`
}

// Requirement is one thing that a framework asks for. What follows ID is
// Muster's own.
type Requirement struct {
	Controls    []ControlBrief `json:"controls"`
	Description *string        `json:"description" doc:"The framework's text where its licence allows it."`
	Shorthand   *string        `json:"shorthand"`
	Name        string         `json:"name"`
	ID          string         `json:"id"`

	Depth      int     `json:"depth" doc:"How many requirements it stands below."`
	Obligation *string `json:"obligation" enum:"required,addressable"`
}

// ControlBrief is a control as a requirement shows it.
type ControlBrief struct {
	Description string  `json:"description"`
	Name        string  `json:"name"`
	ExternalID  *string `json:"externalId"`
	ID          string  `json:"id"`
}

// FrameworkFile is a framework in the file form.
type FrameworkFile struct {
	APIVersion  string         `json:"apiVersion,omitempty" doc:"muster/v1, when it is there."`
	Kind        string         `json:"kind,omitempty" doc:"Framework, when it is there."`
	Slug        string         `json:"slug,omitempty" doc:"Its id; made of the name when absent."`
	Name        string         `json:"name"`
	Shorthand   string         `json:"shorthand,omitempty"`
	Description string         `json:"description,omitempty"`
	Version     string         `json:"version,omitempty"`
	License     string         `json:"license,omitempty" doc:"own when absent; text may stand only where it is not reference-only."`
	Source      string         `json:"source,omitempty"`
	Attribution string         `json:"attribution,omitempty"`
	Categories  []CategoryFile `json:"categories"`
}

// CategoryFile is a part of a framework in the file form.
type CategoryFile struct {
	Ref          string            `json:"ref"`
	Name         string            `json:"name"`
	Text         string            `json:"text,omitempty"`
	Requirements []RequirementFile `json:"requirements,omitempty"`
}

// RequirementFile is a requirement in the file form.
type RequirementFile struct {
	Ref          string            `json:"ref"`
	Name         string            `json:"name"`
	Description  string            `json:"description,omitempty"`
	Text         string            `json:"text,omitempty" doc:"The framework's own words."`
	Obligation   string            `json:"obligation,omitempty" enum:"required,addressable"`
	Controls     []string          `json:"controls,omitempty" doc:"External ids of controls that help to meet it; what is there stays when absent."`
	Requirements []RequirementFile `json:"requirements,omitempty"`
}

// FrameworkEntry is a framework that Muster brings along.
type FrameworkEntry struct {
	ID              string `json:"id"`
	DisplayName     string `json:"displayName"`
	ShorthandName   string `json:"shorthandName"`
	Description     string `json:"description"`
	Version         string `json:"version"`
	License         string `json:"license"`
	Source          string `json:"source"`
	Attribution     string `json:"attribution"`
	NumRequirements int    `json:"numRequirements"`
	InUse           bool   `json:"inUse"`
}

// LibraryFramework names a framework that Muster brings along.
type LibraryFramework struct {
	FrameworkID string `json:"frameworkId"`
}

// ControlID names a control.
type ControlID struct {
	ControlID string `json:"controlId"`
}

// DocumentAndControl are a document and the control that it is evidence for.
type DocumentAndControl struct {
	Document Document `json:"document"`
	Control  Control  `json:"control"`
}

// RequirementState is a requirement with what is done about it.
type RequirementState struct {
	ID                  string         `json:"id"`
	Name                string         `json:"name"`
	Description         *string        `json:"description"`
	Obligation          *string        `json:"obligation" enum:"required,addressable"`
	Depth               int            `json:"depth"`
	Category            Named          `json:"category"`
	Framework           Named          `json:"framework"`
	Controls            []ControlBrief `json:"controls"`
	NumDocumentsPassing float64        `json:"numDocumentsPassing"`
	NumDocumentsTotal   float64        `json:"numDocumentsTotal"`
	NumTestsPassing     float64        `json:"numTestsPassing"`
	NumTestsTotal       float64        `json:"numTestsTotal"`
}

// BrokenRequirements are the requirements that a record breaks, or that a test is
// evidence for.
type BrokenRequirements struct {
	Subject      Named                `json:"subject" doc:"The record or the test."`
	Requirements []RequirementOfTests `json:"requirements"`
}

// RequirementOfTests is a requirement with the controls and tests by which it is
// reached.
type RequirementOfTests struct {
	Framework   Named          `json:"framework"`
	Category    Named          `json:"category"`
	Requirement Named          `json:"requirement"`
	Controls    []ControlBrief `json:"controls"`
	Tests       []TestBrief    `json:"tests"`
}

// TestBrief is a test as a control shows it.
type TestBrief struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status" enum:"OK,NEEDS_ATTENTION,DEACTIVATED,IN_PROGRESS,INVALID,NOT_APPLICABLE"`
}

// RequirementFailure is a record that breaks a requirement.
type RequirementFailure struct {
	Test   TestBrief `json:"test"`
	Entity Entity    `json:"entity"`
}

// FrameworkGaps are what is missing until a framework is met.
type FrameworkGaps struct {
	Framework              Named            `json:"framework"`
	NumControlsCompleted   float64          `json:"numControlsCompleted"`
	NumControlsTotal       float64          `json:"numControlsTotal"`
	NumDocumentsPassing    float64          `json:"numDocumentsPassing"`
	NumDocumentsTotal      float64          `json:"numDocumentsTotal"`
	NumTestsPassing        float64          `json:"numTestsPassing"`
	NumTestsTotal          float64          `json:"numTestsTotal"`
	NumRequirements        int              `json:"numRequirements"`
	NumRequirementsCovered int              `json:"numRequirementsCovered" doc:"A control is mapped to them, or to a finer one below."`
	WithoutControl         []GapRequirement `json:"requirementsWithoutControl"`
	WithoutTest            []ControlBrief   `json:"controlsWithoutTest"`
	NotPassing             []UnmetControl   `json:"controlsNotPassing" doc:"Tests or documents are mapped, and not all of them pass."`
}

// GapRequirement is a requirement that nothing is done about.
type GapRequirement struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	Category   string  `json:"category"`
	Obligation *string `json:"obligation" enum:"required,addressable"`
}

// UnmetControl is a control with the tests that do not pass.
type UnmetControl struct {
	ControlBrief
	Status              string          `json:"status" enum:"NOT_STARTED,IN_PROGRESS"`
	NumDocumentsPassing float64         `json:"numDocumentsPassing"`
	NumDocumentsTotal   float64         `json:"numDocumentsTotal"`
	NumTestsPassing     float64         `json:"numTestsPassing"`
	NumTestsTotal       float64         `json:"numTestsTotal"`
	Documents           []DocumentBrief `json:"documents" doc:"Those that count and are not OK."`
	Tests               []TestBrief     `json:"tests" doc:"Those that count and are not OK."`
}
