// SPDX-License-Identifier: Apache-2.0

package api

// DirectorySummary is the connection to one identity provider, as lists have it.
type DirectorySummary struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Provider  string          `json:"provider" enum:"okta,entra,jumpcloud,onelogin,google,generic"`
	State     string          `json:"state" enum:"validating,linked,unlinked,invalid_credentials,deleting" doc:"linked is shown as Active."`
	Strict    bool            `json:"strict" doc:"The interop profile to the letter; Okta and Entra ID need it off."`
	BaseURL   string          `json:"baseUrl" doc:"What the provider calls the SCIM 2.0 base URL, or tenant URL."`
	Counts    DirectoryCounts `json:"counts"`
	CreatedAt string          `json:"createdAt" format:"date-time"`
	UpdatedAt string          `json:"updatedAt" format:"date-time"`
	LinkedAt  *string         `json:"linkedAt" format:"date-time" doc:"When the provider first came with a good token; null before."`
}

// DirectoryCounts say how much a provider has sent.
type DirectoryCounts struct {
	Users       int64 `json:"users"`
	ActiveUsers int64 `json:"activeUsers"`
	Groups      int64 `json:"groups"`
}

// DirectoryRole is a role, by the id that providers send and the name that
// people read.
type DirectoryRole struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Directory is a connection with everything its set-up page shows.
type Directory struct {
	ID                 string               `json:"id"`
	Name               string               `json:"name"`
	Provider           string               `json:"provider" enum:"okta,entra,jumpcloud,onelogin,google,generic"`
	State              string               `json:"state" enum:"validating,linked,unlinked,invalid_credentials,deleting" doc:"linked is shown as Active."`
	Strict             bool                 `json:"strict" doc:"The interop profile to the letter; Okta and Entra ID need it off."`
	BaseURL            string               `json:"baseUrl" doc:"What the provider calls the SCIM 2.0 base URL, or tenant URL."`
	TenantURL          *string              `json:"tenantUrl" doc:"Of Entra ID: the base URL with the flag that makes it keep to the standard; null for others."`
	RoleAttribute      string               `json:"roleAttribute" doc:"Attribute of users that carries the role; empty while none is named."`
	OfferedAttributes  []string             `json:"offeredAttributes" doc:"Names seen at the top level of users that arrived, and roles: what roleAttribute may be."`
	DefaultRole        DirectoryRole        `json:"defaultRole" doc:"Of who gets no other."`
	Roles              []DirectoryRole      `json:"roles" doc:"What the role attribute may hold: id, slug and name all do."`
	Counts             DirectoryCounts      `json:"counts"`
	Steps              []DirectoryStep      `json:"steps" doc:"Of the set-up, in their order."`
	Tolerances         []DirectoryTolerance `json:"tolerances" doc:"What the provider sends that the standard refuses and that is taken all the same, the most frequent first. When there is nothing, the directory can be strict."`
	Warnings           []DirectoryWarning   `json:"warnings" doc:"The newest first."`
	LastError          *DirectoryLastError  `json:"lastError" doc:"The last request that was refused; null for none that is remembered."`
	Tokens             []DirectoryTokenInfo `json:"tokens" doc:"The newest first; without the tokens themselves."`
	Clients            []DirectoryClient    `json:"clients" doc:"That get tokens by themselves; the newest first."`
	TokenURL           string               `json:"tokenUrl" doc:"Where clients get their tokens, and what their assertions name as aud."`
	RequestsByDay      []DirectoryDay       `json:"requestsByDay" doc:"Of the last 14 days (UTC), the oldest first."`
	RolesAreBeingGiven bool                 `json:"rolesAreBeingGiven" doc:"A change of the settings is still being carried out on the accounts."`
	CreatedAt          string               `json:"createdAt" format:"date-time"`
	UpdatedAt          string               `json:"updatedAt" format:"date-time"`
	LinkedAt           *string              `json:"linkedAt" format:"date-time" doc:"When the provider first came with a good token; null before."`
}

// DirectoryStep is a step of the set-up.
type DirectoryStep struct {
	Name     string  `json:"name" enum:"credentials,provisioning,attribute,assigned,groups,mapping,tested"`
	Title    string  `json:"title"`
	Words    string  `json:"words" doc:"What to do, in the words of the provider."`
	Optional bool    `json:"optional"`
	Done     bool    `json:"done"`
	DoneAt   *string `json:"doneAt" format:"date-time"`
}

// DirectoryWarning is something to look at; provisioning went on.
type DirectoryWarning struct {
	ID      string `json:"id"`
	Kind    string `json:"kind" doc:"Such as unknown_role, pending_member or lockout."`
	Subject string `json:"subject" doc:"Whom it is about, by name."`
	Message string `json:"message"`
	Count   int64  `json:"count" doc:"How often it came."`
	FirstAt string `json:"firstAt" format:"date-time"`
	LastAt  string `json:"lastAt" format:"date-time"`
}

// DirectoryTolerance is something that the provider sends and that a strict
// directory refuses or does otherwise.
type DirectoryTolerance struct {
	Name   string `json:"name" doc:"Such as text_for_boolean; the label of the metric muster_scim_tolerances_total."`
	Words  string `json:"words" doc:"What it is."`
	Count  int64  `json:"count" doc:"Requests that needed it."`
	LastAt string `json:"lastAt" format:"date-time"`
}

// DirectoryLastError is the last request that was refused.
type DirectoryLastError struct {
	RequestID string `json:"requestId"`
	At        string `json:"at" format:"date-time"`
	Status    int    `json:"status"`
	Words     string `json:"words"`
	Problem   string `json:"problem" doc:"What the provider was told."`
	WhatToDo  string `json:"whatToDo"`
}

// DirectoryDay counts the requests of one day.
type DirectoryDay struct {
	Day      string `json:"day" format:"date"`
	Requests int64  `json:"requests"`
	Failed   int64  `json:"failed"`
}

// DirectoryTokenInfo is a bearer token without itself.
type DirectoryTokenInfo struct {
	ID         string  `json:"id"`
	Hint       string  `json:"hint" doc:"How it begins."`
	CreatedAt  string  `json:"createdAt" format:"date-time"`
	ExpiresAt  *string `json:"expiresAt" format:"date-time" doc:"Null for never."`
	LastUsedAt *string `json:"lastUsedAt" format:"date-time" doc:"Null for never."`
}

// DirectoryInput makes a directory.
type DirectoryInput struct {
	Name        string `json:"name"`
	Provider    string `json:"provider" doc:"okta, entra, jumpcloud, onelogin, google or generic."`
	Strict      bool   `json:"strict,omitempty"`
	DefaultRole string `json:"defaultRole,omitempty" doc:"Id, slug or name of a role but Admin; Employee when absent."`
}

// DirectoryCreated is a new directory with its first token, which nobody can read
// again.
type DirectoryCreated struct {
	ID      string `json:"id"`
	BaseURL string `json:"baseUrl"`
	Token   string `json:"token"`
}

// DirectoryPatch changes a directory; what is absent stays.
type DirectoryPatch struct {
	Name          *string `json:"name,omitempty"`
	Strict        *bool   `json:"strict,omitempty"`
	RoleAttribute *string `json:"roleAttribute,omitempty" doc:"Name of an attribute of users; empty for none."`
	DefaultRole   *string `json:"defaultRole,omitempty" doc:"Id, slug or name of a role but Admin."`
	State         *string `json:"state,omitempty" doc:"unlinked switches it off: requests are refused and its accounts deactivated; linked undoes that."`
}

// DirectoryDeletion says how far a deletion has come. While it is deleting, the
// directory can still be read.
type DirectoryDeletion struct {
	ID       string             `json:"id"`
	State    string             `json:"state" enum:"deleting,deleted"`
	Left     int64              `json:"left" doc:"Users and groups that are still to be taken back."`
	Warnings []DirectoryWarning `json:"warnings" doc:"Such as the last Admin, whose account stays."`
}

// DirectoryTokenInput makes a token beside those that there are.
type DirectoryTokenInput struct {
	ExpiresAt *string `json:"expiresAt,omitempty" format:"date-time" doc:"Never when absent."`
}

// DirectoryToken is a new token, which nobody can read again.
type DirectoryToken struct {
	ID        string  `json:"id"`
	Token     string  `json:"token"`
	Hint      string  `json:"hint"`
	CreatedAt string  `json:"createdAt" format:"date-time"`
	ExpiresAt *string `json:"expiresAt" format:"date-time"`
}

// DirectoryMappingInput gives members of a group a role.
type DirectoryMappingInput struct {
	GroupID string `json:"groupId" doc:"Id of a group of the directory."`
	Role    string `json:"role" doc:"Id, slug or name of a role."`
}

// DirectoryMapping are the roles of groups, the one with priority first.
type DirectoryMapping struct {
	Mapping []DirectoryMappingEntry `json:"mapping"`
	Groups  []DirectoryGroup        `json:"groups" doc:"All groups of the directory, by name."`
}

// DirectoryMappingEntry is one group with its role.
type DirectoryMappingEntry struct {
	GroupID   string        `json:"groupId"`
	GroupName string        `json:"groupName"`
	Role      DirectoryRole `json:"role"`
}

// DirectoryGroup is a group that a provider pushed.
type DirectoryGroup struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// DirectoryMappingPut replaces the roles of groups.
type DirectoryMappingPut struct {
	Mapping []DirectoryMappingInput `json:"mapping" doc:"In order of priority: the first group that somebody is in decides."`
}

// DirectoryRequest is a request of the provider, in words.
type DirectoryRequest struct {
	ID         string  `json:"id"`
	At         string  `json:"at" format:"date-time"`
	Method     string  `json:"method"`
	Path       string  `json:"path" doc:"After the base URL, with the query."`
	Status     int     `json:"status"`
	Words      string  `json:"words" doc:"What happened, as a sentence."`
	Problem    string  `json:"problem" doc:"What the provider was told was wrong; empty for nothing."`
	WhatToDo   string  `json:"whatToDo" doc:"Empty for nothing."`
	Subject    string  `json:"subject" doc:"Whom or what it was about, by name."`
	ResourceID string  `json:"resourceId" doc:"Empty for nothing."`
	TookMS     float64 `json:"tookMs"`
	Address    string  `json:"address"`
	UserAgent  string  `json:"userAgent"`
	ReplayOf   string  `json:"replayOf" doc:"Id of the request that this one repeated; empty for none."`
	Sent       *string `json:"sent,omitempty" doc:"The body without secrets; only where one request is read, and in exports."`
	Answered   *string `json:"answered,omitempty" doc:"The answer's body without secrets, cut; only where one request is read, and in exports."`
}

// DirectoryReplay is what became of a request that was repeated.
type DirectoryReplay struct {
	RequestID string `json:"requestId" doc:"Of the repetition."`
	Status    int    `json:"status"`
	Succeeded bool   `json:"succeeded"`
	Words     string `json:"words"`
	Problem   string `json:"problem"`
	WhatToDo  string `json:"whatToDo"`
}

// DirectoryTimeline is what happened to a user.
type DirectoryTimeline struct {
	UserID   string             `json:"userId"`
	UserName string             `json:"userName" doc:"Empty for one that is deleted and not remembered."`
	Active   bool               `json:"active"`
	Deleted  bool               `json:"deleted"`
	Role     *DirectoryRole     `json:"role" doc:"The one that was resolved last; null for none."`
	Account  string             `json:"accountId" doc:"Of the user who may sign in; empty for none."`
	Person   string             `json:"personId" doc:"Empty for none."`
	Requests []DirectoryRequest `json:"requests" doc:"The newest first, at most 100; those on the user and those on groups that name the user."`
}

// DirectorySimulateInput asks what role a user would get: one who has arrived, or
// somebody supposed.
type DirectorySimulateInput struct {
	User    string             `json:"user,omitempty" doc:"Id, userName or e-mail of somebody who has arrived."`
	Suppose *DirectorySupposed `json:"suppose,omitempty" doc:"Somebody who has not arrived, in place of user."`
}

// DirectorySupposed is somebody as a provider might send them.
type DirectorySupposed struct {
	Email       string   `json:"email,omitempty" maxLength:"254" doc:"Says also what there is already under this e-mail."`
	Values      []string `json:"values,omitempty" maxItems:"20" doc:"Of the attribute that carries the role, in the order sent."`
	Groups      []string `json:"groups,omitempty" maxItems:"100" doc:"Ids or names of groups that the provider has pushed."`
	CurrentRole string   `json:"currentRole,omitempty" doc:"Id, slug or name of the role that they have had so far."`
	NothingNew  bool     `json:"nothingNew,omitempty" doc:"They had values and groups before, beside something that was taken away: a role that may more than the current one is then not given."`
}

// DirectorySelfTest is what came of playing the provider's requests.
type DirectorySelfTest struct {
	Passed bool                    `json:"passed"`
	Note   string                  `json:"note" doc:"Whose requests were played, where the provider documents none of its own; else empty."`
	Steps  []DirectorySelfTestStep `json:"steps"`
}

// DirectorySelfTestStep is one of the requests that were played.
type DirectorySelfTestStep struct {
	Words    string `json:"words" doc:"What the provider does with it."`
	Method   string `json:"method"`
	Path     string `json:"path"`
	Status   int    `json:"status"`
	Passed   bool   `json:"passed"`
	Answered string `json:"answered" doc:"What was answered, in words."`
	WhatToDo string `json:"whatToDo" doc:"Empty when there is nothing to do."`
}

// DirectoryLinkInput makes a link.
type DirectoryLinkInput struct {
	MayNameAttribute *bool `json:"mayNameAttribute,omitempty" doc:"Whether its holder may name the attribute that carries the role, and so lets the provider decide on roles; true when absent."`
}

// DirectoryLink is a one-time link for an administrator elsewhere, which nobody
// can read again.
type DirectoryLink struct {
	ID        string `json:"id"`
	URL       string `json:"url"`
	ExpiresAt string `json:"expiresAt" format:"date-time"`
}

// DirectoryLinkInfo is a link without its secret.
type DirectoryLinkInfo struct {
	ID        string  `json:"id"`
	CreatedBy string  `json:"createdBy"`
	CreatedAt string  `json:"createdAt" format:"date-time"`
	ExpiresAt string  `json:"expiresAt" format:"date-time"`
	OpenedAt  *string `json:"openedAt" format:"date-time" doc:"Null while nobody has opened it."`

	MayNameAttribute bool `json:"mayNameAttribute" doc:"Whether its holder may name the attribute that carries the role."`
}

// LinkedDirectory is the directory of a link, as the link's holder sees it.
type LinkedDirectory struct {
	Directory
	Workspace        string `json:"workspace" doc:"Name of the workspace that it belongs to."`
	LinkExpiresAt    string `json:"linkExpiresAt" format:"date-time"`
	MayNameAttribute bool   `json:"mayNameAttribute" doc:"Whether the holder may name the attribute that carries the role."`
}

// SetupLinkAttribute names the attribute that carries the role.
type SetupLinkAttribute struct {
	RoleAttribute string `json:"roleAttribute" doc:"Name of an attribute of users; empty for none."`
}

// SetupLinkInput is what comes in the fragment of a link.
type SetupLinkInput struct {
	Link string `json:"link"`
}

// SetupLinkOpened binds a link to who opened it.
type SetupLinkOpened struct {
	Secret    string    `json:"secret" doc:"For the header Muster-Link from now on; browsers got it as a cookie."`
	ExpiresAt string    `json:"expiresAt" format:"date-time"`
	Directory Directory `json:"directory"`
}

// DirectorySimulation says what role a user would get, and why.
type DirectorySimulation struct {
	UserID    string        `json:"userId"`
	UserName  string        `json:"userName"`
	Name      string        `json:"name"`
	Email     string        `json:"email" doc:"That person and account are known by; empty for none."`
	AccountID string        `json:"accountId" doc:"Empty while there is none."`
	LastRole  string        `json:"lastRole" doc:"Name of the role that was resolved last; empty for none."`
	Role      DirectoryRole `json:"role"`
	Steps     []string      `json:"steps" doc:"Why, as sentences, in the order in which the role was found."`
}
