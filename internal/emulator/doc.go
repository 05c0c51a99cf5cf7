// SPDX-License-Identifier: Apache-2.0

// Package emulator is what muster serve --emulator adds to a server, for who develops
// an integration and tests it on a laptop or in CI:
//
//	seed     a Build application with a definition of each base type, and a Manage one
//	folder   the data, in memory where the system has a file system for that, and
//	         the broom that takes it away however the server ends
//	print    what a script needs, as JSON lines or for people
//
// The server itself is the ordinary one: no route knows of the emulator.
package emulator
