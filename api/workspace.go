// SPDX-License-Identifier: Apache-2.0

package api

// Workspace is one house.
type Workspace struct {
	ID        string `json:"id"`
	Slug      string `json:"slug"`
	Name      string `json:"name"`
	CreatedAt string `json:"createdAt" format:"date-time"`
}

// WorkspaceInput is what a workspace is made from.
type WorkspaceInput struct {
	Name string `json:"name"`
	Slug string `json:"slug,omitempty" doc:"Made from the name when absent."`
}

// WorkspaceChange renames a workspace.
type WorkspaceChange struct {
	Name string `json:"name"`
}

// WorkspaceList answers the workspaces that the caller's browser can switch to.
type WorkspaceList struct {
	Workspaces []Workspace `json:"workspaces"`
}
