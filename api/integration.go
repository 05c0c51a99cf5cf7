// SPDX-License-Identifier: Apache-2.0

package api

// Integration is an application that pushes, with what it pushes.
type Integration struct {
	IntegrationID string       `json:"integrationId" doc:"Id of the application."`
	DisplayName   string       `json:"displayName"`
	ResourceKinds []string     `json:"resourceKinds" doc:"Names of the definitions, oldest first."`
	Connections   []Connection `json:"connections"`
}

// Connection is one source of an integration's records.
type Connection struct {
	ConnectionID           string  `json:"connectionId"`
	IsDisabled             bool    `json:"isDisabled"`
	ConnectionErrorMessage *string `json:"connectionErrorMessage" doc:"Why the newest push was refused, or why it is disabled; null when neither is so."`
}

// ResourceKindSummary is a definition as integrations list it.
type ResourceKindSummary struct {
	IntegrationID        string `json:"integrationId"`
	ResourceKind         string `json:"resourceKind" doc:"Name of the definition."`
	IsScopable           bool   `json:"isScopable"`
	CanUpdateDescription bool   `json:"canUpdateDescription"`
	CanUpdateOwner       bool   `json:"canUpdateOwner"`
}

// ResourceKindDetails counts the records of a definition that exist now.
type ResourceKindDetails struct {
	ResourceKindSummary
	NumResources       int32 `json:"numResources" minimum:"0"`
	NumInScope         int32 `json:"numInScope" minimum:"0"`
	NumOwned           int32 `json:"numOwned" minimum:"0"`
	NumWithDescription int32 `json:"numWithDescription" minimum:"0"`
}

// ResourceCommon is what the manage API shows of any record. Times are RFC 3339 in UTC
// with milliseconds.
type ResourceCommon struct {
	ResourceKind string  `json:"resourceKind" doc:"Name of the definition."`
	ResourceID   string  `json:"resourceId" doc:"Id of the record."`
	ConnectionID *string `json:"connectionId"`
	DisplayName  string  `json:"displayName"`
	Owner        *string `json:"owner" doc:"Id of the person who looks after it."`
	InScope      bool    `json:"inScope"`
	Description  *string `json:"description"`
	CreationDate string  `json:"creationDate" format:"date-time" doc:"When it was first pushed."`
	DeletedDate  *string `json:"deletedDate" format:"date-time" doc:"When a push left it out; null while it exists."`
}

// GenericResource is a record of any base type but accounts and computers.
type GenericResource struct {
	ResponseType string `json:"responseType" enum:"AutoScalingGroup,ClusterDeployment,ComputeInstance,ContainerCluster,ContainerRepository,Database,GitRepository,KubernetesCluster,LoadBalancer,PaaS,Resource,Queue,ServerlessFunction,StorageBucket"`
	ResourceCommon
}

// AccountResource is an account.
type AccountResource struct {
	ResponseType string `json:"responseType" enum:"Account"`
	ResourceCommon
	AccountName   string   `json:"accountName"`
	Roles         []string `json:"roles" doc:"The role as its source describes it, else the permission level."`
	Groups        []string `json:"groups" doc:"Ids of its groups at the source."`
	IsDeactivated bool     `json:"isDeactivated"`
	IsMFAEnabled  *bool    `json:"isMfaEnabled"`
}

// DeviceResource is a computer.
type DeviceResource struct {
	ResponseType string `json:"responseType" enum:"Device"`
	ResourceCommon
	OperatingSystemName string `json:"operatingSystemName"`
	IsEncrypted         *bool  `json:"isEncrypted" doc:"Every drive is; null when no drive was reported."`
	ContainsEPHI        *bool  `json:"containsEphi" doc:"null: nobody says so."`
	ContainsUserData    *bool  `json:"containsUserData" doc:"null: nobody says so."`
}
