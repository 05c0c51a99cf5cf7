// SPDX-License-Identifier: Apache-2.0

package api

import "github.com/passmuster/muster/internal/json"

// Person is somebody who works here, did or will. Times are RFC 3339 in UTC with
// milliseconds.
type Person struct {
	ID           string        `json:"id"`
	EmailAddress string        `json:"emailAddress"`
	Employment   Employment    `json:"employment"`
	LeaveInfo    *LeaveInfo    `json:"leaveInfo" doc:"The leave that the person is on, or the next one."`
	GroupIDs     []string      `json:"groupIds"`
	Name         PersonName    `json:"name"`
	Sources      PersonSources `json:"sources"`
	TasksSummary TasksSummary  `json:"tasksSummary"`
}

// Employment says whether and how somebody works here.
type Employment struct {
	Status    string  `json:"status" enum:"UPCOMING,CURRENT,ON_LEAVE,INACTIVE,FORMER"`
	StartDate string  `json:"startDate" format:"date-time" doc:"The creation of the person when no start is known."`
	JobTitle  *string `json:"jobTitle"`
	EndDate   *string `json:"endDate" format:"date-time"`
}

// LeaveInfo is a span in which somebody is away.
type LeaveInfo struct {
	StartDate string  `json:"startDate" format:"date-time"`
	EndDate   *string `json:"endDate" format:"date-time"`
	Status    string  `json:"status" enum:"ACTIVE,UPCOMING"`
}

// PersonName is what somebody is called.
type PersonName struct {
	First   *string `json:"first"`
	Last    *string `json:"last"`
	Display string  `json:"display"`
}

// PersonSources say where a person's fields come from.
type PersonSources struct {
	Employment   EmploymentSources `json:"employment"`
	EmailAddress PersonInfoSource  `json:"emailAddress"`
}

// EmploymentSources say where the dates of employment come from.
type EmploymentSources struct {
	EndDate   PersonInfoSource `json:"endDate"`
	StartDate PersonInfoSource `json:"startDate"`
}

// PersonInfoSource says where a field comes from: VANTA is what was typed in.
// Both ids are there for INTEGRATION only.
type PersonInfoSource struct {
	Type          string     `json:"type" enum:"VANTA,SCIM,INTEGRATION"`
	IntegrationID string     `json:"integrationId,omitempty"`
	ResourceID    json.Value `json:"resourceId,omitzero" doc:"A string, or null when there is no such record."`
}

// TasksSummary says how far somebody has come with what is asked of them.
type TasksSummary struct {
	Details        TaskSummaryDetails `json:"details"`
	Status         string             `json:"status" enum:"COMPLETE,DUE_SOON,NONE,OFFBOARDING_COMPLETE,OFFBOARDING_DUE_SOON,OFFBOARDING_OVERDUE,OVERDUE,PAUSED"`
	DueDate        *string            `json:"dueDate" format:"date-time"`
	CompletionDate *string            `json:"completionDate" format:"date-time"`
}

// TaskSummaryDetails are the kinds of tasks.
type TaskSummaryDetails struct {
	CompleteTrainings              CompleteTrainingsTaskSummary              `json:"completeTrainings"`
	AcceptPolicies                 AcceptPoliciesTaskSummary                 `json:"acceptPolicies"`
	CompleteCustomTasks            CompleteCustomTasksTaskSummary            `json:"completeCustomTasks"`
	CompleteOffboardingCustomTasks CompleteOffboardingCustomTasksTaskSummary `json:"completeOffboardingCustomTasks"`
	InstallDeviceMonitoring        TaskSummary                               `json:"installDeviceMonitoring"`
	CompleteBackgroundChecks       TaskSummary                               `json:"completeBackgroundChecks"`
}

// TaskSummary is what all kinds of tasks have in common.
type TaskSummary struct {
	TaskType       string        `json:"taskType"`
	Status         string        `json:"status" enum:"COMPLETE,DUE_SOON,OVERDUE,NONE"`
	DueDate        *string       `json:"dueDate" format:"date-time"`
	CompletionDate *string       `json:"completionDate" format:"date-time"`
	Disabled       *TaskDisabled `json:"disabled"`
}

// TaskDisabled says since when and why a task is not asked for.
type TaskDisabled struct {
	Date   string  `json:"date" format:"date-time"`
	Reason *string `json:"reason"`
}

// TaskItem is a training, a policy or a task by its name.
type TaskItem struct {
	Name string `json:"name"`
}

// CompleteTrainingsTaskSummary says which trainings are done.
type CompleteTrainingsTaskSummary struct {
	TaskSummary
	IncompleteTrainings []TaskItem `json:"incompleteTrainings"`
	CompletedTrainings  []TaskItem `json:"completedTrainings"`
}

// AcceptPoliciesTaskSummary says which policies are accepted.
type AcceptPoliciesTaskSummary struct {
	TaskSummary
	UnacceptedPolicies []TaskItem `json:"unacceptedPolicies"`
	AcceptedPolicies   []TaskItem `json:"acceptedPolicies"`
}

// CompleteCustomTasksTaskSummary says which tasks are done.
type CompleteCustomTasksTaskSummary struct {
	TaskSummary
	IncompleteCustomTasks []TaskItem `json:"incompleteCustomTasks"`
	CompletedCustomTasks  []TaskItem `json:"completedCustomTasks"`
}

// CompleteOffboardingCustomTasksTaskSummary says which tasks of leaving are done.
type CompleteOffboardingCustomTasksTaskSummary struct {
	TaskSummary
	IncompleteCustomOffboardingTasks []TaskItem `json:"incompleteCustomOffboardingTasks"`
	CompletedCustomOffboardingTasks  []TaskItem `json:"completedCustomOffboardingTasks"`
}

// BulkResponse answers a bulk change: an entry each, in the order of the request.
type BulkResponse struct {
	Results []BulkResult `json:"results"`
}

// BulkResult says what became of one entry.
type BulkResult struct {
	ID      string `json:"id"`
	Status  string `json:"status" enum:"SUCCESS,NOT_FOUND,ERROR"`
	Message string `json:"message,omitempty" doc:"Why not, unless the status is SUCCESS."`
}

// PeopleImport says what became of a file of people. Nothing is imported unless
// everything is: with errors, the counts are what the good lines would have done.
type PeopleImport struct {
	Error     string      `json:"error,omitempty" doc:"That the file was refused."`
	Message   string      `json:"message,omitempty" doc:"The same sentence."`
	Created   int         `json:"created"`
	Updated   int         `json:"updated"`
	Unchanged int         `json:"unchanged"`
	Errors    []LineError `json:"errors" doc:"By line; the first 1000."`
}

// LineError is one thing that is wrong with a file.
type LineError struct {
	Line    int    `json:"line" doc:"From 1, the header."`
	Column  string `json:"column" doc:"Name of the column; empty for the line as a whole."`
	Message string `json:"message"`
}
