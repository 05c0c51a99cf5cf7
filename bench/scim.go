// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/passmuster/muster/internal/json"
)

// What provisioning is measured with: as many connections as a busy provider
// opens, and a group as large as a company.
const (
	scimConnections = 8
	scimGroup       = 10_000
)

// provider is a directory under load.
type provider struct {
	base  string // scheme and host
	path  string // of the directory
	token string

	group string
	next  atomic.Int64
	users []string // ids
}

// scim measures provisioning: creates, look-ups, pages, members.
func (b *bench) scim(ctx context.Context, e engine) (err error) {
	l, err := b.openLab(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, l.close()) }()
	p, err := l.provider(ctx)
	if err != nil {
		return err
	}
	if err := p.fill(ctx, scimGroup); err != nil {
		return err
	}
	b.say("scim/%s: %d users are there", e, scimGroup)
	for _, m := range p.measures(e) {
		if err := b.compare(ctx, l, p, m); err != nil {
			return err
		}
	}
	// RssAnon and not VmRSS: pages of the database's file, which each connection
	// maps, are the kernel's to take back.
	b.table.bytes(l.title()+": SCIM, memory of its own after the load", 0, l.house.memory("RssAnon"), 100*megabyte)
	return nil
}

// compare measures one row, floor and ours in turn.
func (b *bench) compare(ctx context.Context, l *lab, p *provider, m measure) error {
	var floor, ours []drive
	for range b.rounds {
		bare, err := b.drive(ctx, l.floor, "", m.floor)
		if err != nil {
			return err
		}
		run, err := b.drive(ctx, l.house.process, p.token, m.ours)
		if err != nil {
			return err
		}
		floor, ours = append(floor, bare), append(ours, run)
	}
	rates, costs := [2][]float64{}, [2][]float64{}
	for i, side := range [][]drive{floor, ours} {
		for _, one := range side {
			rates[i], costs[i] = append(rates[i], one.perSecond), append(costs[i], one.cost)
		}
	}
	b.table.perSecond(l.title()+": SCIM "+m.name, median(rates[0]), median(rates[1]), m.goal)
	row := &b.table.rows[len(b.table.rows)-1]
	row.cpu = fmt.Sprintf("%.0f µs (floor %.0f)", median(costs[1]), median(costs[0]))
	return nil
}

// measure is one row: what the floor does and what we do, once.
type measure struct {
	name  string
	goal  float64
	floor func(w *wire) error
	ours  func(w *wire) error
}

// measures are the figures of the contract (scim.md section 4).
func (p *provider) measures(e engine) []measure {
	hello := func(w *wire) error { return w.must("GET", "/hello", "") }
	insert := func(w *wire) error { return w.must("POST", "/insert", userText(int(p.next.Add(1)))) }
	creates := 3000.0
	if e == postgresql {
		creates = 1000
	}
	return []measure{
		{"read by id (floor: hello)", 20_000, hello, func(w *wire) error { return w.must("GET", p.path+"/Users/"+p.someone(), "") }},
		{"filter userName eq (floor: hello)", 20_000, hello, func(w *wire) error {
			name := url.QueryEscape(fmt.Sprintf(`userName eq "user%d@example.com"`, p.next.Add(7919)%int64(len(p.users))))
			return w.must("GET", p.path+"/Users?filter="+name, "")
		}},
		{"list page of 100 (floor: hello)", 2000, hello, func(w *wire) error {
			start := p.next.Add(1)*100%int64(len(p.users)-100) + 1
			return w.must("GET", fmt.Sprintf("%s/Users?startIndex=%d&count=100", p.path, start), "")
		}},
		{"member PATCH in a group of 10,000 (floor: bare insert)", 3000, insert, func(w *wire) error {
			op := []string{"remove", "add"}[p.next.Add(1)%2]
			return w.must("PATCH", p.path+"/Groups/"+p.group, memberText(op, p.someone()))
		}},
		{"create (floor: bare insert)", creates, insert, func(w *wire) error {
			return w.must("POST", p.path+"/Users", userText(int(p.next.Add(1))+1_000_000))
		}},
	}
}

// someone answers one user's id after another, in no order that caches like.
func (p *provider) someone() string { return p.users[p.next.Add(7919)%int64(len(p.users))] }

// drive is what came of a load.
type drive struct {
	cost      float64 // processor time of the server for each, µs: what other programs disturb least
	perSecond float64
}

// drive runs work on all connections for a while.
func (b *bench) drive(ctx context.Context, server *process, token string, work func(*wire) error) (drive, error) {
	var done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	begun, during, used := time.Now(), b.during(), server.cpu()
	for range scimConnections {
		group.Go(func() (err error) {
			w, err := dial(server.base, token)
			if err != nil {
				return err
			}
			defer func() { err = joined(err, w.close()) }()
			for ctx.Err() == nil && time.Since(begun) < during {
				if err := work(w); err != nil {
					return err
				}
				done.Add(1)
			}
			return ctx.Err()
		})
	}
	err := group.Wait()
	count := float64(done.Load())
	return drive{cost: (server.cpu() - used).Seconds() * 1e6 / count, perSecond: count / time.Since(begun).Seconds()}, err
}

// provider makes a directory.
func (l *lab) provider(ctx context.Context) (*provider, error) {
	var made struct {
		BaseURL string `json:"baseUrl"`
		Token   string `json:"token"`
	}
	if err := l.house.admin(ctx, &made, "directory", "create", "--name", "Bench", "--provider", "okta"); err != nil {
		return nil, err
	}
	address, err := url.Parse(made.BaseURL)
	if err != nil {
		return nil, err
	}
	return &provider{base: l.house.base, path: address.Path, token: made.Token}, nil
}

// fill makes users, and a group of all of them.
func (p *provider) fill(ctx context.Context, count int) error {
	p.users = make([]string, count)
	group, _ := errgroup.WithContext(ctx)
	for worker := range scimConnections {
		group.Go(func() (err error) {
			w, err := dial(p.base, p.token)
			if err != nil {
				return err
			}
			defer func() { err = joined(err, w.close()) }()
			for i := worker; i < count; i += scimConnections {
				if p.users[i], err = create(w, p.path+"/Users", userText(i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	w, err := dial(p.base, p.token)
	if err != nil {
		return err
	}
	defer func() { err = joined(err, w.close()) }()
	var members []string
	for _, id := range p.users {
		members = append(members, `{"value":"`+id+`"}`)
	}
	p.group, err = create(w, p.path+"/Groups",
		`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Everyone","members":[`+strings.Join(members, ",")+`]}`)
	return err
}

// create makes a resource and answers its id.
func create(w *wire, path, text string) (string, error) {
	if err := w.must("POST", path, text); err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(w.body, &made); err != nil {
		return "", err
	}
	if made.ID == "" {
		return "", errors.New("a resource was made without an id")
	}
	return made.ID, nil
}

// userText is what Okta sends for somebody new.
func userText(i int) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"user%d@example.com",`+
		`"name":{"givenName":"Given%d","familyName":"Family%d"},"emails":[{"primary":true,"value":"user%d@example.com","type":"work"}],`+
		`"displayName":"Given%d Family%d","locale":"en-US","externalId":"00u%d","groups":[],"active":true}`, i, i, i, i, i, i, i)
}

func memberText(op, id string) string {
	if op == "remove" {
		return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"` + id + `\"]"}]}`
	}
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"` + id + `"}]}]}`
}
