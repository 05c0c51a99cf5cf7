// SPDX-License-Identifier: Apache-2.0

// Command muster is the whole of Muster: server, administration, and the tools
// of those who push records and check evidence.
//
//	muster serve    run the server
//	muster push     push a file of records
//	muster verify   check exported evidence, offline
//	muster admin    work on the data itself, whether or not a server runs
//	muster version  say which version this is
//
// Results go to standard output, as JSON with --json; messages, logs and
// progress go to standard error. Exit codes: 0 done, 1 failed, 2 usage, 3
// something does not pass.
//
// Each command is a struct with its flags and a Run method, in a file of its
// name; main.go puts them together and turns errors into exit codes. Commands
// hold no product logic: they call a feature, or the public client.
package main
