// SPDX-License-Identifier: Apache-2.0

// Package door is the way in for people with a browser: the pages that links from
// the server's log and mail lead to, the sign-in page, and one's own account. The
// pages are static and the same for everybody; what they show they ask of the API
// under /v1, as any other client does.
//
//	/setup#TOKEN        makes the first Admin (the dashboard has its own, where it is built)
//	/invitation#TOKEN   takes an invitation up
//	/reset#TOKEN        sets a new password
//	/sign-in            signs in (likewise): ?workspace=SLUG, ?return=/PATH, #TOKEN of a mailed link
//	/account            who is signed in; password, second factor, passkeys, sessions
//	/directory-setup    connects an identity provider: by a one-time #LINK for somebody
//	                    elsewhere, or signed in, with ?directory=ID or a choice
//	/door/FILE          scripts, style and icon of these pages
//
// # Files
//
//	page/layout.html   what all pages share; page/NAME.html fills it, one a path
//	asset/NAME.js      the script of a page, in parts where it is long
//	                   (account-….js, directory-….js); asset/door.js is what all share
//
// # Invariants
//
//   - A token stands in the fragment only, which is in no request, and leaves the
//     address bar as soon as a script has read it. It is used when a button is
//     pressed, not when a page is opened: programs that look into mail open pages.
//   - Nothing that comes from the API is parsed as HTML. The policy of the pages
//     forbids inline scripts and styles, and text where the browser would parse it
//     (trusted types).
//   - ?return= leads to a path of this server only.
//   - A page needs no library and no build step.
package door
