// SPDX-License-Identifier: Apache-2.0

// Package mailtest gives tests an SMTP server of their own: aiosmtpd, the server of
// the Python project, on a free loopback port. It speaks for itself what a Go
// library would be talked into, and stops with the test, also when the test binary
// is killed.
//
//	server := mailtest.Start(t)
//	sender := server.Sender(t)
//	… do what sends one message
//	message := server.Messages(t, 1)[0]
//
// Recipients that the server treats in another way: [Refused], [Busy], [Hanging].
//
// It needs Python 3 with the package aiosmtpd (Debian: python3-aiosmtpd). Where that
// is absent the test is skipped and says so; MUSTER_TEST_REQUIRE=all makes that a
// failure.
package mailtest
