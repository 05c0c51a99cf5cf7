// SPDX-License-Identifier: Apache-2.0

package api

// EventLog is one thing that happened, and who did it. What follows Targets is
// Muster's own.
type EventLog struct {
	ID      string        `json:"id"`
	Actor   EventActor    `json:"actor"`
	Date    string        `json:"date" format:"date-time"`
	Action  string        `json:"action" doc:"What was done, such as user.role_changed or directory.user.created: the kind of the entry, a dot and a word or two."`
	Targets []EventTarget `json:"targets" doc:"What it was done to; the first is the subject of the entry."`

	Summary  string        `json:"summary" doc:"What happened, as a sentence for people."`
	Changes  []EventChange `json:"changes" doc:"What was changed; secrets are never shown."`
	Address  string        `json:"address" doc:"Where the request came from; empty when it came from no network."`
	Position *int64        `json:"position" doc:"Place in the workspace's evidence tree; null while the entry waits for it, about a second."`
}

// EventActor is who did something, as they were called at the time.
type EventActor struct {
	Type string `json:"type" enum:"application,command-line,directory,system,user,visitor"`
	ID   string `json:"id" doc:"The type, for an actor that has no id."`
	Name string `json:"name"`
}

// EventTarget is what something was done to, as it was called at the time.
type EventTarget struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// EventChange is what one field was before and is after. What is absent was, or
// is, not there.
type EventChange struct {
	Field  string `json:"field"`
	Before any    `json:"before,omitzero"`
	After  any    `json:"after,omitzero"`
}

// EventLine is a line of an exported trail: an event and what ties it to the
// pack of the evidence.
type EventLine struct {
	EventLog
	Leaf string `json:"leaf" doc:"Hash of the entry in the tree, in hex digits."`
}
