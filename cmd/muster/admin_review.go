// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/review"
	spread "github.com/passmuster/muster/internal/sheet" // sheet is a part of a CSV source here
)

type adminReviewCmd struct {
	List   reviewListCmd   `cmd:"" help:"List access reviews and how far they are."`
	Report reviewReportCmd `cmd:"" help:"Write the accounts of an access review and what was decided."`
}

type reviewListCmd struct{}

type reviewJSON struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Status      string `json:"status"`
	Due         string `json:"due,omitempty"`
	Pending     int64  `json:"pending"`
	Kept        int64  `json:"kept"`
	ToBeRemoved int64  `json:"toBeRemoved"`
	Removed     int64  `json:"removed"`
	Gone        int64  `json:"gone"`
}

// Run lists access reviews.
func (c *reviewListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		list, rows := []reviewJSON{}, [][]string{{"ID", "STATUS", "DECIDED", "REMOVED", "DUE", "NAME"}}
		q := review.Query{Limit: 100}
		for more := true; more; {
			page, further, err := a.Reviews.List(a.sys.ctx, a.actor, q)
			if err != nil {
				return err
			}
			for _, r := range page {
				n := r.Counts
				one := reviewJSON{
					ID: string(r.ID), Name: r.Name, Status: r.State.Word(), Pending: n[review.Pending], Kept: n[review.Kept],
					ToBeRemoved: n[review.ToRemove], Removed: n[review.Removed], Gone: n[review.Gone],
				}
				if r.DueAt != nil {
					one.Due = r.DueAt.Format(time.DateOnly)
				}
				list, q.After = append(list, one), r.ID
				rows = append(rows, []string{
					one.ID, strings.ToLower(strings.ReplaceAll(one.Status, "_", " ")), fmt.Sprintf("%d of %d", n.Total()-one.Pending, n.Total()),
					fmt.Sprintf("%d of %d", one.Removed, one.Removed+one.ToBeRemoved), one.Due, one.Name,
				})
			}
			more = further
		}
		return a.answer(list, "%s", table(rows))
	})
}

type reviewReportCmd struct {
	ID     string `arg:"" help:"Id of the access review."`
	Format string `default:"csv" enum:"csv,xlsx,json" help:"csv, xlsx or json."`
	Output string `default:"-" help:"File to write; - is standard output." placeholder:"FILE" short:"o"`
}

// Run writes the report.
func (c *reviewReportCmd) Run(a *adminContext) error {
	return a.open(func() error {
		if _, err := a.Reviews.Get(a.sys.ctx, a.actor, review.ID(c.ID)); err != nil {
			return err
		}
		return a.toFile(c.Output, func(w io.Writer) error {
			if c.Format == "json" {
				return a.Reviews.Report(a.sys.ctx, a.actor, review.ID(c.ID), w)
			}
			return a.Reviews.Table(a.sys.ctx, a.actor, review.ID(c.ID), spread.Format(c.Format), w)
		})
	})
}
