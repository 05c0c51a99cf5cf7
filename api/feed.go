// SPDX-License-Identifier: Apache-2.0

package api

// Event is something that happened in a workspace, as streams, lists and webhooks tell it.
type Event struct {
	ID      string         `json:"id" doc:"Where it stands in the feed: hand it back as after, or as Last-Event-ID, to go on behind it."`
	Type    string         `json:"type" doc:"Such as test.status_changed or user.role_changed; GET /v1/events/types lists them."`
	Date    string         `json:"date" format:"date-time"`
	Summary string         `json:"summary" doc:"What happened, as a sentence."`
	Actor   EventActor     `json:"actor"`
	Subject EventTarget    `json:"subject" doc:"The first of the targets."`
	Targets []EventTarget  `json:"targets"`
	Address string         `json:"address,omitempty" doc:"Where the request came from; for who may read the audit trail."`
	Data    map[string]any `json:"data" doc:"More of it, by type."`
}

// EventType is a kind of event.
type EventType struct {
	Name       string `json:"name"`
	Sentence   string `json:"sentence" doc:"What it says, in general words."`
	Permission string `json:"permission" doc:"What somebody must be allowed to, or read the audit trail, to be told of it."`
}
