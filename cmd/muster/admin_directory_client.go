// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"os"
	"strings"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/scim"
)

type directoryClientCmd struct {
	Create       clientCreateCmd       `cmd:"" help:"Make a client; its secret is shown only now."`
	Delete       clientDeleteCmd       `cmd:"" help:"Delete a client and end its tokens."`
	Keys         clientKeysCmd         `cmd:"" help:"Replace the public keys of a client."`
	List         clientListCmd         `cmd:"" default:"withargs" help:"List the clients of a directory."`
	RevokeSecret clientRevokeSecretCmd `cmd:"" help:"Revoke a secret and end its tokens."`
	Secret       clientSecretCmd       `cmd:"" help:"Make a secret beside those that a client has."`
}

// keyFile reads public keys from a file: PEM, a JWK or a JWK set.
type keyFile struct {
	Key string `help:"File with public keys that sign assertions: PEM, certificates, a JWK or a JWK set; - for standard input." placeholder:"FILE"`
}

// maxKeyFile is far above any set of keys.
const maxKeyFile = 1 << 20

func (k keyFile) read(stdin io.Reader) (in scim.NewKeys, err error) {
	if k.Key == "" {
		return in, nil
	}
	from := stdin
	if k.Key != "-" {
		file, err := os.Open(k.Key)
		if err != nil {
			return in, err
		}
		defer func() { _ = file.Close() }() // it was only read
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, maxKeyFile))
	if err != nil {
		return in, err
	}
	if strings.HasPrefix(strings.TrimSpace(string(text)), "{") {
		return scim.NewKeys{JWKS: text}, nil
	}
	return scim.NewKeys{PEM: string(text)}, nil
}

type clientCreateCmd struct {
	directoryRef
	keyFile
	For    time.Duration `help:"How long the secret works, such as 8760h; for ever when absent." placeholder:"DURATION"`
	Name   string        `help:"Name of the client; the directory's when absent." placeholder:"N"`
	Secret bool          `help:"Give it a secret although it has a key."`
}

type clientCreatedJSON struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"` // "" for a client that only signs
	TokenURL     string `json:"tokenUrl"`
}

// Run makes a client.
func (c *clientCreateCmd) Run(a *adminContext) error {
	expires, err := a.until(c.For)
	if err != nil {
		return err
	}
	keys, err := c.read(a.sys.stdin)
	if err != nil {
		return err
	}
	return a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		made, err := a.SCIM.MakeClient(a.sys.ctx, a.actor, d.ID, scim.NewClient{
			Expires: expires, Keys: keys, Name: c.Name, NoSecret: c.Key != "" && !c.Secret,
		})
		if err != nil {
			return err
		}
		secret := made.Secret + "  (keep it now: it is not shown again)"
		if made.Secret == "" {
			secret = "none: it signs"
		}
		return a.answer(clientCreatedJSON{ClientID: made.ID, ClientSecret: made.Secret, TokenURL: a.SCIM.TokenURL(a.sys.ctx, d)},
			"%q is made\nclient id      %s\nclient secret  %s\ntoken URL      %s", made.Name, made.ID, secret, a.SCIM.TokenURL(a.sys.ctx, d))
	})
}

type clientListCmd struct{ directoryRef }

// Run lists clients.
func (c *clientListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		_, all, err := a.SCIM.Clients(a.sys.ctx, a.actor, d.ID)
		if err != nil {
			return err
		}
		rows, list := [][]string{{"CLIENT ID", "NAME", "LAST USED", "SECRETS", "KEYS"}}, []api.DirectoryClient{}
		for _, one := range all {
			var secrets, keys []string
			for _, s := range one.Secrets {
				secrets = append(secrets, s.ID+" ("+s.Hint+"…)")
			}
			for _, k := range one.Keys {
				keys = append(keys, k.Kind+" "+k.ID)
			}
			rows = append(rows, []string{one.ID, one.Name, maybeTime(one.LastUsedAt, "never"), strings.Join(secrets, ", "), strings.Join(keys, ", ")})
			list = append(list, one.API())
		}
		return a.answer(list, "%s", table(rows))
	})
}

// clientRef names a client.
type clientRef struct {
	directoryRef
	Client string `arg:"" help:"Client id." name:"client"`
}

// on runs a change of a client.
func (r clientRef) on(a *adminContext, work func(d scim.Directory, ref scim.ClientRef) error) error {
	return a.change(func() error {
		d, err := r.in(a)
		if err != nil {
			return err
		}
		return work(d, scim.ClientRef{Client: r.Client, Directory: d.ID})
	})
}

type clientDeleteCmd struct{ clientRef }

// Run deletes a client.
func (c *clientDeleteCmd) Run(a *adminContext) error {
	return c.on(a, func(_ scim.Directory, ref scim.ClientRef) error {
		if err := a.SCIM.DeleteClient(a.sys.ctx, a.actor, ref); err != nil {
			return err
		}
		return a.done(c.Client, "the client is gone, and the tokens that it got are dead")
	})
}

type clientKeysCmd struct {
	clientRef
	keyFile
}

// Run replaces keys.
func (c *clientKeysCmd) Run(a *adminContext) error {
	keys, err := c.read(a.sys.stdin)
	if err != nil {
		return err
	}
	return c.on(a, func(_ scim.Directory, ref scim.ClientRef) error {
		after, err := a.SCIM.PutKeys(a.sys.ctx, a.actor, ref, keys)
		if err != nil {
			return err
		}
		return a.answer(after.API(), "%q has %d keys", after.Name, len(after.Keys))
	})
}

type clientSecretCmd struct {
	clientRef
	For time.Duration `help:"How long it works, such as 8760h; for ever when absent." placeholder:"DURATION"`
}

// Run makes a secret.
func (c *clientSecretCmd) Run(a *adminContext) error {
	expires, err := a.until(c.For)
	if err != nil {
		return err
	}
	return c.on(a, func(d scim.Directory, ref scim.ClientRef) error {
		text, _, err := a.SCIM.MakeSecret(a.sys.ctx, a.actor, ref, expires)
		if err != nil {
			return err
		}
		return a.answer(clientCreatedJSON{ClientID: c.Client, ClientSecret: text, TokenURL: a.SCIM.TokenURL(a.sys.ctx, d)},
			"the ones before still work\nclient secret  %s  (keep it now: it is not shown again)", text)
	})
}

type clientRevokeSecretCmd struct {
	clientRef
	Secret string `arg:"" help:"Id of the secret, as directory client list shows it." name:"secret"`
}

// Run revokes a secret.
func (c *clientRevokeSecretCmd) Run(a *adminContext) error {
	return c.on(a, func(_ scim.Directory, ref scim.ClientRef) error {
		if err := a.SCIM.RevokeSecret(a.sys.ctx, a.actor, ref, c.Secret); err != nil {
			return err
		}
		return a.done(c.Secret, "the secret is dead, and the tokens that it got are, too")
	})
}
