// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"slices"
	"strings"
)

// defaultCategory is that of a test whose author names none.
const defaultCategory = "Custom"

// categories are the words of DocumentAndTestCategory (contract manage-api.md),
// which answers use.
func categories() []string {
	return []string{
		"Accounts access", "Account security", "Account setup", "Computers", "Custom", "Data storage", "Employees", "Infrastructure",
		"IT", "Logging", "Monitoring alerts", "People", "Policies", "Risk analysis", "Software development", "CSPM alert management",
		"Vendors", "Vulnerability management",
	}
}

// parseCategory takes a word of DocumentAndTestCategory or of TestCategory, in
// which words are upper case with underscores and one has a name of its own.
func parseCategory(text string) (category string, ok bool) {
	if text == "SECURITY_ALERT_MANAGEMENT" {
		return "CSPM alert management", true
	}
	i := slices.IndexFunc(categories(), func(c string) bool {
		return c == text || strings.ToUpper(strings.ReplaceAll(c, " ", "_")) == text
	})
	if i < 0 {
		return "", false
	}
	return categories()[i], true
}
