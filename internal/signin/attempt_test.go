// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
)

// kinds counts errors by kind; fault.Internal stands for none.
func (h *house) kinds(errs []error) map[fault.Kind]int {
	h.t.Helper()
	count := map[fault.Kind]int{}
	for _, err := range errs {
		if kind := fault.KindOf(err); err != nil && kind == fault.Internal {
			h.t.Errorf("unexpected: %v", err)
		} else {
			count[kind]++
		}
	}
	return count
}

// refused answers the entries about refused sign-ins.
func (h *house) refused() []string {
	return slices.DeleteFunc(h.entries("session"), func(line string) bool { return !strings.Contains(line, " refused ") })
}

// TestGuessesAtOnce proves that a counter lets no more through when many guess at
// the same moment, and that the owner works on.
func TestGuessesAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada := h.user("ada", "admin")
		cookie := h.enter(ada, desk)
		before := h.Hashes()
		guess := func(email string) func(i int) error {
			return func(i int) error {
				_, err := h.SignIn(t.Context(), "", email, newPassword, from(fmt.Sprintf("10.%d.%d.1", i/200, i%200)))
				return err
			}
		}
		const guesses = 10_000
		got := h.kinds(together(guesses, guess(ada.Email)))
		if diff := cmp.Diff(map[fault.Kind]int{fault.Unauthorized: 10, fault.RateLimited: guesses - 10}, got); diff != "" {
			t.Errorf("guesses at an account (-want +got):\n%s", diff)
		}
		if n := h.Hashes() - before; n != 10 {
			t.Errorf("%d hashes were computed, want 10", n)
		}
		got = h.kinds(together(100, guess("nobody@example.com")))
		if diff := cmp.Diff(map[fault.Kind]int{fault.Unauthorized: 10, fault.RateLimited: 90}, got); diff != "" {
			t.Errorf("guesses at an account that is not there (-want +got):\n%s", diff)
		}
		h.alive(cookie)
		h.alive(h.enter(ada, desk)) // the counter is closed to strangers, not at the desk
		_, err := h.SignIn(t.Context(), "", ada.Email, adaPassword, from(street))
		h.is(err, fault.RateLimited)
		want := []string{"visitor  refused ada: too many wrong passwords"}
		if diff := cmp.Diff(want, h.refused()); diff != "" {
			t.Errorf("evidence (-want +got):\n%s", diff)
		}
		if n := strings.Count(h.log(), "sign-ins are refused for a while"); n != 2 {
			t.Errorf("%d lines in the log, want one for each account", n)
		}
	})
}

func TestCountersCloseAndOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada := h.user("ada", "admin")
		try := func(address, password string) error {
			_, err := h.SignIn(t.Context(), "", strings.ToUpper(ada.Email)+" ", password, from(address))
			return err
		}
		for range 9 {
			h.is(try(street, newPassword), fault.Unauthorized)
			h.pass(time.Second)
		}
		if err := try(street, adaPassword); err != nil { // it is right, so the ninth is still the last
			t.Fatal(err)
		}
		h.pass(91 * 24 * time.Hour) // the street is no known address any more
		for range 10 {
			h.is(try(street, newPassword), fault.Unauthorized)
			h.pass(time.Minute)
		}
		err := try(street, adaPassword)
		h.is(err, fault.RateLimited)
		var refusal *fault.Error
		if !errors.As(err, &refusal) || refusal.RetryAfter > 5*time.Minute || refusal.RetryAfter < 4*time.Minute ||
			refusal.Message != "too many attempts; wait 5 minutes, or sign in another way" {
			t.Errorf("got %+v, want to wait 5 minutes", err)
		}
		h.pass(refusal.RetryAfter)
		h.ok(try(street, adaPassword))
		for range 10 { // now the street is where the account was used
			h.is(try(street, newPassword), fault.Unauthorized)
		}
		h.is(try(street, adaPassword), fault.RateLimited)
		h.ok(try(desk, adaPassword)) // which has no effect elsewhere
		if n := len(h.refused()); n != 2 {
			t.Errorf("%d entries, want one for each time that a counter closed: %q", n, h.refused())
		}
		h.ok(h.Purge(t.Context()))
		h.is(try(street, adaPassword), fault.RateLimited)
		h.pass(16 * time.Minute)
		h.ok(h.Purge(t.Context()))
		if left := h.column(`SELECT subject FROM signin_attempt`); len(left) > 0 {
			t.Errorf("counters %q were left", left)
		}
		h.ok(try(street, adaPassword))
	})
}

func TestAnAddressIsCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada := h.user("ada", "admin")
		errs := together(60, func(i int) error {
			_, err := h.SignIn(t.Context(), "", fmt.Sprintf("user%d@example.com", i), newPassword, from(fmt.Sprintf("2001:db8:1:2::%x", i)))
			return err
		})
		if diff := cmp.Diff(map[fault.Kind]int{fault.Unauthorized: 50, fault.RateLimited: 10}, h.kinds(errs)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for address, want := range map[string]fault.Kind{
			"2001:db8:1:2:ffff::1": fault.RateLimited, "2001:db8:1:3::1": fault.Internal, desk: fault.Internal,
			"::ffff:192.0.2.9": fault.Internal, "": fault.Internal, "no address": fault.Internal,
		} {
			_, err := h.SignIn(t.Context(), "", ada.Email, adaPassword, from(address))
			if (err != nil || want != fault.Internal) && fault.KindOf(err) != want {
				t.Errorf("from %s: got %v, want kind %d", address, err, want)
			}
		}
		// Another address of the network that she has just come from is hers too.
		for range 10 {
			_, err := h.SignIn(t.Context(), "", ada.Email, newPassword, from(street))
			h.is(err, fault.Unauthorized)
		}
		_, err := h.SignIn(t.Context(), "", ada.Email, adaPassword, from(street))
		h.is(err, fault.RateLimited)
		h.enter(ada, "2001:db8:1:3::77")
	})
}

func TestGuessesAtCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada := h.user("ada", "admin")
		cookie := h.enter(ada, desk)
		secret, _ := h.device(h.caller(cookie))
		var tickets []string
		for range 20 {
			tickets = append(tickets, h.ticket(ada))
		}
		errs := together(500, func(i int) error {
			_, err := h.SecondFactor(t.Context(), tickets[i%20], "ABCDEF", from(fmt.Sprintf("10.1.%d.%d", i/200, i%200)))
			return err
		})
		if diff := cmp.Diff(map[fault.Kind]int{fault.Unauthorized: 10, fault.RateLimited: 490}, h.kinds(errs)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		_, err := h.SecondFactor(t.Context(), tickets[0], h.code(secret, 0), from(street))
		h.is(err, fault.RateLimited)
		// Where she is known to be, nobody else's guesses count, nor in a session.
		_, err = h.SecondFactor(t.Context(), tickets[0], h.code(secret, 0), from(desk))
		h.ok(err)
		h.pass(30 * time.Second) // no code works twice
		h.ok(h.Prove(t.Context(), h.caller(cookie), "", h.code(secret, 0)))
		want := []string{"visitor  refused ada: too many wrong codes"}
		if diff := cmp.Diff(want, h.refused()); diff != "" {
			t.Errorf("evidence (-want +got):\n%s", diff)
		}
		h.pass(15 * time.Minute)
		_, err = h.SecondFactor(t.Context(), h.ticket(ada), h.code(secret, 0), from(desk))
		h.ok(err)
		errs = together(40, func(int) error { return h.Prove(t.Context(), h.caller(cookie), newPassword, "") })
		if diff := cmp.Diff(map[fault.Kind]int{fault.Forbidden: 10, fault.RateLimited: 30}, h.kinds(errs)); diff != "" {
			t.Errorf("proofs (-want +got):\n%s", diff)
		}
		if n := len(h.refused()); n != 2 {
			t.Errorf("got %q, want a second entry", h.refused())
		}
	})
}
