// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestExpiry is a table of calendars: ends of months, leap days, zones.
func TestExpiry(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ name, approved, renewal, want string }{
		{"a year", "2026-03-05T10:00:00Z", "P1Y", "2027-03-05T10:00:00Z"},
		{"end of a month", "2026-01-31T10:00:00Z", "P1M", "2026-02-28T10:00:00Z"},
		{"end of a month in a leap year", "2028-01-31T10:00:00Z", "P1M", "2028-02-29T10:00:00Z"},
		{"leap day for a year", "2028-02-29T23:59:59Z", "P1Y", "2029-02-28T23:59:59Z"},
		{"leap day for two years", "2028-02-29T00:00:00Z", "P2Y", "2030-02-28T00:00:00Z"},
		{"into a leap day", "2027-11-29T00:00:00Z", "P3M", "2028-02-29T00:00:00Z"},
		{"over the end of the year", "2026-08-31T12:00:00Z", "P6M", "2027-02-28T12:00:00Z"},
		{"three years", "2026-12-31T12:00:00Z", "P3Y", "2029-12-31T12:00:00Z"},
		{"31 to 30 days", "2026-08-31T12:00:00Z", "P1M", "2026-09-30T12:00:00Z"},
		{"another zone counts in UTC", "2026-03-01T00:30:00+02:00", "P1M", "2026-03-28T22:30:00Z"},
		{"for good", "2026-03-05T10:00:00Z", "P0D", ""},
	} {
		approved, err := time.Parse(time.RFC3339, one.approved)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if end := expiry(approved, one.renewal); end != nil {
			got = end.Format(time.RFC3339)
		}
		if got != one.want {
			t.Errorf("%s: %s for %s ends %q, want %q", one.name, one.approved, one.renewal, got, one.want)
		}
	}
}

// TestStandingGoesForward walks a clock over an approval: APPROVED, RENEW_SOON for
// exactly 30 days (or from the beginning), EXPIRED for ever; and the month counts.
func TestStandingGoesForward(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		approved := time.UnixMilli(rapid.Int64Range(946_684_800_000, 4_102_444_800_000).Draw(t, "approved")).UTC()
		renewal := rapid.SampledFrom(renewals).Draw(t, "renewal")
		end := expiry(approved, renewal.word)
		if renewal.months == 0 {
			if end != nil || standing(approved, renewal.word, approved.AddDate(900, 0, 0)) != Approved {
				t.Fatal("what counts for good ends")
			}
			return
		}
		months := (end.Year()-approved.Year())*12 + int(end.Month()) - int(approved.Month())
		if months != renewal.months || end.Day() > approved.Day() || end.Day() < approved.Day() && end.AddDate(0, 0, 1).Day() != 1 {
			t.Fatalf("%s for %s ends %s", approved, renewal.word, end)
		}
		soon := end.Add(-renewSoon * 24 * time.Hour)
		for _, one := range []struct {
			at   time.Time
			want Status
		}{{soon.Add(-time.Millisecond), Approved}, {soon, RenewSoon}, {end.Add(-time.Millisecond), RenewSoon}, {*end, Expired}, {end.AddDate(50, 0, 0), Expired}} {
			if got := standing(approved, renewal.word, one.at); got != one.want {
				t.Fatalf("approved %s for %s: %s at %s, want %s", approved, renewal.word, got, one.at, one.want)
			}
		}
	})
}
