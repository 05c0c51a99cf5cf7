// SPDX-License-Identifier: Apache-2.0

package policy

import "time"

// Status is how far a version is.
type Status string

// The states. Approved is stored for RenewSoon, Expired and Replaced too.
const (
	NotStarted Status = "NOT_STARTED" // there is no version
	Draft      Status = "DRAFT"
	Pending    Status = "PENDING_APPROVAL"
	Approved   Status = "APPROVED"
	RenewSoon  Status = "RENEW_SOON"
	Expired    Status = "EXPIRED"
	Replaced   Status = "REPLACED" // a newer one was approved; not in the manage API
)

// renewSoon is how many days before a version expires it is to be renewed.
const renewSoon = 30

// renewals are the cadences with their months; 0 is never.
var renewals = []struct {
	word   string
	months int
}{{"P1Y", 12}, {"P0D", 0}, {"P1M", 1}, {"P3M", 3}, {"P6M", 6}, {"P2Y", 24}, {"P3Y", 36}}

func renewalWords() (words []string) {
	for _, r := range renewals {
		words = append(words, r.word)
	}
	return words
}

// expiry answers when what was approved at an instant expires, in UTC; nil: never.
// A day that the month does not have is its last one: what was approved on 31
// January for a month expires on 28 or 29 February, at the same time of day.
func expiry(approved time.Time, renewal string) *time.Time {
	for _, r := range renewals {
		if r.word == renewal && r.months > 0 {
			at := addMonths(approved.UTC(), r.months)
			return &at
		}
	}
	return nil
}

func addMonths(at time.Time, n int) time.Time {
	year, month, day := at.Date()
	last := time.Date(year, month+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month+time.Month(n), min(day, last), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
}

// standing answers the status at an instant of the version that counts.
func standing(approved time.Time, renewal string, now time.Time) Status {
	end := expiry(approved, renewal)
	switch {
	case end == nil:
		return Approved
	case !now.Before(*end):
		return Expired
	case !now.Before(end.AddDate(0, 0, -renewSoon)):
		return RenewSoon
	}
	return Approved
}
