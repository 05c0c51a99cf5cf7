// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/assessment/builtin"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
	"github.com/passmuster/muster/internal/web"
)

// How tests and records look on the wire.

// names are what those are called whom tests have only ids of.
type names struct {
	builtins     *builtin.Catalogue
	applications map[string]string
	controls     map[int64][]Control
	decided      map[[2]int64][]string // by test and version
	owners       map[string]*api.Owner
	subscribers  map[int64][]Subscriber
}

// names answers them for tests.
func (s *Service) names(ctx context.Context, tests ...Test) (n names, err error) {
	n.builtins = s.BuiltIns
	if n.applications, err = s.applicationNames(ctx); err != nil {
		return n, err
	}
	if n.owners, err = s.owners(ctx, tests...); err != nil || len(tests) == 0 {
		return n, err
	}
	numbers := make([]int64, len(tests))
	for i, t := range tests {
		numbers[i] = t.Number
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if n.decided, err = selectDecisionsOf(ctx, tx, numbers); err != nil {
			return err
		}
		n.controls, err = s.Controls.ControlsOf(ctx, tx, caller.From(ctx).Workspace, numbers...)
		return err
	})
	if err != nil {
		return n, err
	}
	n.subscribers, err = s.subscribersOf(ctx, caller.From(ctx), numbers...)
	return n, err
}

// Wire answers tests as the API shows them.
func (s *Service) Wire(ctx context.Context, tests ...Test) ([]api.Test, error) {
	names, err := s.names(ctx, tests...)
	if err != nil {
		return nil, err
	}
	list := make([]api.Test, len(tests))
	for i, t := range tests {
		if list[i], err = t.wire(names); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Service) applicationNames(ctx context.Context) (map[string]string, error) {
	all, err := s.Applications.Applications(ctx, caller.From(ctx))
	if err != nil {
		return nil, fmt.Errorf("name applications: %w", err)
	}
	names := make(map[string]string, len(all))
	for _, a := range all {
		names[a.ID] = a.Name
	}
	return names, nil
}

func maybeText(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func date(ms int64) string { return web.TimeOf(ms).String() }

func maybeDate(ms *int64) *string {
	if ms == nil {
		return nil
	}
	text := date(*ms)
	return &text
}

// reference answers how a form names the control: by its external id, where it
// has one.
func (c Control) reference() string {
	if c.ExternalID != "" {
		return c.ExternalID
	}
	return c.ID
}

func (t *Test) wire(n names) (api.Test, error) {
	app, d := t.Definition.Application, t.Document
	text, err := d.wire()
	if err != nil {
		return api.Test{}, err
	}
	a := api.Test{
		ID: t.PublicID(), Name: d.Name, Slug: t.Slug, Description: d.Description, FailureDescription: d.FailureDescription,
		RemediationDescription: d.Remediation, Category: t.Category, CreatedDate: date(t.CreatedAt), Integrations: []string{app},
		LastTestRunDate: date(t.CreatedAt), LatestFlipDate: maybeDate(t.FlippedAt), Status: string(t.Status), Stale: t.Stale,
		Owner:       n.owners[t.Owner],
		Version:     api.Version{Major: float64(t.Version)},
		Application: api.Named{ID: app, Name: n.applications[app]},
		Resource:    api.Named{ID: string(t.Definition.ID), Name: t.Definition.Name},
		Counts:      t.Counts.wire(),
		Deactivated: api.DeactivatedInfo{LastUpdatedDate: maybeDate(t.StateAt)},
		Remediation: api.RemediationInfo{
			Status: string(t.Remedy), SoonestRemediateByDate: maybeDate(t.SoonestDue), ItemCount: float64(t.Counts[Failing]),
		},
		Ended:    api.TestEndings{Within: t.Ended.Within, Missed: t.Ended.Missed, Excepted: t.Ended.Excepted},
		TestRule: text,
	}
	a.BuiltIn, err = n.builtIn(t.Document)
	a.WeakEvidence = []api.TestWeakness{}
	for _, w := range t.weaknesses(n.decided[[2]int64{t.Number, t.Version}]) {
		a.WeakEvidence = append(a.WeakEvidence, api.TestWeakness{Kind: string(w.Kind), Sentence: w.Sentence, Part: maybeText(w.Part)})
	}
	a.Controls = make([]string, len(n.controls[t.Number]))
	for i, control := range n.controls[t.Number] {
		a.Controls[i] = control.reference()
	}
	a.Subscribers = make([]string, len(n.subscribers[t.Number]))
	for i, subscriber := range n.subscribers[t.Number] {
		a.Subscribers[i] = subscriber.reference()
	}
	if t.SLA != "" {
		a.SLA = &t.SLA
	}
	if t.RunAt != 0 {
		a.LastTestRunDate = date(t.RunAt)
	}
	if t.State == StateDeactivated {
		why := t.StateWhy
		a.Deactivated.IsDeactivated, a.Deactivated.DeactivatedReason = true, &why
		a.DeactivatedUntil = maybeDate(t.StateUntil)
	}
	return a, err
}

// builtIn answers what a built-in test says of itself; nil for any other.
func (n names) builtIn(d Document) (*api.TestBuiltIn, error) {
	b, ok := n.builtins.Find(d.BuiltIn)
	if d.BuiltIn == "" {
		return nil, nil //nolint:nilnil // most tests are none
	}
	a := &api.TestBuiltIn{ID: d.BuiltIn, Settings: []api.TestSetting{}, Due: maybeText(d.dueTold())}
	if !ok {
		return a, nil // of another program
	}
	values, err := builtin.ParseValues(d.Settings)
	for _, s := range b.Settings {
		follows := ""
		if slices.Contains(d.Follows, s.Name) {
			follows = s.SLA
		}
		a.Settings = append(a.Settings, api.TestSetting{
			Name: s.Name, Kind: string(s.Kind), Description: s.About, SLA: maybeText(follows), Value: values[s.Name], Default: s.Default, Minimum: s.Minimum, Maximum: s.Maximum,
		})
	}
	return a, err
}

func (c Counts) wire() api.TestCounts {
	return api.TestCounts{
		Passing: c[Passing], Failing: c[Failing], InProgress: c[InProgress], Deactivated: c[Deactivated], OutOfScope: c[OutOfScope],
	}
}

func (d Document) wire() (api.TestRule, error) {
	r := api.TestRule{
		Cases: d.Cases, Freshness: d.Freshness, OnEmpty: d.OnEmpty, OnUnknown: d.OnUnknown, Sentence: d.Sentence(),
		Scope: raw(d.Scope), PassWhen: raw(d.PassWhen), FailWhen: raw(d.FailWhen),
	}
	var err error
	r.Reducer, err = json.Marshal(d.Reducer)
	return r, err
}

func raw(n *rule.Node) json.Value {
	if n == nil {
		return nil
	}
	text, err := n.MarshalJSON()
	if err != nil {
		return nil // it never fails
	}
	return text
}

func (v Version) wire() (api.TestVersion, error) {
	rule, err := v.Document.wire()
	return api.TestVersion{
		Version: api.Version{Major: float64(v.Number)}, CreatedDate: date(v.CreatedAt),
		Author: api.Author{Kind: v.Actor.Kind, ID: v.Actor.ID, Name: v.Actor.Name}, Reason: v.Reason,
		Name: v.Document.Name, Description: v.Document.Description, FailureDescription: v.Document.FailureDescription,
		RemediationDescription: v.Document.Remediation, Settings: v.Document.Settings, TestRule: rule,
	}, err
}

func versionCursor(v api.TestVersion) string {
	return web.EncodeCursor(strconv.Itoa(int(v.Version.Major)))
}

func numberCursor(text string) (int64, error) {
	parts, err := web.DecodeCursor(text, 1)
	if err != nil || parts == nil {
		return 0, err
	}
	n, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return 0, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	return n, nil
}

// responseType answers the word of ResourceResponseType for a base type.
func responseType(base resource.Base) string {
	switch base {
	case "UserAccount":
		return "Account"
	case "MacosUserComputer", "WindowsUserComputer":
		return "Device"
	}
	return "Resource"
}

func (e *Entity) wire(base resource.Base) api.Entity {
	a := api.Entity{
		ID: e.ID, EntityStatus: e.Outcome.String(), DisplayName: e.Name(), ResponseType: responseType(base), UniqueID: e.UniqueID,
		Reason: e.Reason, LastUpdatedDate: date(e.Since), CreatedDate: date(e.CreatedAt), Stale: e.Stale, Held: e.Held,
	}
	if e.Outcome == Failing {
		a.FailingSince, a.RemediateByDate, a.Overdue = maybeDate(&e.FailingSince), maybeDate(e.Due), e.Overdue
	}
	if e.Exception != nil {
		why, id := e.Exception.Reason, e.Exception.Exception
		a.DeactivatedReason, a.DeactivatedUntil, a.ExceptionID = &why, maybeDate(e.Exception.Until), &id
	}
	return a
}

func (p *Preview) wire() api.TestPreview {
	a := api.TestPreview{
		Status: string(p.Status), Sentence: p.Rule.Sentence(), Counts: p.Counts.wire(), Unknown: p.Unknown,
		Entities: make([]api.Entity, len(p.Entities)), Scope: make([]api.ScopeExclude, len(p.Scope)),
	}
	for _, n := range p.Counts {
		a.Total += n
	}
	for i, e := range p.Entities {
		a.Entities[i] = e.wire(p.Base)
	}
	for i, x := range p.Scope {
		a.Scope[i] = api.ScopeExclude{Pointer: x.Pointer, Sentence: x.Sentence, Excluded: x.Records}
	}
	return a
}

func (x *Explanation) wire() api.TestExplanation {
	return api.TestExplanation{
		Entity: x.Entity.wire(x.Base), Version: api.Version{Major: float64(x.Version)}, Sentence: x.Rule.Sentence(),
		Trace: traceWire(x.Condition), Scope: traceWire(x.Scope), Record: x.Document,
	}
}

func traceWire(t *rule.Trace) *api.Trace {
	if t == nil {
		return nil
	}
	a := &api.Trace{
		Pointer: t.Pointer, Kind: string(t.Kind), Field: t.Field, Op: string(t.Op), Truth: t.Truth.String(), Actual: t.Actual,
		Operand: t.Operand, Decided: t.Decided, Sentence: t.Sentence, Omitted: t.Omitted,
	}
	for _, child := range t.Children {
		a.Children = append(a.Children, traceWire(child))
	}
	return a
}
