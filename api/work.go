// SPDX-License-Identifier: Apache-2.0

package api

// MyWork is what waits for the user who asks.
type MyWork struct {
	Date   string     `json:"date" format:"date-time" doc:"When this was so."`
	Items  []WorkItem `json:"items" doc:"What is overdue first, then by due time, then what has none."`
	Capped bool       `json:"capped" doc:"There is more of some kind than is listed: at most 100 each."`
}

// WorkItem is one thing that waits for somebody.
type WorkItem struct {
	Kind    string  `json:"kind" enum:"test,review,removal,document,policy,policy_approval,policy_renewal,exception" doc:"test: one of theirs fails; review: accounts to decide on; removal: accounts that they are to see removed; document: theirs has nothing, or what is too old or soon will be; policy: to accept; policy_approval: a version waits for them; policy_renewal: theirs expires, or is not approved; exception: waits for approval."`
	ID      string  `json:"id" doc:"Of the test, review, document, policy or exception."`
	Name    string  `json:"name"`
	Status  string  `json:"status" doc:"Of a document or a policy, as its own routes say it; else empty."`
	Count   int64   `json:"count" doc:"Records that fail, accounts; 1 for what is one thing."`
	System  *Named  `json:"system" doc:"Of a review and a removal: whose accounts; of an exception: its test."`
	DueDate *string `json:"dueDate" format:"date-time"`
	Overdue bool    `json:"overdue"`
}
