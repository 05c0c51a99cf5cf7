// SPDX-License-Identifier: Apache-2.0

// Package app puts the parts together: it opens what a process needs in order,
// mounts the features on the server, starts their jobs, and stops everything in
// the reverse order. It holds no product logic and is the one place that reads
// the configuration for others.
//
//	Open    data folder → database → workspaces → evidence → applications → users
//	        → resources → tests; enough for an administration command
//	Serve   Open's parts → lock on the data folder → listener → base URL → routes
//	        → jobs → requests, until the context ends; then requests drain within
//	        a bound and jobs end
//
// A data folder has one server: serve.lock is held by it (flock, so a crash
// leaves none behind). Administration commands do not take the lock: SQLite
// serialises their writes with the server's.
package app
