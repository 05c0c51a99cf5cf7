// SPDX-License-Identifier: Apache-2.0

// Package jobs runs what has to happen again and again without a request.
//
// A job is one pass: a function that does what there is to do now and may be run
// again at any moment. The loop, the period with its jitter, the wake-up and the
// lease live here, so that a pass is tested by calling it.
//
//	waiting ── period over, or Wake ──▶ due? ── no ──▶ waiting
//	                                     │yes
//	                                     ▼
//	                        lease taken ── held elsewhere ──▶ waiting
//	                                     │
//	                                     ▼
//	                        pass runs, lease renewed ──▶ lease given back ──▶ waiting
//
// # Invariants
//
//   - A named pass runs in one process at a time over one database: jobs_lease
//     holds a row for each name, with its owner and an end. A process that dies
//     leaves its lease to run out. A pass whose lease could not be renewed is
//     cancelled before the lease ends.
//   - The lease keeps work from being done twice; it is no lock. What must not
//     happen twice is held by the database's own constraints.
//   - Stop cancels the running passes and returns when each has returned.
//   - A wake-up during a pass makes one more pass follow it.
//   - The loop goes on after a failure, which is logged, and after a panic.
package jobs
