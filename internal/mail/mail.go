// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// DefaultTimeout bounds one Send or Check when Options do not.
const DefaultTimeout = 30 * time.Second

// Options say how mail leaves.
type Options struct {
	// From is the sender of every message: "Muster <muster@example.com>" or the bare
	// address. Required.
	From string
	// Logger gets one line for each message that was sent; nil for none.
	Logger *slog.Logger
	// Now is the clock for the Date of messages; nil for the system's.
	Now func() time.Time
	// Roots are the authorities that the server's certificate may come from; nil for
	// the system's.
	Roots *x509.CertPool
	// Timeout bounds one Send or Check; 0 means [DefaultTimeout]. The context may end
	// it earlier.
	Timeout time.Duration
	// URL is the server; doc.go shows its forms. Required, and a secret when it holds
	// a password.
	URL string
}

// Sender sends mail. A nil Sender is an installation without mail; it refuses to
// send. It is safe for concurrent use.
type Sender struct {
	from    *mail.Address
	logger  *slog.Logger
	now     func() time.Time
	server  server
	timeout time.Duration
	tls     *tls.Config
}

// ErrNotConfigured says that this installation has no server to send by.
var ErrNotConfigured = errors.New("no mail server is configured")

// New reads the options and connects to nothing. Its errors say which part of URL
// or From is wrong and never repeat the URL, which may hold a password.
func New(o Options) (*Sender, error) {
	at, err := parseServer(o.URL)
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	from, err := parseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("sender of mail: %w", err)
	}
	s := &Sender{
		from: from, logger: o.Logger, now: o.Now, server: at, timeout: o.Timeout,
		tls: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots, ServerName: at.host},
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.timeout <= 0 {
		s.timeout = DefaultTimeout
	}
	return s, nil
}

// Configured says whether there is a server to send by. It may be asked of nil.
func (s *Sender) Configured() bool { return s != nil }

// Check connects, negotiates TLS, authenticates and quits. Nothing is sent.
func (s *Sender) Check(ctx context.Context) error {
	if s == nil {
		return ErrNotConfigured
	}
	return s.converse(ctx, func(ctx context.Context, client *gomail.Client) error {
		conn, err := client.DialToSMTPClientWithContext(ctx)
		if err != nil {
			return err
		}
		return client.CloseWithSMTPClient(conn)
	})
}

// Send hands a message to the server and answers nil once the server has taken it.
// What the message itself has wrong is said before anything is connected; a
// failure on the way is an [*Error], or wraps the context's.
func (s *Sender) Send(ctx context.Context, m Message) error {
	if s == nil {
		return ErrNotConfigured
	}
	message, err := s.compose(m)
	if err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	err = s.converse(ctx, func(ctx context.Context, client *gomail.Client) error {
		err := client.DialAndSendWithContext(ctx, message)
		if message.IsDelivered() {
			return nil // what failed, if anything, is the good-bye
		}
		return err
	})
	if err != nil {
		return err
	}
	s.logger.InfoContext(ctx, "mail sent", slog.String("message_id", message.GetMessageID()))
	return nil
}

// converse runs talk with a client of its own and holds it to the context: the
// library looks at the context only while it connects, so the end of the context
// closes the connection.
func (s *Sender) converse(ctx context.Context, talk func(context.Context, *gomail.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	var line connection
	defer line.close()
	client, err := s.client(ctx, &line)
	if err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	if err := talk(ctx, client); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("send mail by %s: %w", s.server.address(), ctx.Err())
		}
		return s.failure(err)
	}
	return nil
}

// client makes the library's client for one conversation, which the end of ctx ends.
func (s *Sender) client(ctx context.Context, line *connection) (*gomail.Client, error) {
	policy := gomail.NoTLS
	if s.server.security == startTLS {
		policy = gomail.TLSMandatory
	}
	options := []gomail.Option{
		gomail.WithDialContextFunc(func(dialing context.Context, _, _ string) (net.Conn, error) {
			conn, err := s.dial(dialing, line)
			if line.conn != nil {
				// Not on the library's context, which it cancels once it is connected.
				line.release = context.AfterFunc(ctx, line.cut)
			}
			return conn, err
		}),
		gomail.WithTLSConfig(s.tls.Clone()),
		gomail.WithTLSPolicy(policy),
		gomail.WithTimeout(2 * s.timeout), // ours ends first
		gomail.WithoutNoop(),
		gomail.WithoutRset(),
	}
	if s.server.user != "" {
		options = append(options, gomail.WithSMTPAuthCustom(&login{server: s.server}))
	}
	return gomail.NewClient(s.server.host, options...)
}

// dial connects, with TLS from the first byte where the URL says so.
func (s *Sender) dial(ctx context.Context, line *connection) (net.Conn, error) {
	plain, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.server.address())
	if err != nil {
		return nil, err
	}
	line.conn = plain
	if s.server.security != implicitTLS {
		return plain, nil
	}
	secure := tls.Client(plain, s.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secure, nil
}

// connection is what one conversation runs over.
type connection struct {
	conn    net.Conn    // nil before dialing
	release func() bool // lets go of the context; nil before dialing
}

// cut ends whatever waits for the connection.
func (c *connection) cut() {
	c.conn.Close() //nolint:errcheck // most often it is closed already, and nobody could act on it
}

// close ends the connection, which the library leaves open when it fails.
func (c *connection) close() {
	if c.release != nil {
		c.release()
		c.cut()
	}
}
