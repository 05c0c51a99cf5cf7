// SPDX-License-Identifier: Apache-2.0

package computer

import (
	"context"
	"strings"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes of contract manage-api.md under /v1/monitored-computers,
// and Muster's own.
func (s *Service) Mount(server *web.Server) {
	route := func(path, id, summary string) web.Route {
		return web.Route{
			Method: "GET", Path: "/v1/monitored-computers" + path, ID: id, Summary: summary, Tag: "Computers",
			Permission: caller.ReadComputers, Class: web.ClassManage,
		}
	}
	web.Register(server, route("", "listMonitoredComputers", "List monitored computers"), s.getComputers)
	web.Register(server, route("/summary", "countMonitoredComputers", "Count monitored computers"), s.getSummary)
	web.Register(server, route("/{computerId}", "getMonitoredComputer", "Get monitored computer by ID"), s.getComputer)
}

type listInput struct {
	web.PageInput
	Applications []string `doc:"Of one of these integrations." query:"integrationId,explode"`
	Owner        string   `doc:"Of the person with this id. Muster's own." query:"ownerId"`
	Status       []string `doc:"With one of these shortcomings: PWM_NOT_INSTALLED, HD_NOT_ENCRYPTED, AV_NOT_INSTALLED, SCREENLOCK_NOT_CONFIGURED, LAST_CHECK_OVER_14_DAYS (or whatever else the tests on the computers allow)." query:"complianceStatusFilterMatchesAny,explode"`
}

func words(values []string) (list []string) {
	for _, value := range strings.Split(strings.Join(values, ","), ",") {
		if value = strings.TrimSpace(value); value != "" {
			list = append(list, value)
		}
	}
	return list
}

func (in *listInput) query() (q Query, err error) {
	q = Query{Applications: words(in.Applications), Limit: in.Size(), Owner: directory.PersonID(in.Owner)}
	for _, word := range words(in.Status) {
		switch word {
		case "PWM_NOT_INSTALLED":
			q.Failing = append(q.Failing, PasswordManager)
		case "HD_NOT_ENCRYPTED":
			q.Failing = append(q.Failing, DiskEncryption)
		case "AV_NOT_INSTALLED":
			q.Failing = append(q.Failing, Antivirus)
		case "SCREENLOCK_NOT_CONFIGURED":
			q.Failing = append(q.Failing, ScreenLock)
		case "LAST_CHECK_OVER_14_DAYS":
			q.Late = true
		default:
			return q, web.InQuery("complianceStatusFilterMatchesAny",
				"must be of [PWM_NOT_INSTALLED HD_NOT_ENCRYPTED AV_NOT_INSTALLED SCREENLOCK_NOT_CONFIGURED LAST_CHECK_OVER_14_DAYS]")
		}
	}
	parts, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil || parts == nil {
		return q, err
	}
	ref, ok := resource.ParseEntityID(parts[0])
	if !ok {
		return q, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	q.After = facet.Key{Definition: int64(ref.Definition), Item: int64(ref.Item)}
	return q, nil
}

type listOutput struct {
	Body web.Page[api.MonitoredComputer]
}

func (s *Service) getComputers(ctx context.Context, in *listInput) (*listOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	list, more, err := s.List(ctx, caller.From(ctx), q)
	if err != nil {
		return nil, err
	}
	page := make([]api.MonitoredComputer, len(list))
	for i, c := range list {
		page[i] = c.wire()
	}
	cursor := func(c api.MonitoredComputer) string { return web.EncodeCursor(c.ID) }
	return &listOutput{web.NewPage(page, cursor, more, q.After != facet.Key{})}, nil
}

// RefInput names a computer.
type RefInput struct {
	Computer string `path:"computerId"`
}

type computerOutput struct{ Body api.MonitoredComputer }

func (s *Service) getComputer(ctx context.Context, in *RefInput) (*computerOutput, error) {
	c, err := s.Get(ctx, caller.From(ctx), in.Computer)
	if err != nil {
		return nil, err
	}
	return &computerOutput{c.wire()}, nil
}

type summaryOutput struct{ Body api.ComputerSummary }

func (s *Service) getSummary(ctx context.Context, _ *struct{}) (*summaryOutput, error) {
	sum, err := s.Summarize(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	counts := func(check Check) api.ComputerOutcomeCounts {
		o := sum.Outcomes[check]
		return api.ComputerOutcomeCounts{Fail: o[Fail], InProgress: o[InProgress], NA: o[NA], Pass: o[Pass]}
	}
	return &summaryOutput{api.ComputerSummary{
		AntivirusInstallation: counts(Antivirus), DiskEncryption: counts(DiskEncryption), LastCheckOver14Days: sum.Late,
		PasswordManager: counts(PasswordManager), ScreenLock: counts(ScreenLock), Total: sum.Total,
		ByOperatingSystem: api.ComputerSystemCounts{
			Linux: sum.Systems["linux"], MacOS: sum.Systems["macOS"], Other: sum.Systems[""], Windows: sum.Systems["windows"],
		},
	}}, nil
}

// wire answers the computer as the manage API shows it.
func (c Computer) wire() api.MonitoredComputer {
	status := func(check Check) api.ComputerStatus { return api.ComputerStatus{Outcome: c.Outcomes[check].String()} }
	w := api.MonitoredComputer{
		AntivirusInstallation: status(Antivirus), DiskEncryption: status(DiskEncryption), ID: c.ID, IntegrationID: c.Definition.Application,
		PasswordManager: status(PasswordManager), ScreenLock: status(ScreenLock), SerialNumber: orNull(c.SerialNumber), UDID: orNull(c.UDID),
	}
	if c.LastCheckAt != nil {
		w.LastCheckDate = orNull(web.TimeOf(db.Millis(*c.LastCheckAt)).String())
	}
	if name := c.System(); name != "" {
		w.OperatingSystem = &api.OperatingSystem{Type: name, Version: orNull(c.OSVersion)}
	}
	if p := c.Owner; p != nil {
		w.Owner = &api.Owner{DisplayName: p.Name.Display, EmailAddress: p.Email, ID: string(p.ID)}
	}
	return w
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
