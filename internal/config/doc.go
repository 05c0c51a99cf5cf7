// SPDX-License-Identifier: Apache-2.0

// Package config is what an operator may set: one struct for flags,
// environment and file, read by kong.
//
// A setting is a field with kong's tags. The first source that has it wins:
//
//	flag          --data ./here
//	environment   MUSTER_DATA=./here
//	secret file   MUSTER_DATABASE_FILE=/run/secrets/database, for fields tagged secret
//	file          {"data": "./here"} in the file of --config or MUSTER_CONFIG
//	default
//
// A variable that is set but empty counts as not set, so that a compose file may
// pass on what it does not know. [Sources] gives kong the second to fourth of
// these; it reads the environment through a function and never by itself.
//
// Only the command and package app know this package: every other package is
// given its own options.
package config
