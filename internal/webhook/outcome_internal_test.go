// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestClass(t *testing.T) {
	cases := map[class][]int{
		arrived: {200, 201, 202, 204, 299},
		away:    {0, 408, 429, 502, 503, 504},
		gone:    {410},
		refused: {101, 300, 301, 302, 307, 308, 400, 401, 403, 404, 409, 411, 422, 500, 501, 599},
	}
	for want, list := range cases {
		for _, status := range list {
			o := outcome{err: "nobody", status: status}
			if got := o.class(); got != want {
				t.Errorf("%d: got %d, want %d", status, got, want)
			}
			if (o.words() == "") != (want == arrived) {
				t.Errorf("%d: words are %q", status, o.words())
			}
		}
	}
}

func TestWaitsAreOverADay(t *testing.T) {
	sum := time.Duration(0)
	for _, wait := range Waits() {
		sum += wait
	}
	if sum != 27*time.Hour+42*time.Minute+35*time.Second || giveUpAfter < sum {
		t.Errorf("got %s", sum)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	cases := map[string]time.Duration{
		"": 0, "0": 0, "120": 2 * time.Minute, " 7 ": 7 * time.Second, "-1": 0, "soon": 0, "1.5": 0, "99999999999999999999": 0, "4000000000": longestWait,
		"Sun, 31 May 2026 12:01:00 GMT": time.Minute, "Sun, 31 May 2026 11:00:00 GMT": 0, "Mon, 31 May 2027 12:00:00 GMT": longestWait,
		"Sunday, 31-May-26 12:00:30 GMT": 30 * time.Second, "Sun May 31 12:00:05 2026": 5 * time.Second,
	}
	for header, want := range cases {
		if got := waitOf(header, now); got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}

func TestText(t *testing.T) {
	for raw, want := range map[string]string{
		"ok": "ok", "a\x00b": "ab", "a\xffb": "a\uFFFDb", strings.Repeat("x", 1024): strings.Repeat("x", 1024),
		"x" + strings.Repeat("é", 511) + "\xc3":               "x" + strings.Repeat("é", 511),
		strings.Repeat("\xff", 1) + strings.Repeat("y", 1023): "\uFFFD" + strings.Repeat("y", 1021),
	} {
		got := text([]byte(raw))
		if got != want || !utf8.ValidString(got) || len(got) > maxAnswer {
			t.Errorf("%q: got %q", raw, got)
		}
	}
}

func TestHost(t *testing.T) {
	for url, want := range map[string]string{
		"https://hooks.example/T0/B0/secret": "https://hooks.example", "https://hooks.example?key=secret": "https://hooks.example",
		"http://10.0.0.1:8080": "http://10.0.0.1:8080",
	} {
		if got := (Endpoint{URL: url}).Host(); got != want {
			t.Errorf("%s: got %s", url, got)
		}
	}
}
