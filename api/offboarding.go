// SPDX-License-Identifier: Apache-2.0

package api

// Offboarding is what must be true when a person leaves. Times are RFC 3339 in UTC
// with milliseconds.
type Offboarding struct {
	PersonID         string                 `json:"personId"`
	Status           string                 `json:"status" enum:"COMPLETE,DUE_SOON,NONE,OVERDUE" doc:"NONE while the person has not left."`
	LeftDate         *string                `json:"leftDate" format:"date-time"`
	DueDate          *string                `json:"dueDate" format:"date-time" doc:"By the SLA account-access-revocation."`
	CompletionDate   *string                `json:"completionDate" format:"date-time"`
	AcknowledgedDate *string                `json:"acknowledgedDate" format:"date-time"`
	Conditions       []OffboardingCondition `json:"conditions"`
}

// OffboardingCondition is one thing that must be true.
type OffboardingCondition struct {
	Kind  string            `json:"kind" enum:"ACCOUNTS_REMOVED,COMPUTERS_RETURNED,DEPARTURE_ACKNOWLEDGED"`
	IsMet bool              `json:"isMet"`
	Open  []OffboardingItem `json:"open" doc:"What stands against it."`
}

// OffboardingItem is an account or a computer of somebody who leaves.
type OffboardingItem struct {
	ID           string `json:"id"`
	DisplayName  string `json:"displayName"`
	ResourceKind string `json:"resourceKind,omitempty" doc:"The system of an account."`
}
