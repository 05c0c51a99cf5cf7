// SPDX-License-Identifier: Apache-2.0

// Package workspace is the house that everything else stands in. Each row of
// each table belongs to one workspace and carries its number; people see its
// slug, and answers its id.
//
// # Nouns
//
//	workspace               one house; "default" is made when it is first asked for
//	workspace_counter       small integers that stand for ids in rows, drawn by Next
//	workspace_installation  what holds for all workspaces of a database, such as
//	                        the base URL that the last start of serve stored
//
// # Invariants
//
//   - A counter never answers the same number twice. Numbers of a transaction that
//     is rolled back may be drawn again, as nothing carries them.
//   - A slug is unique, and no slug has the form of an id, so that one word names
//     one workspace.
package workspace
