// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"testing"

	"github.com/google/go-cmp/cmp"
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

func TestSuccessor(t *testing.T) {
	for id, want := range map[string]string{
		"01a0c4506c00e9bcde3f9342": "01a0c4506c00e9bcde3f9343",
		"01a0c4506c00ffffffffffff": "01a0c4506c01000000000000",
		"01a0c4506c00e9bcde3f00ff": "01a0c4506c00e9bcde3f0100",
	} {
		got, err := successor(id)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after %s: %s", id, diff)
		}
	}
}
