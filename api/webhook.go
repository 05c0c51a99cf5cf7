// SPDX-License-Identifier: Apache-2.0

package api

// Webhook is an address that is told what happens.
type Webhook struct {
	ID               string           `json:"id"`
	Name             string           `json:"name"`
	URL              string           `json:"url" doc:"Without path and query for who may not manage webhooks: some receivers take those for a secret."`
	Types            []string         `json:"types" doc:"Event types, noun.* for all of a noun; empty: all but outcome.changed."`
	State            string           `json:"state" enum:"ENABLED,DISABLED"`
	Disabled         *WebhookDisabled `json:"disabled" doc:"null of an enabled one."`
	FailingSince     *string          `json:"failingSinceDate" format:"date-time" doc:"Since when nothing has arrived; null when the last attempt did."`
	RestsUntil       *string          `json:"restsUntilDate" format:"date-time" doc:"While nobody is there: when the next delivery looks whether somebody is back; null otherwise."`
	LastArrived      *string          `json:"lastArrivedDate" format:"date-time" doc:"When a delivery last arrived, as far as the log goes back."`
	FailuresOfDay    int64            `json:"failuresOfDay" doc:"Attempts of the last 24 hours that failed."`
	Pending          int64            `json:"pending" doc:"How many deliveries have neither arrived nor failed for good."`
	PendingSince     *string          `json:"pendingSinceDate" format:"date-time" doc:"When the oldest of those was made; null for none."`
	Behind           int64            `json:"behind" doc:"Entries of the feed that no deliveries were made of yet, wanted or not: while it is disabled, or too many wait."`
	KeepDays         int64            `json:"keepDays" doc:"How long the log keeps deliveries that came to an end, in days."`
	OldSecretUntil   *string          `json:"oldSecretUntilDate" format:"date-time" doc:"Until when the secret before this one signs too; null when it does not."`
	CreationDate     string           `json:"creationDate" format:"date-time"`
	ModificationDate string           `json:"modificationDate" format:"date-time"`
}

// WebhookDisabled says why an endpoint is told nothing.
type WebhookDisabled struct {
	Date   string `json:"date" format:"date-time"`
	Reason string `json:"reason"`
}

// WebhookSecret is an endpoint with a secret that was just made.
type WebhookSecret struct {
	Webhook
	Secret string `json:"secret" doc:"whsec_ and base64; shown this once. It signs what is sent (Standard Webhooks)."`
}

// WebhookInput makes an endpoint.
type WebhookInput struct {
	Name     string    `json:"name"`
	URL      string    `json:"url" doc:"https, or http where the server may reach private addresses."`
	Types    *[]string `json:"types,omitempty" doc:"Event types, noun.* for all of a noun. When empty or absent: all but outcome.changed."`
	KeepDays *int64    `json:"keepDays,omitempty" doc:"From 1 to 365; 30 when absent."`
}

// WebhookEdit changes an endpoint; what is absent stays.
type WebhookEdit struct {
	Name     *string   `json:"name,omitempty"`
	URL      *string   `json:"url,omitempty"`
	Types    *[]string `json:"types,omitempty"`
	KeepDays *int64    `json:"keepDays,omitempty"`
}

// WebhookDisable switches an endpoint off.
type WebhookDisable struct {
	Reason string `json:"reason,omitempty"`
}

// WebhookEnable switches an endpoint on.
type WebhookEnable struct {
	Missed string `json:"missed,omitempty" enum:"send,skip" doc:"What becomes of what happened meanwhile and of what waited: it is sent, or not. send when absent."`
}

// WebhookDelivery is one event for one endpoint.
type WebhookDelivery struct {
	ID           string  `json:"id" doc:"msg_…: the header webhook-id, the same in every attempt and replay."`
	EventID      *string `json:"eventId" doc:"Of the event in the feed; null: a test."`
	Type         string  `json:"type"`
	Summary      string  `json:"summary" doc:"What happened, as a sentence for people."`
	State        string  `json:"state" enum:"PENDING,DELIVERED,FAILED,SKIPPED" doc:"SKIPPED: it waited when the webhook was enabled without what it had missed."`
	Attempts     int64   `json:"attempts" doc:"How many there were, ever."`
	LastStatus   *int64  `json:"lastStatus" doc:"Of HTTP, of the newest attempt; null when there was none, or no answer."`
	LastError    *string `json:"lastError" doc:"What was wrong with the newest attempt, in words; null when it arrived, and before the first."`
	NextDate     *string `json:"nextAttemptDate" format:"date-time" doc:"null when there will be none. A webhook that rests sends nothing before restsUntilDate."`
	CreationDate string  `json:"creationDate" format:"date-time"`
	EndDate      *string `json:"endDate" format:"date-time" doc:"null of a PENDING one."`
}

// WebhookDeliveryDetail is a delivery with what was sent and what came back.
type WebhookDeliveryDetail struct {
	WebhookDelivery
	Body string           `json:"body" doc:"What is sent, in every attempt and replay."`
	Log  []WebhookAttempt `json:"log" doc:"The attempts, oldest first."`
}

// WebhookAttempt is one request for a delivery.
type WebhookAttempt struct {
	Number   int64   `json:"number"`
	Date     string  `json:"date" format:"date-time" doc:"When its end was known."`
	Duration int64   `json:"durationMs"`
	Status   *int64  `json:"status" doc:"Of HTTP; null when there was no answer."`
	Answer   string  `json:"answer" doc:"How the answer's body begins: up to 1 KiB."`
	Error    *string `json:"error" doc:"What was wrong, in words; null when it arrived."`
}

// WebhookReplay says which failed deliveries are sent again.
type WebhookReplay struct {
	Since string `json:"sinceDate" format:"date-time" doc:"Those that were made from then on."`
}

// WebhookReplayed says how many deliveries are sent again.
type WebhookReplayed struct {
	Replayed int64 `json:"replayed"`
}
