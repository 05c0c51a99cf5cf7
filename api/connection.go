// SPDX-License-Identifier: Apache-2.0

package api

// ApplicationConnection is a source of an installed application: what its makers' program may
// push by somebody's consent.
type ApplicationConnection struct {
	ID               string   `json:"id"`
	Source           string   `json:"source" doc:"What the application calls it: its source_id."`
	State            string   `json:"state" enum:"connected,disconnected"`
	Reason           *string  `json:"reason" enum:"application_deleted,code_reused,customer_disconnected,origin_deleted,partner_disconnected,refresh_token_reused" doc:"Why it is disconnected; null while it is not."`
	ReasonText       *string  `json:"reasonText" doc:"The reason in words."`
	Scopes           []string `json:"scopes" doc:"As allowed."`
	AllowedByID      string   `json:"allowedById" doc:"The user who consented last."`
	AllowedByName    string   `json:"allowedByName"`
	DisconnectedBy   *string  `json:"disconnectedBy" doc:"Name of who disconnected it; null for nobody."`
	CreatedDate      string   `json:"createdDate" format:"date-time"`
	ConnectedDate    string   `json:"connectedDate" format:"date-time" doc:"The last time."`
	RefreshedDate    string   `json:"refreshedDate" format:"date-time" doc:"When it last got tokens."`
	LastUsedDate     *string  `json:"lastUsedDate" format:"date-time" doc:"When it last called; null: never."`
	DisconnectedDate *string  `json:"disconnectedDate" format:"date-time"`
}

// ApplicationInstallation is what the makers of a public application see of a workspace that
// installed it: nothing of its data.
type ApplicationInstallation struct {
	ID            string  `json:"id"`
	WorkspaceName string  `json:"workspaceName"`
	State         string  `json:"state" enum:"connected,disconnected" doc:"Connected when any connection is."`
	Connections   int64   `json:"connections"`
	Connected     int64   `json:"connected" doc:"Connections that have tokens."`
	CreatedDate   string  `json:"createdDate" format:"date-time"`
	LastUsedDate  *string `json:"lastUsedDate" format:"date-time" doc:"When any connection last called; null: never."`
}
