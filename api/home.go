// SPDX-License-Identifier: Apache-2.0

package api

// Home is what the first page shows. What the caller may not read is null.
type Home struct {
	Date         string           `json:"date" format:"date-time" doc:"When this was so."`
	SinceDate    string           `json:"sinceDate" format:"date-time"`
	Tiles        HomeTiles        `json:"tiles"`
	NewlyFailing *[]Test          `json:"newlyFailing" doc:"Tests that have begun to fail since then and still do, the newest first; at most 50."`
	Sources      *[]HomeSource    `json:"sources" doc:"By name."`
	Frameworks   *[]HomeFramework `json:"frameworks"`
	Steps        HomeSteps        `json:"steps" doc:"What a new workspace has done already."`
}

// HomeTiles are the counters of the first page.
type HomeTiles struct {
	FailingTests   *HomeTile `json:"failingTests"`
	OverdueRecords *HomeTile `json:"overdueRecords" doc:"Failures past their due time."`
	StaleSources   *HomeTile `json:"staleSources" doc:"Definitions whose newest push is too old."`
	ControlsAtGap  *HomeTile `json:"controlsAtGap" doc:"Controls with tests of which not all pass; earlier days by the mappings of today."`
}

// HomeTile is a counter with its last 30 days.
type HomeTile struct {
	Count  int64   `json:"count"`
	Delta  int64   `json:"delta" doc:"To the end of the day of sinceDate."`
	Days   []int64 `json:"days" doc:"By the end of each day in UTC, the oldest first; the last is now."`
	Capped bool    `json:"capped" doc:"There are more than were counted."`
}

// HomeSource is a definition as a source of records.
type HomeSource struct {
	DefinitionID     string    `json:"definitionId"`
	Name             string    `json:"name"`
	ApplicationID    string    `json:"applicationId"`
	Records          int64     `json:"records"`
	LastPush         *LastPush `json:"lastPush" doc:"Null: nothing was pushed yet."`
	Stale            bool      `json:"stale" doc:"The newest push is too old."`
	FreshnessSeconds int64     `json:"freshnessSeconds" doc:"How old it may be: by the strictest of its tests, seven days when none says."`
	Pushes           []int64   `json:"pushes" doc:"On each of the last 14 days, the oldest first."`
	Received         []int64   `json:"received" doc:"Elements, likewise."`
	Rejected         []int64   `json:"rejected" doc:"Of them, likewise."`
	Failed           []int64   `json:"failed" doc:"Pushes that were refused, likewise."`
}

// HomeFramework says how far a framework is met.
type HomeFramework struct {
	ID                string `json:"id"`
	Name              string `json:"name"`
	ControlsCompleted int    `json:"controlsCompleted"`
	ControlsTotal     int    `json:"controlsTotal"`
	TestsPassing      int    `json:"testsPassing"`
	TestsTotal        int    `json:"testsTotal"`
}

// HomeSteps are the first steps in a workspace.
type HomeSteps struct {
	Application bool `json:"application" doc:"An application was made."`
	Record      bool `json:"record" doc:"A record was pushed."`
	Test        bool `json:"test" doc:"A test was made by somebody."`
}
