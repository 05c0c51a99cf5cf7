// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// TestStrip is what a test came to on the last days, one entry a day, the oldest
// first. The three lists are equally long.
type TestStrip struct {
	TestID    string    `json:"testId"`
	StartDate string    `json:"startDate" format:"date" doc:"The first day, in UTC; the last is today."`
	Status    []*string `json:"status" doc:"By the end of the day; null: no data yet."`
	Failing   []int64   `json:"failing" doc:"Records that failed by the end of the day."`
	Stale     []bool    `json:"stale" doc:"The newest push was older than the test allows."`
}

// TestHistory is what a test came to on the last days.
type TestHistory struct {
	TestID string    `json:"testId"`
	Days   []TestDay `json:"days" doc:"The oldest first; the last is today."`
}

// TestDay is what a test came to by the end of a day.
type TestDay struct {
	Date        string  `json:"date" format:"date" doc:"In UTC."`
	Status      *string `json:"status" enum:"DEACTIVATED,IN_PROGRESS,INVALID,NEEDS_ATTENTION,NOT_APPLICABLE,OK" doc:"Null: no data yet."`
	Passing     int64   `json:"passing"`
	Failing     int64   `json:"failing"`
	InProgress  int64   `json:"inProgress"`
	Deactivated int64   `json:"deactivated"`
	OutOfScope  int64   `json:"outOfScope"`
	Regressions int64   `json:"regressions" doc:"Records that began to fail on the day."`
	Repairs     int64   `json:"repairs" doc:"Records that ceased to fail on the day."`
	Stale       bool    `json:"stale" doc:"The newest push was older than the test allows."`
}

// RuleField is a field that rules may name on the records of a definition.
type RuleField struct {
	Path      string      `json:"path" doc:"As rules write it. Inside elements it is relative to the element, which is itself the empty path."`
	Type      string      `json:"type" enum:"any,array,boolean,enum,number,object,string,timestamp"`
	Values    []string    `json:"values,omitempty" nullable:"false" doc:"Of an enum."`
	Nullable  bool        `json:"nullable"`
	Optional  bool        `json:"optional" doc:"It may be absent."`
	Operators []string    `json:"operators" doc:"That conditions on it may have."`
	Elements  []RuleField `json:"elements,omitempty" nullable:"false" doc:"Of an array: its element and the fields of that."`
}

// FieldValues are values that a field has on the records as they are.
type FieldValues struct {
	Path    string       `json:"path"`
	Values  []FieldValue `json:"values" doc:"At most 20, the most frequent first."`
	Records int64        `json:"records" doc:"That exist."`
	Looked  int64        `json:"looked" doc:"Records that were looked at."`
	Sampled bool         `json:"sampled" doc:"The counts are of a part of the records only."`
}

// FieldValue is a value and how often it stands there.
type FieldValue struct {
	Value json.Value `json:"value"`
	Count int64      `json:"count"`
}

// RecordOutcomes is what a test has said of a record over time.
type RecordOutcomes struct {
	TestID   string        `json:"testId"`
	TestName string        `json:"testName"`
	Spans    []OutcomeSpan `json:"spans" doc:"The newest first. In between, the test said nothing: it was switched off, or the record was gone."`
}

// OutcomeSpan is a while in which a test said one thing.
type OutcomeSpan struct {
	Outcome  string  `json:"outcome" enum:"DEACTIVATED,FAILING,IN_PROGRESS,OUT_OF_SCOPE,PASSING"`
	Version  int64   `json:"version" doc:"Of the test."`
	FromDate string  `json:"fromDate" format:"date-time"`
	ToDate   *string `json:"toDate" format:"date-time" doc:"Null: it still says so."`
}
