// SPDX-License-Identifier: Apache-2.0

package mailtest_test

import (
	"testing"

	"github.com/passmuster/muster/internal/mail"
	"github.com/passmuster/muster/internal/mail/mailtest"
)

// TestServersAreApart proves that what one server takes does not show at another.
func TestServersAreApart(t *testing.T) {
	one, two := mailtest.Start(t), mailtest.Start(t)
	for _, server := range []*mailtest.Server{one, two, one} {
		err := server.Sender(t).Send(t.Context(), mail.Message{Subject: server.Address, Text: "t", To: "a@example.com"})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := one.Messages(t, 2); len(got) != 2 || got[0].Subject != one.Address || got[1].Subject != one.Address {
		t.Errorf("got %+v", got)
	}
	if got := two.Messages(t, 1); len(got) != 1 || got[0].Subject != two.Address {
		t.Errorf("got %+v", got)
	}
}
