// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// TestInput is a Custom Test as a file or a request holds it. Conditions are
// raw: the rule language is JSON already.
type TestInput struct {
	APIVersion string `json:"apiVersion,omitempty" doc:"muster/v1, when it is there."`
	Kind       string `json:"kind,omitempty" doc:"Test, when it is there."`

	Slug               string `json:"slug,omitempty" doc:"Name in files; made of the name when absent. It never changes."`
	Name               string `json:"name"`
	Description        string `json:"description,omitempty" doc:"What auditors read."`
	Remediation        string `json:"remediation,omitempty" doc:"For the owner of a failing record."`
	FailureDescription string `json:"failureDescription,omitempty"`

	Application string `json:"application,omitempty" doc:"Id, slug or name; may be left out where resource is an id."`
	Resource    string `json:"resource" doc:"resourceId or name of the definition."`

	Scope     json.Value `json:"scope,omitempty" doc:"Condition that says which records are evaluated; all when absent."`
	PassWhen  json.Value `json:"passWhen,omitempty" doc:"Condition; exactly one of passWhen and failWhen."`
	FailWhen  json.Value `json:"failWhen,omitempty" doc:"Condition; exactly one of passWhen and failWhen."`
	Reducer   json.Value `json:"reducer,omitempty" doc:"all, any, none, {atLeast: n}, {atMostFailing: n} or {percentPassing: p}; all when absent."`
	OnEmpty   string     `json:"onEmpty,omitempty" enum:"not_applicable,pass,fail"`
	OnUnknown string     `json:"onUnknown,omitempty" enum:"fail,pass,in_progress"`
	Freshness string     `json:"freshness,omitempty" doc:"A duration such as 36h, after which a push is stale."`
	Category  string     `json:"category,omitempty" doc:"A word of DocumentAndTestCategory or TestCategory; Custom when absent."`
	Cases     []TestCase `json:"cases,omitempty" doc:"Unit tests of the rule; they must come out as they want."`
	Reason    string     `json:"reason,omitempty" doc:"Why this version is made."`

	Settings json.Value `json:"settings,omitempty" doc:"Only in a version of a built-in test, which takes nothing else of a rule: its settings by name."`

	Controls    []string `json:"controls,omitempty" doc:"External ids or ids of controls, or requirements such as CC7.1 or soc2/CC7.1, which mean every control mapped to them."`
	Owner       string   `json:"owner,omitempty"`
	SLA         string   `json:"sla,omitempty" doc:"Slug or name of an SLA; empty for none."`
	Subscribers []string `json:"subscribers,omitempty" doc:"Ids or e-mails of users or people."`
}

// TestCase is a record, which need not be whole, and what it must come to.
type TestCase struct {
	Name   string     `json:"name,omitempty"`
	Now    string     `json:"now,omitempty" format:"date-time" doc:"The present of relative dates."`
	Record json.Value `json:"record"`
	Want   string     `json:"want" enum:"pass,fail,in_progress,out_of_scope"`
}

// Test is a test with its status. What follows Owner is Muster's own. Times are
// RFC 3339 in UTC with milliseconds.
type Test struct {
	ID                     string   `json:"id"`
	Name                   string   `json:"name"`
	LastTestRunDate        string   `json:"lastTestRunDate" format:"date-time" doc:"The creation, before the first run."`
	LatestFlipDate         *string  `json:"latestFlipDate" format:"date-time"`
	Description            string   `json:"description"`
	FailureDescription     string   `json:"failureDescription"`
	RemediationDescription string   `json:"remediationDescription"`
	Version                Version  `json:"version"`
	Category               string   `json:"category" enum:"Accounts access,Account security,Account setup,Computers,Custom,Data storage,Employees,Infrastructure,IT,Logging,Monitoring alerts,People,Policies,Risk analysis,Software development,CSPM alert management,Vendors,Vulnerability management"`
	Integrations           []string `json:"integrations"`
	Status                 string   `json:"status" enum:"OK,NEEDS_ATTENTION,DEACTIVATED,IN_PROGRESS,INVALID,NOT_APPLICABLE"`

	Deactivated DeactivatedInfo `json:"deactivatedStatusInfo"`
	Remediation RemediationInfo `json:"remediationStatusInfo"`
	Owner       *Owner          `json:"owner"`

	Slug             string     `json:"slug"`
	Application      Named      `json:"application"`
	Resource         Named      `json:"resource"`
	Counts           TestCounts `json:"counts"`
	Stale            bool       `json:"stale" doc:"The newest push is older than freshness allows; of several sources, that of one of them."`
	DeactivatedUntil *string    `json:"deactivatedUntilDate" format:"date-time"`
	CreatedDate      string     `json:"createdDate" format:"date-time"`
	Controls         []string   `json:"controls" doc:"External ids of the controls that the test is evidence for."`
	SLA              *string    `json:"sla" doc:"Slug of the SLA that deadlines go by."`
	Subscribers      []string   `json:"subscribers" doc:"E-mails, or ids where there is none, of who wants to hear of the test."`

	WeakEvidence []TestWeakness `json:"weakEvidence" doc:"Why the status proves less than it seems to."`

	Ended TestEndings `json:"remediations" doc:"Failures with a deadline that ended, ever."`
	TestRule

	BuiltIn *TestBuiltIn `json:"builtIn" doc:"Null for a test that somebody wrote."`
}

// TestBuiltIn says which of Muster's own tests a test is, and what may be set of it.
type TestBuiltIn struct {
	ID       string        `json:"id"`
	Due      *string       `json:"due" doc:"When a record that fails was due, where the rule is a deadline itself: then it is overdue as it fails, unless the test is given an SLA."`
	Settings []TestSetting `json:"settings"`
}

// TestSetting is a threshold of a built-in test. Value, default and limits are
// numbers, but of a date, which is YYYY-MM-DD.
type TestSetting struct {
	Name        string     `json:"name"`
	Kind        string     `json:"kind" enum:"count,date,days,minutes,score"`
	Description string     `json:"description"`
	SLA         *string    `json:"sla" doc:"The SLA whose deadline the value follows, in days; null: the value is the test's own."`
	Value       json.Value `json:"value"`
	Default     json.Value `json:"default"`
	Minimum     json.Value `json:"minimum"`
	Maximum     json.Value `json:"maximum"`
}

// TestChange changes what a test has beside its versions, and the settings of a
// built-in test; what is left out stays.
type TestChange struct {
	Category    *string    `json:"category,omitempty" doc:"A word of DocumentAndTestCategory or TestCategory."`
	Owner       json.Value `json:"owner,omitempty" doc:"Id or e-mail of a user; null for nobody."`
	SLA         json.Value `json:"sla,omitempty" doc:"Slug or name of an SLA; null for none. Open failures are due by it at once, counted from when they were detected."`
	Subscribers *[]string  `json:"subscribers,omitempty" doc:"Ids or e-mails of users or people: these and no others."`

	Reason   string     `json:"reason,omitempty" maxLength:"10000" doc:"Why settings are others, for the version that they make."`
	Settings json.Value `json:"settings,omitempty" doc:"Settings of a built-in test by name; null puts one back to its default. A change makes a version."`
}

// TestEndings count how failures with a deadline ended.
type TestEndings struct {
	Within   int64 `json:"within" doc:"In time."`
	Missed   int64 `json:"missed" doc:"Too late."`
	Excepted int64 `json:"excepted" doc:"Past the due time, under an exception that began before it."`
}

// Subscriber is who wants to hear of a test.
type Subscriber struct {
	ID           string `json:"id"`
	Kind         string `json:"kind" enum:"user,person"`
	DisplayName  string `json:"displayName"`
	EmailAddress string `json:"emailAddress"`
}

// SubscriberList are those of a test.
type SubscriberList struct {
	Subscribers []Subscriber `json:"subscribers"`
}

// TestRule is what decides a version's verdicts.
type TestRule struct {
	Sentence  string     `json:"sentence" doc:"The rule as a sentence."`
	Scope     json.Value `json:"scope,omitempty"`
	PassWhen  json.Value `json:"passWhen,omitempty"`
	FailWhen  json.Value `json:"failWhen,omitempty"`
	Reducer   json.Value `json:"reducer"`
	OnEmpty   string     `json:"onEmpty"`
	OnUnknown string     `json:"onUnknown"`
	Freshness string     `json:"freshness,omitempty"`
	Cases     json.Value `json:"cases,omitempty"`
}

// Named is an object with the name that people know it by.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// TestCounts say how many records have each outcome; all zero while no verdicts
// hold.
type TestCounts struct {
	Passing     int64 `json:"passing"`
	Failing     int64 `json:"failing"`
	InProgress  int64 `json:"inProgress"`
	Deactivated int64 `json:"deactivated"`
	OutOfScope  int64 `json:"outOfScope"`
}

// Version numbers a test's definition.
type Version struct {
	Major float64 `json:"major"`
	Minor float64 `json:"minor"`
}

// TestVersion is one immutable version of a test.
type TestVersion struct {
	Version                Version `json:"version"`
	CreatedDate            string  `json:"createdDate" format:"date-time"`
	Author                 Author  `json:"author"`
	Reason                 string  `json:"reason"`
	Name                   string  `json:"name"`
	Description            string  `json:"description"`
	FailureDescription     string  `json:"failureDescription"`
	RemediationDescription string  `json:"remediationDescription"`
	TestRule

	Settings json.Value `json:"settings,omitempty" doc:"Of a built-in test, by name."`
}

// Author is who did something.
type Author struct {
	Kind string `json:"kind"` // application, user, command-line, system
	ID   string `json:"id"`   // "" for the command line
	Name string `json:"name"`
}

// SetOwner gives an object to a user, or to nobody.
type SetOwner struct {
	UserID *string `json:"userId"`
}

// Owner is who looks after an object.
type Owner struct {
	ID           string `json:"id"`
	DisplayName  string `json:"displayName"`
	EmailAddress string `json:"emailAddress"`
}

// DeactivatedInfo says whether a test is switched off.
type DeactivatedInfo struct {
	IsDeactivated     bool    `json:"isDeactivated"`
	DeactivatedReason *string `json:"deactivatedReason"`
	LastUpdatedDate   *string `json:"lastUpdatedDate" format:"date-time"`
}

// RemediationInfo says how much there is to repair.
type RemediationInfo struct {
	Status                 string  `json:"status" enum:"DISABLED,DUE_SOON,INVALID,IN_PROGRESS,NA,NEEDS_WORK,OVERDUE,PASS"`
	SoonestRemediateByDate *string `json:"soonestRemediateByDate" format:"date-time"`
	ItemCount              float64 `json:"itemCount"`
}

// Entity is one record under a test. What follows CreatedDate is Muster's own.
type Entity struct {
	ID                string  `json:"id"`
	EntityStatus      string  `json:"entityStatus" enum:"FAILING,DEACTIVATED,PASSING,IN_PROGRESS,OUT_OF_SCOPE"`
	DisplayName       string  `json:"displayName"`
	ResponseType      string  `json:"responseType"`
	DeactivatedReason *string `json:"deactivatedReason"`
	LastUpdatedDate   string  `json:"lastUpdatedDate" format:"date-time" doc:"Since when the status holds."`
	CreatedDate       string  `json:"createdDate" format:"date-time"`

	UniqueID         string  `json:"uniqueId"`
	Reason           string  `json:"reason,omitempty" doc:"Why the record fails, is unknown or out of scope."`
	FailingSince     *string `json:"failingSince" format:"date-time" doc:"When the failure was first detected; exceptions do not stop its clock. Null unless it fails."`
	RemediateByDate  *string `json:"remediateByDate" format:"date-time" doc:"When it is due; null without a deadline, and unless it fails."`
	Overdue          bool    `json:"overdue"`
	DeactivatedUntil *string `json:"deactivatedUntilDate" format:"date-time"`
	ExceptionID      *string `json:"exceptionId" doc:"Of the exception that leaves it out."`
	Stale            bool    `json:"stale" doc:"Its newest element was rejected; this is the record before."`
	Held             bool    `json:"held" doc:"Left out of the newest push, and kept by a guard."`
}

// TestPreview is what a draft says of the records as they are.
type TestPreview struct {
	Status   string         `json:"status" enum:"OK,NEEDS_ATTENTION,IN_PROGRESS,NOT_APPLICABLE" doc:"That the test would have."`
	Sentence string         `json:"sentence"`
	Total    int64          `json:"total" doc:"Records there are."`
	Counts   TestCounts     `json:"counts"`
	Unknown  int64          `json:"unknown" doc:"Records of which the rule says nothing; counted above as onUnknown has it."`
	Entities []Entity       `json:"entities" doc:"Up to 50, failing ones first."`
	Scope    []ScopeExclude `json:"scope" doc:"What each condition of the scope leaves out by itself."`
}

// ScopeExclude is one condition of a scope.
type ScopeExclude struct {
	Pointer  string `json:"pointer" doc:"JSON Pointer into the request."`
	Sentence string `json:"sentence"`
	Excluded int64  `json:"excluded" doc:"Records for which it is false."`
}

// TestExplanation is why one record has its outcome.
type TestExplanation struct {
	Entity
	Version  Version    `json:"version" doc:"That the outcome was made under."`
	Sentence string     `json:"sentence" doc:"The rule."`
	Trace    *Trace     `json:"trace" doc:"Of passWhen or failWhen; null when the rule does not fit the schema."`
	Scope    *Trace     `json:"scope" doc:"Null without a scope."`
	Record   json.Value `json:"record"`
}

// Trace says how one node of a condition came out for one record.
type Trace struct {
	Pointer  string     `json:"pointer" doc:"JSON Pointer into the condition."`
	Kind     string     `json:"kind" enum:"all,any,not,leaf,element,relation"`
	Field    string     `json:"field,omitempty"`
	Op       string     `json:"op,omitempty"`
	Truth    string     `json:"truth" enum:"true,false,unknown"`
	Actual   json.Value `json:"actual,omitzero" doc:"The field's value; absent when it is missing."`
	Operand  json.Value `json:"operand,omitzero"`
	Decided  bool       `json:"decided" doc:"The outcome rests on this node."`
	Sentence string     `json:"sentence"`
	Children []*Trace   `json:"children,omitempty"`
	Omitted  int        `json:"omitted,omitzero" doc:"Elements that are not shown."`
}
