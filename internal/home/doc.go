// SPDX-License-Identifier: Apache-2.0

// Package home answers the first page: what broke, what is late, what fell silent.
//
// It keeps nothing and has no tables. All of it comes from what other features count
// anyway: tallies of tests now and by day, days of pushes, mappings of controls. No
// outcome is scanned; overdue failures are counted up to a bound.
//
// Each part needs the permission of its own page; the others are null.
//
// It also answers what waits for one user, of all features that ask people for something.
// There a part needs no permission but to own what it is about, as its own page does.
package home
