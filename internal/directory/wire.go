// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// wire answers the person as the manage API shows it at an instant.
func (p Person) wire(now time.Time) api.Person {
	start := p.CreatedAt // what the contract has for an unknown start
	if p.StartDate != nil {
		start = *p.StartDate
	}
	w := api.Person{
		ID:           string(p.ID),
		EmailAddress: p.Email,
		Employment: api.Employment{
			Status: string(p.Employment(now)), StartDate: wireTime(start), JobTitle: orNull(p.JobTitle), EndDate: wireMaybe(p.EndDate),
		},
		GroupIDs: make([]string, len(p.Groups)),
		Name:     api.PersonName{First: orNull(p.Name.First), Last: orNull(p.Name.Last), Display: p.Name.Display},
		Sources: api.PersonSources{
			Employment:   api.EmploymentSources{EndDate: p.Source(FieldEndDate).wire(), StartDate: p.Source(FieldStartDate).wire()},
			EmailAddress: p.Source(FieldEmail).wire(),
		},
		TasksSummary: noTasks(),
	}
	for i, id := range p.Groups {
		w.GroupIDs[i] = string(id)
	}
	if l, ok := p.Leave(now); ok {
		w.LeaveInfo = &api.LeaveInfo{StartDate: wireTime(l.Start), EndDate: wireMaybe(l.End), Status: "UPCOMING"}
		if l.covers(now) {
			w.LeaveInfo.Status = "ACTIVE"
		}
	}
	return w
}

func (s Source) wire() api.PersonInfoSource {
	w := api.PersonInfoSource{Type: string(s.Type)}
	if s.Type == Integration {
		w.IntegrationID, w.ResourceID = s.IntegrationID, json.Value("null")
		if s.ResourceID != "" {
			w.ResourceID, _ = json.AppendQuote(nil, s.ResourceID) // what is stored is UTF-8
		}
	}
	return w
}

// noTasks is the summary of somebody without tasks: there are none yet.
func noTasks() api.TasksSummary {
	none := func(kind string) api.TaskSummary { return api.TaskSummary{TaskType: kind, Status: "NONE"} }
	return api.TasksSummary{
		Status: "NONE",
		Details: api.TaskSummaryDetails{
			AcceptPolicies:                 api.AcceptPoliciesTaskSummary{TaskSummary: none("ACCEPT_POLICIES")},
			CompleteBackgroundChecks:       none("COMPLETE_BACKGROUND_CHECKS"),
			CompleteCustomTasks:            api.CompleteCustomTasksTaskSummary{TaskSummary: none("COMPLETE_CUSTOM_TASKS")},
			CompleteOffboardingCustomTasks: api.CompleteOffboardingCustomTasksTaskSummary{TaskSummary: none("COMPLETE_CUSTOM_OFFBOARDING_TASKS")},
			CompleteTrainings:              api.CompleteTrainingsTaskSummary{TaskSummary: none("COMPLETE_TRAININGS")},
			InstallDeviceMonitoring:        none("INSTALL_DEVICE_MONITORING"),
		},
	}
}

func (g Group) wire() api.Group {
	created := wireTime(g.CreatedAt)
	return api.Group{ID: string(g.ID), Name: g.Name, CreationDate: &created}
}

// wireResults answers a bulk change's results.
func wireResults(results []Result) api.BulkResponse {
	answer := api.BulkResponse{Results: make([]api.BulkResult, len(results))}
	for i, r := range results {
		line := api.BulkResult{ID: web.Shorten(string(r.ID)), Status: "SUCCESS"}
		if r.Refusal != nil {
			line.Status, line.Message = "ERROR", r.Refusal.Message
			if r.Refusal.Kind == fault.NotFound {
				line.Status = "NOT_FOUND"
			}
		}
		answer.Results[i] = line
	}
	return answer
}

func (d Imported) wire() api.PeopleImport {
	w := api.PeopleImport{Created: d.Created, Updated: d.Updated, Unchanged: d.Unchanged, Errors: make([]api.LineError, len(d.Problems))}
	for i, p := range d.Problems {
		w.Errors[i] = api.LineError{Line: p.Line, Column: p.Column, Message: p.Message}
	}
	return w
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func wireMaybe(at *time.Time) *string {
	if at == nil {
		return nil
	}
	s := web.TimeOf(db.Millis(*at)).String()
	return &s
}
