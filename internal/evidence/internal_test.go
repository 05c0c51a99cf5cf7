// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"testing"

	"github.com/passmuster/muster/internal/db"
)

func TestStreamsRiseInTheirPlaces(t *testing.T) {
	rows := []waitingRow{
		{id: "1", stream: "a", sequence: 3},
		{id: "2"},
		{id: "3", stream: "b", sequence: 9},
		{id: "4", stream: "a", sequence: 1},
		{id: "5", stream: "a", sequence: 2},
		{id: "6", stream: "b", sequence: 10},
		{id: "7"},
	}
	sortStreams(rows)
	got := ""
	for _, row := range rows {
		got += row.id
	}
	if want := "4235167"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNewer(t *testing.T) {
	for id, want := range map[string]string{
		"01a0c4506c00e9bcde3f9342": "01a0c4506c01",
		"01a0c4506cffffffffffffff": "01a0c4506d00",
	} {
		got, err := newer(id)
		if err != nil || got[:12] != want || !db.ValidID(got) {
			t.Errorf("%s, %v follows %s, want one of %s", got, err, id, want)
		}
	}
	if got, err := newer("x"); err == nil {
		t.Errorf("%s follows x", got)
	}
}
