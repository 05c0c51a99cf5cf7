// SPDX-License-Identifier: Apache-2.0

// Package mail hands messages to an SMTP server (RFC 5321): one connection a
// message, one recipient a message.
//
// # The server's URL
//
//	smtps://user:password@mail.example.com         TLS from the first byte, port 465
//	smtp://user:password@mail.example.com          STARTTLS (RFC 3207) or nothing, port 587
//	smtp://mail.internal:25?tls=none               in clear; no password is sent this way
//	smtp://127.0.0.1:25                            in clear, because it stays on the machine
//	smtp://user:password@localhost:25?tls=required STARTTLS on the machine too
//
// There is no "TLS if the server offers it": whoever stands in between would take
// the offer out. Special characters in user and password are percent-encoded.
//
// # Invariants
//
//   - A password travels under TLS or does not leave the machine.
//   - Subject, names and addresses hold no control character, so that nobody adds a
//     header or a command (CWE-93). An address is one that needs no quotes.
//   - A message that the server took is sent, whatever happens to the connection
//     afterwards: nobody sends it twice because QUIT failed.
//   - The context ends every step, also in the middle of a conversation.
//   - No error and no log line holds the password, in clear or in base64. Errors hold
//     what the server said; package web shows them to nobody as they are.
//   - A message that names an address to unsubscribe at says so as RFC 2369 and, over
//     https, RFC 8058 want it. Its Message-ID is the caller's where one is given.
//   - Messages say Auto-Submitted: auto-generated (RFC 3834), so that no holiday
//     notice answers them.
//
// Queues and retries are not here: the caller knows what a message is worth.
package mail
