// SPDX-License-Identifier: Apache-2.0

// Package db opens the database and runs transactions on it: SQLite in a file,
// or PostgreSQL behind a URL, under one SQL text.
//
// # Transactions
//
//	Read        one snapshot, read only; many at once
//	Glance      no transaction: for what one statement answers
//	Write       durable when it returns; on SQLite one at a time
//	WriteAhead  what nobody sees yet: visible to the engine after return, durable
//	            with the next Write. Only for rows that a later Write makes count.
//
// A transaction function may run again when PostgreSQL reports a deadlock, so it
// sets what it answers afresh and has no other effect. Write on PostgreSQL is
// READ COMMITTED: what spans rows is held by unique indexes and by updates that
// name the state they expect (ExecOne).
//
// # One SQL text
//
// $1 placeholders, BIGINT milliseconds, TEXT for JSON, BYTEA for digests,
// BOOLEAN; ON CONFLICT and RETURNING; no FOR UPDATE, no arrays, no ILIKE, no
// engine clocks, no identity columns. A parameter list in IN (…) names each
// parameter. InsertMany is the one place where the engines differ: 50 rows a
// statement on SQLite, COPY on PostgreSQL.
//
// # SQLite
//
// One writer connection (BEGIN IMMEDIATE, synchronous=FULL) and a few readers
// on a write-ahead log. WriteAhead sets synchronous=NORMAL around its
// transaction; the fsync of the next Write makes its frames durable too.
// The driver is spoken to directly, and statements are prepared once a connection:
// the 400 last used are kept. Package database/sql serves migrations alone.
package db
