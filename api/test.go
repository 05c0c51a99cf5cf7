// SPDX-License-Identifier: Apache-2.0

package api

import (
	"time"

	"github.com/passmuster/muster/internal/json"
)

// TestInput is a Custom Test as a file or a request holds it. Conditions are
// raw: the rule language is JSON already.
type TestInput struct {
	Slug               string `json:"slug,omitempty"`
	Name               string `json:"name"`
	Description        string `json:"description,omitempty"`
	Remediation        string `json:"remediation,omitempty"`
	FailureDescription string `json:"failureDescription,omitempty"`

	Application string `json:"application"` // id, slug or name
	Resource    string `json:"resource"`    // resourceId or name of the definition

	Scope     json.Value `json:"scope,omitempty"`
	PassWhen  json.Value `json:"passWhen,omitempty"` // exactly one of the two
	FailWhen  json.Value `json:"failWhen,omitempty"`
	Reducer   json.Value `json:"reducer,omitempty"` // "all", {"atLeast": 3}, …
	OnEmpty   string     `json:"onEmpty,omitempty"`
	OnUnknown string     `json:"onUnknown,omitempty"`
	Freshness string     `json:"freshness,omitempty"` // a duration such as 36h
	Category  string     `json:"category,omitempty"`
}

// Test is a test with its status.
type Test struct {
	ID                     string    `json:"id"`
	Name                   string    `json:"name"`
	Slug                   string    `json:"slug,omitempty"`
	Description            string    `json:"description"`
	FailureDescription     string    `json:"failureDescription"`
	RemediationDescription string    `json:"remediationDescription"`
	Category               string    `json:"category"`
	Integrations           []string  `json:"integrations"`
	Status                 string    `json:"status"` // OK NEEDS_ATTENTION DEACTIVATED IN_PROGRESS INVALID NOT_APPLICABLE
	LastTestRunDate        time.Time `json:"lastTestRunDate"`
	LatestFlipDate         *string   `json:"latestFlipDate"`
	Version                Version   `json:"version"`

	Owner       *Owner          `json:"owner"`
	Deactivated DeactivatedInfo `json:"deactivatedStatusInfo"`
	Remediation RemediationInfo `json:"remediationStatusInfo"`
}

// Version numbers a test's definition.
type Version struct {
	Major float64 `json:"major"`
	Minor float64 `json:"minor"`
}

// Owner is who looks after an object.
type Owner struct {
	ID           string `json:"id"`
	DisplayName  string `json:"displayName"`
	EmailAddress string `json:"emailAddress"`
}

// DeactivatedInfo says whether a test is switched off.
type DeactivatedInfo struct {
	IsDeactivated     bool    `json:"isDeactivated"`
	DeactivatedReason *string `json:"deactivatedReason"`
	LastUpdatedDate   *string `json:"lastUpdatedDate"`
}

// RemediationInfo says how much there is to repair.
type RemediationInfo struct {
	Status                 string  `json:"status"`
	SoonestRemediateByDate *string `json:"soonestRemediateByDate"`
	ItemCount              float64 `json:"itemCount"`
}

// Entity is one record under a test.
type Entity struct {
	ID                string    `json:"id"`
	EntityStatus      string    `json:"entityStatus"` // PASSING FAILING IN_PROGRESS DEACTIVATED OUT_OF_SCOPE
	DisplayName       string    `json:"displayName"`
	ResponseType      string    `json:"responseType"`
	UniqueID          string    `json:"uniqueId,omitempty"`
	Reason            string    `json:"reason,omitempty"` // why it fails, in a sentence
	DeactivatedReason *string   `json:"deactivatedReason"`
	LastUpdatedDate   time.Time `json:"lastUpdatedDate"`
	CreatedDate       time.Time `json:"createdDate"`
}
