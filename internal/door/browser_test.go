// SPDX-License-Identifier: Apache-2.0

//go:build unix

package door_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/db"
)

// house is a whole server whose clock the test moves: codes of a second factor
// are good for one period each.
type house struct {
	*app.App
	t     *testing.T
	base  string
	began time.Time
	later atomic.Int64 // nanoseconds
}

// now steps on, so that every id is above the one before.
func (h *house) now() time.Time {
	return h.began.Add(time.Duration(h.later.Add(int64(time.Millisecond))))
}

// build serves an empty house at localhost, where browsers allow passkeys.
func build(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, began: time.Now()}
	var err error
	h.App, err = app.Open(t.Context(), app.Options{
		Limits: config.Limits{MaxBody: 1 << 20, MaxRecords: 1000}, Logger: slog.New(slog.DiscardHandler),
		Now: h.now, Storage: config.Storage{Data: t.TempDir()}, Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	listening, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- h.Serve(ctx, app.ServeOptions{
			Server:    config.Server{DrainTimeout: time.Second, Listen: ":0"}, // by any address, so by the name localhost too
			Listening: func(_ context.Context, base string) { listening <- base },
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	select {
	case h.base = <-listening:
	case err := <-ended:
		ended <- err
		t.Fatal(err)
	}
	return h
}

func (h *house) setUpLink() string {
	h.t.Helper()
	w, err := h.Workspaces.Get(h.t.Context(), "")
	if err != nil {
		h.t.Fatal(err)
	}
	link, err := h.SignIn.SetUpLink(h.t.Context(), w.Caller())
	if err != nil || link == nil {
		h.t.Fatalf("no link: %v", err)
	}
	return link.URL
}

// code answers the next code of a device.
func (h *house) code(secret string) string {
	h.t.Helper()
	h.later.Add(int64(30 * time.Second))
	code, err := totp.GenerateCode(secret, h.now())
	if err != nil {
		h.t.Fatal(err)
	}
	return code
}

// forgetProof makes every session one that has not proved itself lately.
func (h *house) forgetProof() {
	h.t.Helper()
	err := h.DB.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE signin_session SET proved_at = proved_at - 3600000`)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

const (
	email    = "ada@example.com"
	password = "a horse in the rain"
)

// TestDoor walks through the pages as the first Admin does.
func TestDoor(t *testing.T) {
	p := launch(t).open()
	h := build(t)

	p.visit(h.base + "/account") // nobody is signed in, and nobody could
	p.see("Not set up yet")
	p.visit(h.setUpLink())
	p.see("You become the first Admin")
	if url := p.await("location.href"); url != h.base+"/setup" {
		t.Errorf("the address bar shows %s: the token must leave it", url)
	}
	p.press("Set up and sign in")
	p.see("Enter your e-mail.")
	p.fill("#email", email, "#name", "Ada Lovelace", "#password", "password1")
	p.press("Set up and sign in")
	p.see("known from breaches")
	p.fill("#password", password)
	p.press("Set up and sign in")
	p.see("Ada Lovelace")

	secret := enrol(p, h)
	signOutAndIn(p, h, secret)
	passkey(p)
	proof(p, h)
	workspaces(p)
	invitation(p, h)
	for _, complaint := range p.complained() {
		t.Errorf("a page complained: %s", complaint)
	}
}

// enrol sets a second factor up, and answers its secret.
func enrol(p *tab, h *house) string {
	p.t.Helper()
	p.press("Set up an app")
	secret := p.await(`document.querySelector('#enrol').checkVisibility() && document.querySelector('#qr svg') && document.querySelector('#secret').textContent`)
	secret = strings.ReplaceAll(secret, " ", "")
	p.fill("#code", "000000")
	p.press("Switch on")
	p.see("The code is wrong")
	p.fill("#code", h.code(secret))
	p.press("Switch on")
	p.see("The second factor is on.")
	p.await(`document.querySelectorAll('#code-list li').length === 10`)
	p.press("I have kept them")
	return secret
}

func signOutAndIn(p *tab, h *house, secret string) {
	p.t.Helper()
	p.press("Sign out")
	p.see("to Default")
	p.fill("#email", email, "#password", "not this one")
	p.press("Sign in")
	p.see("The e-mail or the password is wrong.")
	p.fill("#password", password)
	p.press("Sign in")
	p.see("Six digits from your authenticator app.")
	p.fill("#code", h.code(secret))
	p.press("Sign in")
	p.see("with a password,")
}

// passkey adds one and signs in with it, to a path that was asked for.
func passkey(p *tab) {
	p.t.Helper()
	p.press("Add a passkey")
	p.press("Continue")
	p.see("The passkey is added.")
	p.press("Rename")
	p.fill("dialog .field input", "Work laptop")
	p.press("Rename")
	p.see("The passkey has another name.")
	p.see("Work laptop")
	p.press("Sign out")
	p.see("to Default")
	p.press("Sign in with a passkey")
	p.see("with a passkey,")
}

// proof is asked for before credentials change, when the last one is old.
func proof(p *tab, h *house) {
	p.t.Helper()
	h.forgetProof()
	p.press("New recovery codes")
	p.press("Make new ones")
	p.see("Is it you?")
	p.fill("dialog:last-of-type [name=password]", "not this one")
	p.press("Continue")
	p.see("not your password")
	p.fill("dialog:last-of-type [name=password]", password)
	p.press("Continue")
	p.see("The recovery codes are new.")
	p.press("I have kept them")
	p.press("Remove")
	p.press("Remove it")
	p.see("The second factor is off.")
}

// workspaces makes another one, by the API as the page cannot, and goes there.
func workspaces(p *tab) {
	p.t.Helper()
	p.await(`fetch('/v1/workspaces', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name": "Acme"}' }).then((r) => r.ok)`)
	p.await(`(location.reload(), true)`)
	p.press("Switch")
	p.await(`document.querySelector('#workspace')?.textContent === 'Acme'`)
}

// invitation brings somebody else in, in a browser that has a session already.
func invitation(p *tab, h *house) {
	p.t.Helper()
	w, err := h.Workspaces.Get(p.t.Context(), "acme")
	if err != nil {
		p.t.Fatal(err)
	}
	made := p.await(`fetch('/v1/users', { method: 'POST', headers: { 'Content-Type': 'application/json' },
		body: '{"email": "grace@example.com", "role": "editor"}' }).then((r) => r.text())`)
	link, err := h.SignIn.Invite(p.t.Context(), caller.Caller{Kind: caller.CommandLine, Workspace: w.Caller()}, "grace@example.com")
	if err != nil {
		p.t.Fatalf("%v; %s", err, made)
	}
	p.visit(link.URL)
	p.see("Join Acme")
	p.press("Accept without a password")
	p.see("there is no other way to sign in yet")
	p.fill("#password", password)
	p.press("Accept and sign in")
	p.see("by invitation,")
	p.visit(link.URL)
	p.see("This invitation does not work")
}

// TestQR compares a symbol with one that a scanner has read.
func TestQR(t *testing.T) {
	golden, err := os.ReadFile("testdata/qr.txt")
	if err != nil {
		t.Fatal(err)
	}
	text, want, _ := strings.Cut(string(golden), "\n")
	p := launch(t).open()
	p.visit(start(t).URL + "/reset")
	got := p.await(`import('/door/qr.js').then((qr) => qr.matrix('` + text + `').map((row) => row.map((on) => (on ? '##' : '  ')).join('').trimEnd() + '\n').join(''))`)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
