// SPDX-License-Identifier: Apache-2.0

package web

import (
	"strconv"
	"testing"
	"time"
)

func TestLimiterStaysSmall(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	l := newLimiter(10, func() time.Time { return now })
	for i := range 3 * maxBuckets {
		l.take(strconv.Itoa(i))
	}
	if len(l.buckets) > maxBuckets+1 {
		t.Errorf("got %d buckets, want at most %d", len(l.buckets), maxBuckets+1)
	}
	if got := l.take("one more"); got.Allowed {
		t.Error("past the bound, new keys have no bucket in common")
	}
	now = now.Add(2 * time.Minute)
	if got := l.take("much later"); !got.Allowed || len(l.buckets) != 1 {
		t.Errorf("got %+v and %d buckets, want the idle ones dropped", got, len(l.buckets))
	}
}

func TestAddressKey(t *testing.T) {
	for remote, want := range map[string]string{
		"10.0.0.7:51000":              "10.0.0.7",
		"[::ffff:10.0.0.7]:51000":     "10.0.0.7",
		"[2001:db8:1:2:3:4:5:6]:443":  "2001:db8:1:2::/64",
		"[2001:db8:1:2::1%eth0]:4431": "2001:db8:1:2::/64",
		"@":                           "@",
	} {
		if got := addressKey(remote); got != want {
			t.Errorf("%s: got %s, want %s", remote, got, want)
		}
	}
}
