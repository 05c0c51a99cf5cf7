// SPDX-License-Identifier: Apache-2.0

// Package policy holds what a workspace has written down about how it works, who
// approved it, and who has accepted it.
//
// # Nouns
//
//	policy      a name, an owner, how often it is renewed, the groups that must accept
//	version     a text or a file: DRAFT → PENDING_APPROVAL → APPROVED. By the clock an
//	            approved one is RENEW_SOON 30 days before it expires, then EXPIRED
//	acceptance  that a person agreed to a version, by its number and its hash
//	asked       the oldest version whose acceptance counts: the last approved one that
//	            was not minor
//
// # Invariants
//
//   - One version at most is a draft or waits. What waits or was approved never
//     changes; who wants it changed returns it first, with a reason.
//   - The approved version with the highest number counts, until the next is approved.
//   - What is asked of people is stored nowhere: it follows from groups, memberships,
//     approvals and acceptances, so joiners are asked and leavers are not at once,
//     whatever door they came by.
//   - An acceptance is of bytes: its hash is that of the version, and it is never
//     changed or taken back.
//
// Next door: directory shows what is asked as tasks of people (directory.Policies);
// blob keeps files.
//
// # Tables
//
//	policy_policy      policies, and from which version on acceptances count
//	policy_version     versions
//	policy_group       groups that must accept
//	policy_acceptance  who accepted what
package policy
