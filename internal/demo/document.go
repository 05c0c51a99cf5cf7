// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/document"
)

// paper is a document of the company. Days are counted back from the present.
type paper struct {
	title, about, cadence, reminder string

	control   string // external id of one that it is evidence for
	files     []sheet
	link      string
	owner     int // of managers, from 1; 0 is nobody
	sensitive bool
	why       string // it is not relevant
}

// sheet is a file: when it came, and how many days before that it counts from.
type sheet struct {
	ago, before int
	name, text  string
}

func papers() []paper {
	return []paper{
		{
			title: "Penetration test", about: "Report of an outside tester on the product and its API.", cadence: "P1Y", reminder: "P1M", control: "penetration-tests-conducted", owner: 1,
			files: []sheet{{80, 12, "pentest-report.txt", "Two findings of medium severity, both mended and tested again."}},
		},
		{
			title: "Backup restore drill", about: "Minutes of a restore from backup, with times.", cadence: "P3M", reminder: "P1M", control: "backup-processes-established", owner: 2,
			files: []sheet{{78, 2, "restore-drill.txt", "Restored the orders database in 41 minutes; goal was 60."}},
		},
		{
			title: "Incident response exercise", about: "Table-top exercise with what was learnt.", cadence: "P1Y", reminder: "P1M", control: "incident-response-plan-tested", owner: 1,
			files: []sheet{{60, 5, "exercise.csv", "time,event\n10:00,page\n10:04,acknowledged\n"}}, link: "https://wiki.example.com/security/exercise",
		},
		{title: "Risk assessment", about: "The register of risks, with treatment.", cadence: "P1Y", reminder: "P3M", control: "risk-assessment-performed", link: "https://wiki.example.com/risk/register"},
		{
			title: "Firewall rule review", about: "Who looked through the rules, and what went.", cadence: "P1M", reminder: "P1W", control: "network-firewalls-utilized",
			files: []sheet{{79, 1, "rules-first.csv", "rule,kept\n12,yes\n13,no\n"}, {45, 1, "rules-second.csv", "rule,kept\n12,yes\n14,no\n"}},
		},
		{
			title: "Board minutes on security", about: "The part of the minutes that is about security.", cadence: "P3M", reminder: "P1M", sensitive: true,
			files: []sheet{{50, 3, "minutes.txt", "The board took note of the report on security."}},
		},
		{title: "Organisation chart", about: "Teams and who leads them.", cadence: "P6M", reminder: "P1M", link: "https://wiki.example.com/people/chart"},
		{title: "Cyber insurance policy", about: "The policy as signed.", cadence: "P1Y", reminder: "P1M", sensitive: true, files: []sheet{{75, 20, "insurance.txt", "Policy, limit five million."}}},
		{title: "Customer contract template", about: "What customers are promised about security.", cadence: "P0D", reminder: "P0D", files: []sheet{{70, 300, "contract.txt", "Notice within 72 hours."}}},
		{title: "Data flow diagram", about: "Where personal data comes in, stays and goes.", cadence: "P1Y", reminder: "P1M", owner: 2},
		{title: "Disaster recovery plan", about: "Who does what when a region is gone.", cadence: "P1Y", reminder: "P1M", owner: 1},
		{title: "Physical access log", about: "Who came into the server room.", cadence: "P1M", reminder: "P1W", why: "There is no server room: everything runs at the cloud provider."},
		{
			title: "Vendor security review", about: "Reports of the vendors that hold data.", cadence: "P1Y", reminder: "P3M",
			files: []sheet{{40, 340, "vendors.csv", "vendor,report\nCloud,yes\nMail,yes\n"}},
		},
	}
}

// file makes the documents, and what comes for them later: it is asked each day.
func (f *filler) file(ctx context.Context) error {
	for i, p := range papers() {
		if f.world.ago == f.world.size.Days-4 {
			if err := f.paper(ctx, i, p); err != nil {
				return fmt.Errorf("%s: %w", p.title, err)
			}
		}
		for _, s := range p.files {
			if s.ago != f.world.ago || f.papers[p.title] == "" {
				continue
			}
			if err := f.sheet(ctx, f.keeper(p), f.papers[p.title], s); err != nil {
				return fmt.Errorf("%s: %w", p.title, err)
			}
		}
	}
	return nil
}

// keeper is who looks after a document.
func (f *filler) keeper(p paper) caller.Caller {
	if p.sensitive {
		return f.actor // the managers do not see it
	}
	return f.manager(p.owner)
}

func (f *filler) paper(ctx context.Context, i int, p paper) error {
	c := f.keeper(p)
	sensitivity := [...]string{"MOST_RECENT", "DURING_AUDIT_WINDOW"}[i%2]
	d, err := f.Documents.Create(ctx, c, document.Form{
		Cadence: p.cadence, Description: p.about, Reminder: p.reminder, Sensitive: p.sensitive, TimeSensitivity: sensitivity, Title: p.title,
	})
	if err != nil {
		return err
	}
	f.papers[p.title] = d.ID
	if p.control != "" {
		if _, _, err := f.Program.AddDocument(ctx, c, p.control, d.ID); err != nil {
			return err
		}
	}
	if p.link != "" {
		if _, err := f.Documents.AddLink(ctx, c, d.ID, document.Link{Title: p.title + " in the wiki", URL: p.link}); err != nil {
			return err
		}
	}
	if p.owner > 0 {
		if _, err := f.Documents.SetOwner(ctx, c, d.ID, string(f.managers[p.owner%2].ID)); err != nil {
			return err
		}
	}
	if p.why != "" {
		_, err = f.Documents.Deactivate(ctx, c, d.ID, p.why, nil)
	}
	return err
}

func (f *filler) sheet(ctx context.Context, c caller.Caller, id string, s sheet) error {
	pending, err := f.Documents.Files.Take(strings.NewReader(s.text))
	if err != nil {
		return err
	}
	from := f.now.AddDate(0, 0, -s.before).UnixMilli()
	if _, err := f.Documents.Add(ctx, c, id, document.Coming{EffectiveAt: &from, File: pending, FileName: s.name}); err != nil {
		return err
	}
	if err := pending.Drop(); err != nil {
		return err
	}
	return f.Documents.Submit(ctx, c, id)
}
