// SPDX-License-Identifier: Apache-2.0

package assessment

import "strconv"

// parseFreshness reads a duration as the rule language writes it: an integer
// from 1 and m, h, d or w. The answer is in milliseconds.
func parseFreshness(text string) (ms int64, ok bool) {
	if text == "" {
		return 0, false
	}
	unit, ok := map[byte]int64{'m': 60_000, 'h': 3_600_000, 'd': 86_400_000, 'w': 7 * 86_400_000}[text[len(text)-1]]
	digits := text[:len(text)-1]
	n, err := strconv.ParseInt(digits, 10, 32)
	if !ok || err != nil || n < 1 || strconv.FormatInt(n, 10) != digits {
		return 0, false
	}
	return n * unit, true
}
