// SPDX-License-Identifier: Apache-2.0

package api

// AccessReview asks of accounts whether they are still needed. Times are RFC 3339
// in UTC with milliseconds.
type AccessReview struct {
	ID           string               `json:"id"`
	Name         string               `json:"name"`
	Description  string               `json:"description"`
	Status       string               `json:"status" enum:"DRAFT,IN_PROGRESS,COMPLETED,CANCELLED"`
	DueDate      *string              `json:"dueDate" format:"date-time"`
	CreationDate string               `json:"creationDate" format:"date-time"`
	CreatedBy    *AccessReviewActor   `json:"createdBy"`
	StartedDate  *string              `json:"startedDate" format:"date-time" doc:"When the list of accounts was frozen."`
	StartedBy    *AccessReviewActor   `json:"startedBy"`
	EndedDate    *string              `json:"endedDate" format:"date-time" doc:"When it was completed or cancelled."`
	EndedBy      *AccessReviewActor   `json:"endedBy"`
	Counts       AccessReviewCounts   `json:"counts"`
	Systems      []AccessReviewSystem `json:"systems"`
}

// AccessReviewActor is who did something.
type AccessReviewActor struct {
	Type string  `json:"type" enum:"USER,APPLICATION,COMMAND_LINE,SYSTEM,DIRECTORY,VISITOR"`
	ID   *string `json:"id"`
	Name string  `json:"name"`
}

// AccessReviewCounts counts accounts of a review by what became of them.
type AccessReviewCounts struct {
	Total       int64 `json:"total"`
	Pending     int64 `json:"PENDING"`
	Kept        int64 `json:"KEPT"`
	ToBeRemoved int64 `json:"TO_BE_REMOVED"`
	Removed     int64 `json:"REMOVED"`
	Gone        int64 `json:"GONE"`
}

// AccessReviewSystem is a resource of accounts, and who decides on them.
type AccessReviewSystem struct {
	ResourceID    string             `json:"resourceId"`
	ResourceKind  string             `json:"resourceKind"`
	IntegrationID string             `json:"integrationId"`
	Reviewer      Owner              `json:"reviewer"`
	Counts        AccessReviewCounts `json:"counts"`
}

// AccessReviewAccount is an account as it was when a review began, and what became
// of it.
type AccessReviewAccount struct {
	AccountID        string             `json:"accountId"`
	ResourceID       string             `json:"resourceId"`
	ResourceKind     string             `json:"resourceKind"`
	UniqueID         string             `json:"uniqueId"`
	DisplayName      string             `json:"displayName"`
	FullName         string             `json:"fullName"`
	AccountName      string             `json:"accountName"`
	EmailAddress     string             `json:"emailAddress"`
	PermissionLevel  string             `json:"permissionLevel" enum:"ADMIN,EDITOR,BASE"`
	RoleDescription  *string            `json:"roleDescription"`
	MFAStatus        string             `json:"mfaStatus" enum:"ENABLED,DISABLED,UNKNOWN,NOT_REQUIRED"`
	LastLoginDate    *string            `json:"lastLoginDate" format:"date-time"`
	Owner            *AccessReviewOwner `json:"owner"`
	Reviewer         Owner              `json:"reviewer"`
	Status           string             `json:"status" enum:"PENDING,KEPT,TO_BE_REMOVED,REMOVED,GONE" doc:"REMOVED as soon as a push shows that an account to be removed is gone or deactivated; GONE when that was so before anybody decided."`
	DecidedBy        *AccessReviewActor `json:"decidedBy"`
	DecisionDate     *string            `json:"decisionDate" format:"date-time"`
	IsOwnAccount     bool               `json:"isOwnAccount" doc:"It is the account of who decided."`
	Reason           *string            `json:"reason"`
	RemoveByDate     *string            `json:"removeByDate" format:"date-time"`
	IsRemovalOverdue bool               `json:"isRemovalOverdue"`
	GoneDate         *string            `json:"goneDate" format:"date-time" doc:"Since when pushes show that it is not active; null while it is."`
}

// AccessReviewOwner is whose an account was when the review began.
type AccessReviewOwner struct {
	Kind             string  `json:"kind" enum:"PERSON,EXTERNAL,SERVICE"`
	PersonID         *string `json:"personId"`
	DisplayName      string  `json:"displayName"`
	EmailAddress     *string `json:"emailAddress"`
	EmploymentStatus *string `json:"employmentStatus"`
}
