// SPDX-License-Identifier: Apache-2.0

package api

// AccessAccount is an account that somebody, or something, has in a system, as the
// Access page shows it. Times are RFC 3339 in UTC with milliseconds.
type AccessAccount struct {
	ID              string        `json:"id"`
	System          AccountSystem `json:"system"`
	UniqueID        string        `json:"uniqueId"`
	DisplayName     string        `json:"displayName"`
	FullName        string        `json:"fullName"`
	AccountName     string        `json:"accountName"`
	EmailAddress    string        `json:"emailAddress"`
	ExternalURL     string        `json:"externalUrl"`
	PermissionLevel string        `json:"permissionLevel" enum:"ADMIN,EDITOR,BASE"`
	RoleDescription *string       `json:"roleDescription"`
	Status          string        `json:"status" enum:"ACTIVE,DEACTIVATED"`
	IsLeftOut       bool          `json:"isLeftOut" doc:"The newest push left it out; it counts as deactivated since then."`
	DeactivatedDate *string       `json:"deactivatedDate" format:"date-time" doc:"As the source says, or when a push left it out."`
	AuthMethod      string        `json:"authMethod" enum:"SSO,PASSWORD,TOKEN,BIOMETRIC"`
	IsMFAEnabled    *bool         `json:"isMfaEnabled" doc:"As it was pushed; null when the source does not know."`
	MFAStatus       string        `json:"mfaStatus" enum:"ENABLED,DISABLED,UNKNOWN,NOT_REQUIRED" doc:"NOT_REQUIRED for those who sign in by SSO."`
	SourceDate      *string       `json:"sourceCreatedDate" format:"date-time" doc:"When it was made, as the source says."`
	LastLoginDate   *string       `json:"lastLoginDate" format:"date-time"`
	CreationDate    string        `json:"creationDate" format:"date-time" doc:"When it was first pushed."`
	UpdatedDate     string        `json:"lastUpdatedDate" format:"date-time" doc:"When it last changed."`
	Owner           *AccountOwner `json:"owner" doc:"Whose it is; null when nobody has said so."`
}

// AccountSystem is the system that an account is of.
type AccountSystem struct {
	ResourceID      string `json:"resourceId"`
	ResourceKind    string `json:"resourceKind" doc:"Name of the definition."`
	IntegrationID   string `json:"integrationId"`
	IntegrationName string `json:"integrationName"`
}

// AccountOwner is whose an account is.
type AccountOwner struct {
	Kind             string  `json:"kind" enum:"PERSON,EXTERNAL,SERVICE"`
	PersonID         *string `json:"personId"`
	DisplayName      string  `json:"displayName" doc:"What a service account is for, or empty."`
	EmailAddress     *string `json:"emailAddress"`
	EmploymentStatus *string `json:"employmentStatus" enum:"UPCOMING,CURRENT,ON_LEAVE,INACTIVE,FORMER"`
	LinkedBy         string  `json:"linkedBy" enum:"EMAIL,HAND"`
	LinkedDate       string  `json:"linkedDate" format:"date-time"`
}

// AccountSummary counts accounts.
type AccountSummary struct {
	Total        int64                  `json:"total"`
	ByStatus     AccountStatusCounts    `json:"byStatus"`
	ByOwner      AccountOwnerCounts     `json:"byOwner"`
	ByMFA        AccountMFACounts       `json:"byMfa"`
	ByPermission AccountLevelCounts     `json:"byPermissionLevel"`
	Systems      []AccountSystemSummary `json:"systems" doc:"Those without an account too."`
	LeftOut      int64                  `json:"leftOut" doc:"Of the deactivated: left out by the newest push."`
}

// AccountStatusCounts counts accounts by status.
type AccountStatusCounts struct {
	Active      int64 `json:"ACTIVE"`
	Deactivated int64 `json:"DEACTIVATED"`
}

// AccountOwnerCounts counts accounts by kind of owner.
type AccountOwnerCounts struct {
	None     int64 `json:"NONE"`
	Person   int64 `json:"PERSON"`
	External int64 `json:"EXTERNAL"`
	Service  int64 `json:"SERVICE"`
}

// AccountMFACounts counts accounts by second factor.
type AccountMFACounts struct {
	Enabled     int64 `json:"ENABLED"`
	Disabled    int64 `json:"DISABLED"`
	Unknown     int64 `json:"UNKNOWN"`
	NotRequired int64 `json:"NOT_REQUIRED"`
}

// AccountLevelCounts counts accounts by permission level.
type AccountLevelCounts struct {
	Admin  int64 `json:"ADMIN"`
	Editor int64 `json:"EDITOR"`
	Base   int64 `json:"BASE"`
}

// AccountSystemSummary counts the accounts of one system.
type AccountSystemSummary struct {
	System      AccountSystem `json:"system"`
	Total       int64         `json:"total"`
	Active      int64         `json:"active"`
	Deactivated int64         `json:"deactivated"`
	Unowned     int64         `json:"unowned"`
	Admins      int64         `json:"activeAdmins"`
	WithoutMFA  int64         `json:"activeWithoutMfa" doc:"Active, not by SSO, and without a second factor or without word of one."`
}
