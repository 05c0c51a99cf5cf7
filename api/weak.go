// SPDX-License-Identifier: Apache-2.0

package api

// Weakness is evidence that proves less than it seems to.
type Weakness struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind" enum:"CONTROL_WITHOUT_TEST,NO_RECORDS,ONLY_EXCEPTIONS,STALE_SOURCE,UNDECIDED_CONDITION,UNREAD_FIELDS" doc:"A control that neither a test nor a document is evidence for; a test with nothing to judge; one with nothing left to judge but what exceptions cover; one whose newest push is older than its freshness allows; a condition that has never decided about a record; properties of records that no test looks at."`
	Sentence string   `json:"sentence"`
	Control  *Named   `json:"control"`
	Test     *Named   `json:"test"`
	Resource *Named   `json:"resource"`
	Part     *string  `json:"part" doc:"JSON Pointer of the condition inside the test."`
	Fields   []string `json:"fields"`
}

// TestWeakness is what is weak about one test.
type TestWeakness struct {
	Kind     string  `json:"kind" enum:"NO_RECORDS,ONLY_EXCEPTIONS,STALE_SOURCE,UNDECIDED_CONDITION"`
	Sentence string  `json:"sentence"`
	Part     *string `json:"part" doc:"JSON Pointer of the condition inside the test."`
}
