// SPDX-License-Identifier: Apache-2.0

// Package deadline works out when something is due. It is pure: the instant of
// detection and the time zone are arguments.
//
// # Nouns
//
//	term  how long an item may stay open: so many hours, days or business days
//	due   the instant up to which it is in time; from it on it is overdue
//
// # How terms are counted
//
//   - An hour is 60 minutes and a day 24 hours, in every zone and through every
//     change of the clocks, as durations of the rule language are.
//   - Business days are Monday to Friday in a time zone; there are no holidays. The
//     due time shows the clock of the detection: Thursday 16:20 and three business
//     days are Tuesday 16:20, whatever the clocks did in between. What is detected
//     on a Saturday or Sunday counts from Monday 00:00, so that one business day
//     is Tuesday 00:00.
//   - Where the clocks show a due time twice, the first one counts; where they skip
//     it, the instant at which they skip. In one sentence: due is the first instant
//     at which the clocks show that date and time, or a later one.
package deadline
