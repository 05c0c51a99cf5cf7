// SPDX-License-Identifier: Apache-2.0

// Package dashboard serves the pages in which people work: the build of the
// folder ui. It is one document for every page; scripts in it show what the
// address says, with what the API under /v1 answers.
//
//	/, /tests, /tests/ID, …   the document, to a browser that asks for a page
//	/sign-in, /setup          the document too, in place of package door's
//	/assets/FILE              scripts and styles; the name holds a digest
//	/FILE                     the few files whose name does not
//
// # Invariants
//
//   - A path that a route has is the route's. What no route has is answered with
//     the document only to a browser that opens a page (its Accept names HTML),
//     and never below /v1 or another interface: clients of the API keep their 404.
//   - A file is sent as the build compressed it. Only a name that holds a digest is
//     kept by browsers without asking.
//   - The policy lets nothing in from elsewhere, no inline script or style, and no
//     text where a browser would parse it as script.
//   - Without a build (a program compiled by Go alone) nothing is mounted: package
//     web's home page says how to make one, and package door is the way in.
package dashboard
