// SPDX-License-Identifier: Apache-2.0

// Package archtest keeps the architecture true. It reads every Go file of the
// module, without compiling it, and reports what does not fit.
//
// table.go is the architecture: each package, its floor, and which packages of
// ours it may import. An import goes down a floor, or sideways only where the
// table says so. A package on disk that the table does not name is a problem; a
// name in the table without a package on disk is not, it may come later.
//
// check.go holds the rules for one file, source.go what is asked of its syntax:
//
//	imports   only what the table allows; some modules have one home (homes)
//	pure      floor 0 does no I/O and reads no clock
//	features  SQL in store*.go, net/http in api*.go, time comes in as now
//	shape     functions of at most 100 lines, files of at most 600
//	house     the SPDX line, a package comment, no init, no `_ = err`, no sleeps
//
// Tests are held to the SPDX line, the file limit, no sleeps and no draw that is
// another one each time; they may import what they need.
//
// Each rule is proved by a planted violation in testdata: a small tree, and the
// exact problems that must be found in it. A new rule comes with such a file.
package archtest
