// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/schema"
)

// The steps of the set-up that no traffic does (contract section 3); words.go
// has the others.
const (
	stepAttribute = "attribute"
	stepMapping   = "mapping"
	stepTested    = "tested"
)

// Step is a step of the set-up.
type Step struct {
	DoneAt   *time.Time // nil: not yet
	Name     string
	Optional bool
	Title    string
	Words    string // what to do, in the provider's words
}

// stepsFor answers the steps of a provider, in their order.
func stepsFor(p Provider, done map[string]time.Time) []Step {
	steps := []Step{
		{Name: stepCredentials, Title: "Enter the base URL and the token, and test them"},
		{Name: stepProvisioning, Title: "Switch on creating, updating and deactivating"},
		{Name: stepAttribute, Title: "Name the attribute that carries the role", Optional: true},
		{Name: stepAssigned, Title: "Assign people"},
		{Name: stepGroups, Title: "Push groups", Optional: true},
		{Name: stepMapping, Title: "Give groups a role", Optional: true},
		{Name: stepTested, Title: "Test the connection"},
	}
	for i := range steps {
		steps[i].Words = wordsFor(p, steps[i].Name)
		if at, ticked := done[steps[i].Name]; ticked {
			steps[i].DoneAt = &at
		}
	}
	return steps
}

// wordsFor says what to do in a step. What is the same with every provider stands
// in genericWords.
func wordsFor(p Provider, step string) string {
	words := map[Provider]func(string) string{Entra: entraWords, Google: googleWords, JumpCloud: jumpCloudWords, Okta: oktaWords, OneLogin: oneLoginWords}[p]
	if words != nil {
		if text := words(step); text != "" {
			return text
		}
	}
	return genericWords(step)
}

// ranking is the hint that keeps a workspace from losing its Admins.
const ranking = " At least one Admin must be among them before the roles are enforced."

func genericWords(step string) string {
	switch step {
	case stepCredentials:
		return "Enter the base URL and the bearer token where the provider asks for its SCIM 2.0 connection, and let it test them. " +
			"The step is done when its first list arrives with the token."
	case stepProvisioning:
		return "Switch on that the provider creates, updates and deactivates users. The step is done when it writes for the first time."
	case stepAttribute:
		return "Before anybody is assigned, let the provider send an attribute of users whose value is a role: its id, its slug or its name, from the list here. " +
			"Then enter the attribute's name here."
	case stepAssigned:
		return "Assign people or groups of people to the application, each with a role." + ranking
	case stepGroups:
		return "Let the provider push the groups that shall be groups of people here."
	case stepMapping:
		return "Where no attribute carries the role, put groups and their roles in order here: the first group that somebody is in decides. " +
			"The attribute wins over groups, groups over the default role."
	default:
		return "Run the self-test here, or the provider's own connection test. The directory is Active once its requests arrive."
	}
}

func oktaWords(step string) string {
	switch step {
	case stepCredentials:
		return "In Okta, add \"SCIM 2.0 Test App (OAuth Bearer Token)\" from Applications, Browse App Catalog; an application for single sign-on alone cannot push groups. " +
			"Under Provisioning, Configure API Integration, enable it, paste SCIM 2.0 Base Url and OAuth Bearer Token, choose Test API Credentials, and save."
	case stepProvisioning:
		return "Under Provisioning, To App, Edit, enable Create Users, Update User Attributes and Deactivate Users, and save. " +
			"The step is done when Okta writes for the first time."
	case stepAttribute:
		return "Before assigning anyone: in Profile Editor, open the application, Add Attribute, type string, with a variable name and external name such as muster_roles, " +
			"external namespace " + schema.UserURN + ", and enumerated values: the role's name as display name, its id as value, from the list here. " +
			"Leave out the roles that Okta shall not grant, but keep Admin. Attribute type Group is suggested. Then enter the external name here."
	case stepAssigned:
		return "Under Assignments, assign people or groups, and choose the role of each. Drag the groups so that the most privileged has priority 1 and Employee comes last: " +
			"for who is in several, the first decides." + ranking
	case stepGroups:
		return "Under Push Groups, find each group by name and save. An application that Okta offers for single sign-on alone has no such tab."
	case stepTested:
		return "Choose Test API Credentials in Okta once more, or run the self-test here. The directory shows Active once Okta's requests arrive."
	}
	return ""
}

func entraWords(step string) string {
	switch step {
	case stepCredentials:
		return "In the Entra admin centre, make an enterprise application of your own (not in the gallery). Under Provisioning, choose Automatic, paste the tenant URL " +
			"(with ?aadOptscim062020, which makes Entra ID keep to the standard) and the token as Secret Token, choose Test Connection, and save."
	case stepProvisioning:
		return "Under Mappings, keep Create, Update and Delete for users and groups, and start provisioning. The first cycle may take a while, later ones come about every 40 minutes; " +
			"Provision on demand does one person at once."
	case stepAttribute:
		return "Make app roles with the role's id as value, and map SingleAppRoleAssignment([appRoleAssignments]) to roles[primary eq \"True\"].value; then enter roles here. " +
			"Or map any attribute of yours to a target attribute of its own, and enter that name."
	case stepAssigned:
		return "Under Users and groups, assign people or groups, each with its app role." + ranking
	case stepGroups:
		return "Assigned groups are pushed when the mapping of groups is enabled; nested members are not sent by Entra ID."
	case stepTested:
		return "Choose Test Connection in Entra ID once more, or run the self-test here."
	}
	return ""
}

func oneLoginWords(step string) string {
	switch step {
	case stepCredentials:
		return "In OneLogin, add the application SCIM Provisioner with SAML (SCIM v2 Enterprise). Under Configuration, paste the base URL and the token, and switch API Status on."
	case stepProvisioning:
		return "Under Provisioning, enable provisioning, and choose what needs an administrator's approval. Deleting a user in OneLogin should suspend it here."
	case stepAttribute:
		return "Under Parameters, add a field that is included in user provisioning, whose value is the id of a role from the list here. In the SCIM JSON template of Configuration, " +
			"put it at the top level of the user. Then enter its name here."
	case stepGroups:
		return "Under Parameters, Groups, include groups in user provisioning; rules then decide who is in which."
	}
	return ""
}

func jumpCloudWords(step string) string {
	switch step {
	case stepCredentials:
		return "In JumpCloud, add a custom application with identity management. Choose SCIM 2.0, paste the base URL and the token key, test the connection, and activate it."
	case stepProvisioning:
		return "JumpCloud writes as soon as identity management is active and a user group is bound to the application."
	case stepAttribute:
		return "Under Identity Management, Attribute Mapping, send a custom attribute whose value is the id of a role from the list here, and enter its name here."
	case stepAssigned:
		return "Under User Groups, bind the groups whose members shall come." + ranking
	case stepGroups:
		return "Enable management of user groups in the application's identity management."
	}
	return ""
}

func googleWords(step string) string {
	if step == stepCredentials {
		return "Google Workspace itself sends SCIM only to applications that Google offers, not to this server. " +
			"Let a tool that reads Google's directory and speaks SCIM 2.0 bring the people here: give it the base URL and the token."
	}
	return ""
}

// Day counts the requests of a day.
type Day struct {
	Date             time.Time // its beginning, UTC
	Failed, Requests int64
}

// daysShown is how far back requests are counted.
const daysShown = 14

// Overview is a directory with everything that its set-up page shows.
type Overview struct {
	Directory
	BaseURL   string
	Clients   []Client
	Counts    Counts
	Days      []Day   // the oldest first
	LastError *Logged // nil for none
	Offered   []string
	Roles     []access.Role
	Settling  bool // a change of settings is still being carried out
	Steps     []Step
	Tokens    []Token
	Tolerated []Tolerance // the most frequent first
	Warnings  []Warning
}

// Look answers a directory of the caller's workspace with its set-up as it
// stands, what came a moment ago included. Faults: NotFound.
func (s *Service) Look(ctx context.Context, c caller.Caller, id DirectoryID) (o Overview, err error) {
	if err := s.FlushLog(ctx); err != nil {
		return o, err
	}
	roles, err := s.Access.Roles(ctx, c)
	if err != nil {
		return o, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.find(ctx, tx, c, id)
		if err != nil {
			return err
		}
		o = Overview{Directory: d, BaseURL: s.baseURL(ctx, d)}
		for _, r := range roles {
			o.Roles = append(o.Roles, r.Role)
		}
		return s.overlook(ctx, tx, &o)
	})
	return o, err
}

// overlook reads what an overview shows.
func (s *Service) overlook(ctx context.Context, tx *db.Tx, o *Overview) (err error) {
	if o.Counts, err = selectCounts(ctx, tx, o.Number); err != nil {
		return err
	}
	done, err := selectSteps(ctx, tx, o.Number)
	if err != nil {
		return err
	}
	o.Steps = stepsFor(o.Provider, done)
	if o.Tokens, err = selectTokens(ctx, tx, o.Directory); err != nil {
		return err
	}
	if o.Tolerated, err = selectTolerances(ctx, tx, o.Directory); err != nil {
		return err
	}
	if o.Clients, err = selectClients(ctx, tx, o.Directory); err != nil {
		return err
	}
	if o.Warnings, err = selectWarnings(ctx, tx, o.Number); err != nil {
		return err
	}
	if o.Offered, err = offered(ctx, tx, o.Directory); err != nil {
		return err
	}
	switch failed, err := selectLastFailed(ctx, tx, o.Number); {
	case err == nil:
		o.LastError = &failed
	case !errors.Is(err, db.ErrNoRow):
		return err
	}
	settling, err := selectSettling(ctx, tx, o.Number)
	if err != nil {
		return err
	}
	o.Settling = settling != nil || o.State == Deleting
	o.Days, err = s.days(ctx, tx, o.Directory)
	return err
}

// days counts the requests of the last two weeks, days without any included.
func (s *Service) days(ctx context.Context, tx *db.Tx, d Directory) ([]Day, error) {
	first := db.Millis(s.instant())/dayMillis - daysShown + 1
	counted, err := selectDays(ctx, tx, d.Number, db.Time(first*dayMillis))
	if err != nil {
		return nil, err
	}
	days := make([]Day, daysShown)
	for i := range days {
		days[i] = counted[first+int64(i)]
		days[i].Date = db.Time((first + int64(i)) * dayMillis)
	}
	return days, nil
}

// offered answers what the role attribute may be: names that arrived at the top
// level of users, and roles, which every schema has.
func offered(ctx context.Context, tx *db.Tx, d Directory) ([]string, error) {
	learned, err := selectLearned(ctx, tx, d.Number, "User")
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, l := range learned {
		if l.Schema == "" {
			names = append(names, l.Name)
		}
	}
	return append(names, "roles"), nil
}
