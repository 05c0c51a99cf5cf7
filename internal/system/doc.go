// SPDX-License-Identifier: Apache-2.0

// Package system answers how the server itself stands: version, storage, jobs.
//
// It keeps nothing and has no tables. What is told is of the whole server and no
// workspace: who may manage workspaces may know it. Why a job failed may name what is
// in another workspace, so only the log says that.
package system
