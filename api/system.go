// SPDX-License-Identifier: Apache-2.0

package api

// System is the server as its operator sees it. Times are RFC 3339 in UTC with
// milliseconds.
type System struct {
	Version   string        `json:"version"`
	StartedAt string        `json:"startedAt" format:"date-time"`
	BaseURL   string        `json:"baseUrl" doc:"How others reach it."`
	Mail      bool          `json:"mail" doc:"It can send mail."`
	Storage   SystemStorage `json:"storage"`
	Jobs      []SystemJob   `json:"jobs" doc:"By name; of the server that answers."`
}

// SystemStorage is where the data are.
type SystemStorage struct {
	Engine        string `json:"engine" enum:"sqlite,postgresql"`
	SchemaVersion int64  `json:"schemaVersion"`
	Bytes         int64  `json:"bytes" doc:"Size of the database, without uploaded files."`
	Files         string `json:"files" enum:"folder,bucket" doc:"Where uploaded files are."`
}

// SystemJob is something that the server does by itself.
type SystemJob struct {
	Name         string  `json:"name"`
	EverySeconds float64 `json:"everySeconds" doc:"How often it looks whether there is something to do, give or take a tenth."`
	LookedAt     *string `json:"lookedAt" format:"date-time" doc:"When it last looked; null before the first time."`
	RanAt        *string `json:"ranAt" format:"date-time" doc:"When there last was something to do; null for never since the start."`
	TookMS       float64 `json:"tookMs" doc:"How long that took."`
	FailedAt     *string `json:"failedAt" format:"date-time" doc:"When it failed; null when it went well since, or never failed. The log of the server says why."`
}
