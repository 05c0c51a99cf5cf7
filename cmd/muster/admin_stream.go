// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"strconv"

	"github.com/passmuster/muster/internal/stream"
)

type adminStreamCmd struct {
	Create streamCreateCmd `cmd:"" help:"Forward what happens to a syslog server."`
	Delete streamDeleteCmd `cmd:"" help:"Forward nothing any more."`
	List   streamListCmd   `cmd:"" help:"List streams with how far they have come."`
	Test   streamTestCmd   `cmd:"" help:"Send a test message."`
}

// streamRef names a stream.
type streamRef struct {
	Stream string `arg:"" help:"Id or name of the stream."`
}

type streamCreateCmd struct {
	Name     string   `help:"What it is called." placeholder:"NAME" required:""`
	To       string   `help:"syslog+tls://host:6514, syslog+tcp://host:601 or syslog+udp://host:514." name:"to" placeholder:"ADDRESS" required:""`
	Type     []string `help:"Only events of this type, such as test.* or user.role_changed; may be given several times. All but outcome.changed when absent." placeholder:"TYPE"`
	Facility string   `help:"audit, auth, authpriv, daemon, user, local0 to local7 and so on; audit when absent." placeholder:"WORD"`
	CA       string   `help:"PEM of the authority that the server's certificate is from, if it is none of the system's." name:"ca" placeholder:"FILE" type:"existingfile"`
	After    string   `help:"Begin behind this event, by its id; 0.0 begins with the first. What happens from now on when absent." placeholder:"ID"`
}

// Run makes a stream.
func (c *streamCreateCmd) Run(a *adminContext) error {
	return a.change(func() error {
		form := stream.Form{After: c.After, Facility: &c.Facility, Name: &c.Name, URL: &c.To}
		if len(c.Type) > 0 {
			form.Types = &c.Type
		}
		if c.CA != "" {
			text, err := os.ReadFile(c.CA)
			if err != nil {
				return err
			}
			authority := string(text)
			form.Authority = &authority
		}
		x, err := a.Streams.Create(a.sys.ctx, a.actor, form)
		if err != nil {
			return err
		}
		if err := a.answer(x.Wire(), "%s goes to %s", x.Name, x.URL); err != nil {
			return err
		}
		a.next("muster admin stream test " + x.ID)
		return nil
	})
}

type streamListCmd struct{}

// Run lists streams.
func (c *streamListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		list, err := a.Streams.List(a.sys.ctx, a.actor)
		if err != nil {
			return err
		}
		wire, rows := []any{}, [][]string{{"ID", "NAME", "STATUS", "BEHIND", "SENT", "TO", "LAST ERROR"}}
		for _, x := range list {
			w := x.Wire()
			wire = append(wire, w)
			rows = append(rows, []string{x.ID, x.Name, w.Status, strconv.FormatInt(x.Behind, 10), strconv.FormatInt(x.Sent, 10), x.URL, x.LastError})
		}
		return a.answer(wire, "%s", table(rows))
	})
}

type streamDeleteCmd struct{ streamRef }

// Run deletes a stream.
func (c *streamDeleteCmd) Run(a *adminContext) error {
	return a.change(func() error {
		if err := a.Streams.Delete(a.sys.ctx, a.actor, c.Stream); err != nil {
			return err
		}
		return a.answer(map[string]string{"deleted": c.Stream}, "%s is deleted", c.Stream)
	})
}

type streamTestCmd struct {
	streamRef

	AllowPrivateAddresses bool `env:"MUSTER_ALLOW_PRIVATE_ADDRESSES" help:"The server may stand in a private network." name:"allow-private-addresses"`
}

// Run sends a test message.
func (c *streamTestCmd) Run(a *adminContext) error {
	return a.open(func() error {
		a.Streams.AllowPrivate = c.AllowPrivateAddresses
		x, err := a.Streams.Test(a.sys.ctx, a.actor, c.Stream)
		if err != nil {
			return err
		}
		return a.answer(x.Wire(), "%s took a test message", x.URL)
	})
}
