// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// Rehearsal is what came of a self-test.
type Rehearsal struct {
	Note   string // whose requests were played, "" where it goes without saying
	Passed bool
	Steps  []Rehearsed
}

// Rehearsed is a request of the self-test and what came of it.
type Rehearsed struct {
	Answered string // in words
	Method   string
	Passed   bool
	Path     string
	Status   int
	WhatToDo string // "" when there is nothing to do
	Words    string // what the provider does with it
}

// rehearsedPrefix begins the names of what a self-test makes.
const rehearsedPrefix = "muster-self-test-"

// scene is a request that a provider is documented to send. In path and body,
// {name} and {team} stand for the names of what is made, {user} and {group} for
// the ids that it got.
type scene struct {
	body   string
	look   func(body map[string]any) string // what is wrong with the answer's body; nil: it is not looked at
	method string
	path   string
	status []int
	words  string
}

// rehearsalRun plays scenes.
type rehearsalRun struct {
	actor   caller.Caller
	dir     Directory
	known   map[string]string // values of placeholders
	service *Service
	steps   []Rehearsed
}

// SelfTest plays the requests that the directory's provider is documented to
// send, with a user and a group of its own that nobody follows and that are gone
// afterwards, and says what each one brought. Faults: NotFound, Conflict when the
// directory is switched off or being deleted.
func (s *Service) SelfTest(ctx context.Context, c caller.Caller, id DirectoryID) (Rehearsal, error) {
	var d Directory
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = s.find(ctx, tx, c, id)
		return err
	})
	if err == nil {
		err = d.hears()
	}
	if err != nil {
		return Rehearsal{}, err
	}
	if err := s.sweep(ctx, d); err != nil { // what an earlier one that was cut off left
		return Rehearsal{}, err
	}
	name := rehearsedPrefix + strings.ToLower(rand.Text()[:10])
	run := &rehearsalRun{actor: c, dir: d, known: map[string]string{"{name}": name + "@example.invalid", "{team}": name}, service: s}
	out := Rehearsal{Note: scenesNote(d.Provider), Passed: run.play(ctx, scenesOf(d.Provider))}
	out.Steps = run.steps
	if err := s.sweep(ctx, d); err != nil {
		out.Passed = false
		return out, err
	}
	return out, s.noteSelfTest(ctx, c, d, out.Passed)
}

// sweep removes what self-tests made.
func (s *Service) sweep(ctx context.Context, d Directory) error {
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		left, err := selectRehearsed(ctx, tx, d.Number, rehearsedPrefix)
		if err != nil {
			return err
		}
		c := &call{actor: d.actor(""), dir: d, now: s.instant(), rehearsal: true, service: s}
		for _, r := range left {
			if r.Follower != "" || r.Account != "" {
				continue // the provider's own, with such a name
			}
			rt, err := s.typeOf(ctx, tx, d, r.Type)
			if err != nil {
				return err
			}
			if err := s.remove(ctx, tx, c, rt, edit{id: r.ID}); err != nil {
				return err
			}
		}
		return nil
	})
}

// noteSelfTest ticks the step when the directory is linked and all went well.
func (s *Service) noteSelfTest(ctx context.Context, c caller.Caller, d Directory, passed bool) error {
	now := s.instant()
	what := "self-test failed"
	if passed {
		what = "self-test passed"
	}
	return s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.find(ctx, tx, c, d.ID)
		if err != nil {
			return err
		}
		if passed && d.State == Linked {
			if err := insertStep(ctx, tx, d.Number, stepTested, now); err != nil {
				return err
			}
		}
		return appendDirectory(ctx, tx, d, deed{c, now, what, nil})
	})
}

// play plays scenes, and says whether all went well. Without the user or the
// group there is no point in going on.
func (run *rehearsalRun) play(ctx context.Context, scenes []scene) bool {
	all := true
	for _, sc := range scenes {
		step := run.one(ctx, sc)
		run.steps = append(run.steps, step)
		all = all && step.Passed
		if !step.Passed && sc.method == "POST" {
			return false
		}
	}
	return all
}

func (run *rehearsalRun) one(ctx context.Context, sc scene) Rehearsed {
	path, query, _ := strings.Cut(run.fill(sc.path), "?")
	values, err := url.ParseQuery(query) // as a request of the provider is read
	if err != nil {
		return Rehearsed{Answered: "The query is none.", Method: sc.method, Path: path, Words: sc.words}
	}
	a := run.service.handle(ctx, run.dir, nil, request{
		Address: run.actor.Address, Agent: "Muster self-test", Body: []byte(run.fill(sc.body)), Header: map[string]string{},
		Method: sc.method, Path: path, Query: values, ReplayOf: rehearsal,
	})
	step := Rehearsed{Method: sc.method, Path: run.fill(sc.path), Status: a.Status, Words: sc.words}
	step.Answered = run.wrong(sc, a)
	if step.Passed = step.Answered == ""; step.Passed {
		step.Answered = "As it should be."
		return step
	}
	step.WhatToDo = run.advice(a)
	return step
}

// wrong says what is wrong with an answer, "" for nothing, and notes the ids of
// what was made.
func (run *rehearsalRun) wrong(sc scene, a answer) string {
	if !slices.Contains(sc.status, a.Status) {
		if problem := problemOf(a); problem != "" {
			return problem
		}
		return fmt.Sprintf("The answer was %d; %d was expected.", a.Status, sc.status[0])
	}
	body := map[string]any{}
	if len(a.Body) > 0 {
		if err := json.Unmarshal(a.Body, &body); err != nil {
			return "The answer is no JSON object."
		}
	}
	if id, _ := body["id"].(string); sc.method == "POST" {
		placeholder := map[string]string{"/Users": "{user}", "/Groups": "{group}"}[sc.path]
		if run.known[placeholder] = id; id == "" {
			return "The answer has no id."
		}
	}
	if sc.look == nil || a.Status == statusNoContent {
		return ""
	}
	return sc.look(body)
}

func (run *rehearsalRun) advice(a answer) string {
	switch {
	case a.Status == 400 && run.dir.Strict:
		return "The directory is strict, and refuses what this provider is documented to send. Switch strict off."
	case a.Status >= 500:
		return "The fault is on this side. Look into the server's log."
	case a.Status < 400:
		return "The server answered otherwise than it should. Please report it, with this answer."
	}
	return Logged{Status: a.Status}.advice(run.dir.Provider)
}

func (run *rehearsalRun) fill(text string) string {
	for placeholder, value := range run.known {
		text = strings.ReplaceAll(text, placeholder, value)
	}
	return text
}

// total looks at how many resources a list has found.
func total(want float64) func(map[string]any) string {
	return func(body map[string]any) string {
		if got, _ := body["totalResults"].(float64); got != want {
			return fmt.Sprintf("%v were found; it should be %v.", got, want)
		}
		return ""
	}
}

// says looks at an attribute of the answer.
func says(name string, want any) func(map[string]any) string {
	return func(body map[string]any) string {
		if body[name] != want {
			return fmt.Sprintf("%s is %v; it should be %v.", name, body[name], want)
		}
		return ""
	}
}

// memberCount looks at how many members a group has.
func memberCount(want int) func(map[string]any) string {
	return func(body map[string]any) string {
		members, _ := body[membersName].([]any)
		if len(members) != want {
			return fmt.Sprintf("The group has %d members; it should be %d.", len(members), want)
		}
		return ""
	}
}

const (
	patchOpen  = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`
	patchClose = `]}`
	userOpen   = `{"schemas":["` + schema.UserURN + `"],"userName":"{name}","name":{"givenName":"Self","familyName":"Test"},` +
		`"emails":[{"primary":true,"value":"{name}","type":"work"}],"displayName":"Self Test","externalId":"{team}"`
	groupOpen = `{"schemas":["` + schema.GroupURN + `"],"displayName":"{team}"`
)

// scenesOf answers what a provider is documented to send (contract section 2).
func scenesOf(p Provider) []scene {
	switch p {
	case Okta:
		return oktaScenes()
	case Entra:
		return entraScenes()
	case OneLogin:
		return oneLoginScenes()
	default: // nothing is documented of JumpCloud, and Google sends nothing by itself
		return genericScenes()
	}
}

// scenesNote says whose requests the self-test plays, where there is something to
// say of it.
func scenesNote(p Provider) string {
	switch p {
	case JumpCloud:
		return "JumpCloud does not publish its requests, so these are the general ones of the standard."
	case Google:
		return "Google Workspace sends nothing to applications of one's own, so these are the general requests of the standard."
	case Generic:
		return "These are the general requests of the standard."
	}
	return ""
}

func oktaScenes() []scene {
	ok, changed := []int{statusOK}, []int{statusOK, statusNoContent}
	find := "/Users?filter=userName eq \"{name}\"&startIndex=1&count=100"
	return []scene{
		{words: "Tests the API credentials: two users", method: "GET", path: "/Users?startIndex=1&count=2", status: ok},
		{words: "Tests the API credentials: groups", method: "GET", path: "/Groups?startIndex=1&count=100", status: ok},
		{words: "Looks for a person before assigning them", method: "GET", path: find, status: ok, look: total(0)},
		{
			words: "Assigns a person, with a placeholder for a password", method: "POST", path: "/Users",
			body: userOpen + `,"locale":"en-US","groups":[],"password":"{team}","active":true}`, status: []int{statusCreated}, look: says("active", true),
		},
		{words: "Finds the person again", method: "GET", path: find, status: ok, look: total(1)},
		{words: "Reads the person before changing the profile", method: "GET", path: "/Users/{user}", status: ok},
		{
			words: "Changes the profile", method: "PUT", path: "/Users/{user}",
			body: strings.Replace(userOpen, "Self Test", "Self-Test", 1) + `,"id":"{user}","active":true}`, status: ok, look: says("displayName", "Self-Test"),
		},
		{
			words: "Deactivates the person", method: "PATCH", path: "/Users/{user}",
			body: patchOpen + `{"op":"replace","value":{"active":false}}` + patchClose, status: changed, look: says("active", false),
		},
		{words: "Reads the person, who must still be there", method: "GET", path: "/Users/{user}", status: ok, look: says("active", false)},
		{
			words: "Reactivates the person", method: "PATCH", path: "/Users/{user}",
			body: patchOpen + `{"op":"replace","value":{"active":true}}` + patchClose, status: changed, look: says("active", true),
		},
		{words: "Pushes an empty group", method: "POST", path: "/Groups", body: groupOpen + `,"members":[]}`, status: []int{statusCreated}},
		{words: "Looks the group up by name", method: "GET", path: "/Groups?filter=displayName eq \"{team}\"&startIndex=1&count=100", status: ok, look: total(1)},
		{
			words: "Adds the person to the group, with the group's name", method: "PATCH", path: "/Groups/{group}",
			body: patchOpen + `{"op":"replace","value":{"id":"{group}","displayName":"{team}"}},` +
				`{"op":"add","path":"members","value":[{"value":"{user}","display":"{name}"}]}` + patchClose, status: changed,
		},
		{words: "Reads the group", method: "GET", path: "/Groups/{group}", status: ok, look: memberCount(1)},
		{
			words: "Takes the person out of the group", method: "PATCH", path: "/Groups/{group}",
			body: patchOpen + `{"op":"remove","path":"members[value eq \"{user}\"]"}` + patchClose, status: changed,
		},
		{words: "Reads the group, which must be empty", method: "GET", path: "/Groups/{group}", status: ok, look: memberCount(0)},
		{words: "Unlinks and deletes the group", method: "DELETE", path: "/Groups/{group}", status: []int{statusNoContent}},
		{words: "Cleans up", method: "DELETE", path: "/Users/{user}", status: []int{statusNoContent}},
	}
}

func entraScenes() []scene {
	ok, changed := []int{statusOK}, []int{statusOK, statusNoContent}
	return []scene{
		{words: "Tests the connection: looks for somebody who cannot be there", method: "GET", path: "/Users?filter=userName eq \"{team}\"", status: ok, look: total(0)},
		{
			words: "Creates a person", method: "POST", path: "/Users",
			body:   strings.Replace(userOpen, `"],`, `","`+schema.EnterpriseURN+`"],`, 1) + `,"active":true,"meta":{"resourceType":"User"},"roles":[],"phoneNumbers":null}`,
			status: []int{statusCreated}, look: says("active", true),
		},
		{words: "Matches the person by externalId", method: "GET", path: "/Users?filter=externalId eq \"{team}\"", status: ok, look: total(1)},
		{words: "Matches the person by e-mail", method: "GET", path: "/Users?filter=emails[type eq \"work\"].value eq \"{name}\"", status: ok, look: total(1)},
		{
			words: "Changes attributes, one of which is not there yet", method: "PATCH", path: "/Users/{user}",
			body: patchOpen + `{"op":"Replace","path":"displayName","value":"Self-Test"},` +
				`{"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"+1 555 0100"}` + patchClose, status: ok, look: says("displayName", "Self-Test"),
		},
		{
			words: "Deactivates the person, with a text for a boolean", method: "PATCH", path: "/Users/{user}",
			body: patchOpen + `{"op":"Replace","path":"active","value":"False"}` + patchClose, status: ok, look: says("active", false),
		},
		{
			words: "Restores the person", method: "PATCH", path: "/Users/{user}",
			body: patchOpen + `{"op":"Replace","path":"active","value":"True"}` + patchClose, status: ok, look: says("active", true),
		},
		{words: "Creates a group", method: "POST", path: "/Groups", body: groupOpen + `,"meta":{"resourceType":"Group"}}`, status: []int{statusCreated}},
		{
			words: "Looks the group up by name, without members", method: "GET",
			path: "/Groups?excludedAttributes=members&filter=displayName eq \"{team}\"", status: ok, look: total(1),
		},
		{
			words: "Adds the person to the group", method: "PATCH", path: "/Groups/{group}",
			body: patchOpen + `{"op":"Add","path":"members","value":[{"value":"{user}"}]}` + patchClose, status: changed,
		},
		{
			words: "Asks whether the person is in the group", method: "GET",
			path: "/Groups?filter=id eq \"{group}\" and members eq \"{user}\"&attributes=id", status: ok, look: total(1),
		},
		{
			words: "Takes the person out of the group", method: "PATCH", path: "/Groups/{group}",
			body: patchOpen + `{"op":"Remove","path":"members","value":[{"value":"{user}"}]}` + patchClose, status: changed,
		},
		{words: "Reads the group, which must be empty", method: "GET", path: "/Groups/{group}", status: ok, look: memberCount(0)},
		{words: "Deletes the group", method: "DELETE", path: "/Groups/{group}", status: []int{statusNoContent}},
		{words: "Deletes the person", method: "DELETE", path: "/Users/{user}", status: []int{statusNoContent}},
	}
}

func genericScenes() []scene {
	ok, changed := []int{statusOK}, []int{statusOK, statusNoContent}
	return append([]scene{
		{words: "Reads what the service can do", method: "GET", path: "/ServiceProviderConfig", status: ok},
		{words: "Tests the connection", method: "GET", path: "/Users?startIndex=1&count=1", status: ok},
		{words: "Looks for a person", method: "GET", path: "/Users?filter=userName eq \"{name}\"", status: ok, look: total(0)},
		{words: "Creates a person", method: "POST", path: "/Users", body: userOpen + `,"active":true}`, status: []int{statusCreated}, look: says("active", true)},
		{words: "Finds the person again", method: "GET", path: "/Users?filter=userName eq \"{name}\"", status: ok, look: total(1)},
		{
			words: "Replaces the profile", method: "PUT", path: "/Users/{user}",
			body: strings.Replace(userOpen, "Self Test", "Self-Test", 1) + `,"active":true}`, status: ok, look: says("displayName", "Self-Test"),
		},
		{
			words: "Deactivates the person", method: "PATCH", path: "/Users/{user}",
			body: patchOpen + `{"op":"replace","path":"active","value":false}` + patchClose, status: changed, look: says("active", false),
		},
	}, groupScenes("Cleans up")...)
}

// groupScenes push a group with the person in it, and take both away again; last is
// what the end is called.
func groupScenes(last string) []scene {
	ok, changed := []int{statusOK}, []int{statusOK, statusNoContent}
	return []scene{
		{words: "Creates a group", method: "POST", path: "/Groups", body: groupOpen + `}`, status: []int{statusCreated}},
		{
			words: "Adds the person to the group", method: "PATCH", path: "/Groups/{group}",
			body: patchOpen + `{"op":"add","path":"members","value":[{"value":"{user}"}]}` + patchClose, status: changed,
		},
		{words: "Reads the group", method: "GET", path: "/Groups/{group}", status: ok, look: memberCount(1)},
		{
			words: "Takes the person out of the group", method: "PATCH", path: "/Groups/{group}",
			body: patchOpen + `{"op":"remove","path":"members[value eq \"{user}\"]"}` + patchClose, status: changed,
		},
		{words: "Deletes the group", method: "DELETE", path: "/Groups/{group}", status: []int{statusNoContent}},
		{words: last, method: "DELETE", path: "/Users/{user}", status: []int{statusNoContent}},
	}
}

// oneLoginScenes have what OneLogin is known for: the URN of an old draft, an
// ampersand at the end of a query, and a question mark with nothing behind it.
func oneLoginScenes() []scene {
	ok := []int{statusOK}
	const find = "/Users?filter=userName+eq+%22{name}%22&"
	open := strings.Replace(userOpen, schema.UserURN, "urn:scim:schemas:core:2.0", 1)
	return append([]scene{
		{words: "Tests the connection: looks for a person, with an & at the end", method: "GET", path: find, status: ok, look: total(0)},
		{
			words: "Creates a person, with the URN of an old template", method: "POST", path: "/Users",
			body: open + `,"active":true}`, status: []int{statusCreated}, look: says("active", true),
		},
		{words: "Finds the person again", method: "GET", path: find, status: ok, look: total(1)},
		{
			words: "Replaces the profile, with a ? at the end", method: "PUT", path: "/Users/{user}?",
			body: strings.Replace(open, "Self Test", "Self-Test", 1) + `,"active":true}`, status: ok, look: says("displayName", "Self-Test"),
		},
		{
			words: "Suspends the person", method: "PUT", path: "/Users/{user}?",
			body: open + `,"active":false}`, status: ok, look: says("active", false),
		},
		{words: "Reads the person, who must still be there", method: "GET", path: "/Users/{user}", status: ok, look: says("active", false)},
		{words: "Lets the person in again", method: "PUT", path: "/Users/{user}?", body: open + `,"active":true}`, status: ok, look: says("active", true)},
		{words: "Looks for a group", method: "GET", path: "/Groups?filter=displayName+eq+%22{team}%22&", status: ok, look: total(0)},
	}, groupScenes("Deletes the person")...)
}
