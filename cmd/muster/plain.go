// SPDX-License-Identifier: Apache-2.0

package main

import "regexp"

// plain takes out of a message how the JSON library speaks of itself and of Go.
// Some packages fold its sentences into their own, so this goes by the text.
func plain(message string) string {
	message = regexp.MustCompile(`(^|[\s("])jsontext: `).ReplaceAllString(message, "$1")
	// The library says cannot or unable to, as it likes.
	unfit := regexp.MustCompile(`(^|[\s("])json: (?:cannot|unable to) (?:un)?marshal(?: JSON (\w+))?[^:\n]*? (?:into|from) Go [\w.\[\]*/-]+(: )?`)
	return unfit.ReplaceAllStringFunc(message, func(found string) string {
		part := unfit.FindStringSubmatch(found)
		switch {
		case part[3] != "": // the reason follows
			return part[1]
		case part[2] != "":
			return part[1] + "a JSON " + part[2] + " has no place here"
		}
		return part[1] + "has no place here"
	})
}
