// SPDX-License-Identifier: Apache-2.0

package assessment

import "github.com/passmuster/muster/internal/sla"

// Remediation is how a test stands with its deadlines.
type Remediation string

// The words of TestRemediationStatus (contract manage-api.md).
const (
	RemediationDisabled   Remediation = "DISABLED"
	RemediationDueSoon    Remediation = "DUE_SOON"
	RemediationInProgress Remediation = "IN_PROGRESS"
	RemediationInvalid    Remediation = "INVALID"
	RemediationNA         Remediation = "NA"
	RemediationNeedsWork  Remediation = "NEEDS_WORK"
	RemediationOverdue    Remediation = "OVERDUE"
	RemediationPass       Remediation = "PASS"
)

// remediation answers how a test stands at an instant. Only the soonest due time
// of its failures matters, which the tally has: nothing is read, and the answer is
// right at any moment.
func (t *Test) remediation(set sla.Settings, now int64) Remediation {
	switch t.Status {
	case StatusOK:
		return RemediationPass
	case StatusDeactivated:
		return RemediationDisabled
	case StatusNotApplicable:
		return RemediationNA
	case StatusInProgress:
		return RemediationInProgress
	case StatusInvalid:
		return RemediationInvalid
	}
	switch {
	case t.SoonestDue == nil:
		return RemediationNeedsWork
	case *t.SoonestDue < now:
		return RemediationOverdue
	case set.IsSoon(*t.SoonestDue, now):
		return RemediationDueSoon
	}
	return RemediationNeedsWork
}
