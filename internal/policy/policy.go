// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
)

// Limits of a workspace and of a policy.
const (
	maxGroups   = 50
	maxName     = 200
	maxPolicies = 500
	maxReason   = 1000
	maxText     = 10_000
	maxVersion  = 500_000 // characters of a version's text
)

// User is what policies need to know of a user.
type User struct {
	Email, ID, Name string
	MayOwn          bool
}

// Users answers users by id or e-mail; NotFound when there is none.
type Users interface {
	PolicyUser(ctx context.Context, c caller.Caller, ref string) (User, error)
}

// Files keep what is uploaded, by workspace and content.
type Files interface {
	Get(ctx context.Context, workspace, sum string) ([]byte, error)
	Put(ctx context.Context, workspace string, r io.Reader) (sum string, size int64, err error)
}

// Options fill a Service.
type Options struct {
	DB        *db.DB
	Directory *directory.Service
	Files     Files
	Now       func() time.Time
	Users     Users
}

// Service is the feature. It is directory's Policies, and safe for concurrent use.
type Service struct{ Options }

// New makes the service and lets the directory know of it.
func New(o Options) *Service {
	s := &Service{o}
	o.Directory.Policies = s
	return s
}

// Settings are what a policy's file says, but for its groups.
type Settings struct {
	Approver         string `json:"approver"` // user id; "": whoever may write policies
	AuthorMayApprove bool   `json:"authorMayApprove"`
	DaysToAccept     int    `json:"daysToAccept"`
	Description      string `json:"description"`
	Name             string `json:"name"`
	Owner            string `json:"owner"` // user id; "": nobody
	Renewal          string `json:"renewal"`
}

func (s Settings) acceptMillis() int64 {
	return (time.Duration(s.DaysToAccept) * 24 * time.Hour).Milliseconds()
}

// Group is a group whose members must accept.
type Group struct {
	ID   directory.GroupID
	Name string
}

// Policy is one as it stands.
type Policy struct {
	CreatedAt, UpdatedAt int64 // ms
	Groups               []Group
	ID, Slug             string
	Settings             Settings

	askedAt, askedNumber, version int64
	head                          head
}

// head is what the newest version and the newest approved one are.
type head struct {
	approved   int64  // number; 0: none
	approvedAt *int64 // ms
	number     int64  // 0: there is no version
	status     Status
	sum        string // SHA-256 of the newest approved one; find fills it
}

// ApprovedAt answers when the version that counts was approved; nil: none was.
func (p Policy) ApprovedAt() *int64 { return p.head.approvedAt }

// Latest answers the status of the newest version at an instant.
func (p Policy) Latest(now time.Time) Status {
	switch {
	case p.head.number == 0:
		return NotStarted
	case p.head.number != p.head.approved:
		return p.head.status
	}
	return standing(db.Time(*p.head.approvedAt), p.Settings.Renewal, now)
}

// Expires answers when the version that counts expires; nil: never, or none does.
func (p Policy) Expires() *time.Time {
	if p.head.approvedAt == nil {
		return nil
	}
	return expiry(db.Time(*p.head.approvedAt), p.Settings.Renewal)
}

// OK says whether a version counts at an instant and has not expired.
func (p Policy) OK(now time.Time) bool {
	return p.head.approvedAt != nil && standing(db.Time(*p.head.approvedAt), p.Settings.Renewal, now) != Expired
}

func errNone(ref string) error { return fault.New(fault.NotFound, "there is no policy %q", ref) }

var errRaced = fault.New(fault.Conflict, "somebody else changed the policy at the same moment; look at it and try again")

// find answers a policy whole, and its versions.
func find(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (p Policy, versions []Version, err error) {
	p, err = selectPolicy(ctx, tx, w, ref)
	if errors.Is(err, db.ErrNoRow) {
		return p, nil, errNone(ref)
	}
	if err != nil {
		return p, nil, err
	}
	if p.Groups, err = selectGroups(ctx, tx, w, p.ID); err != nil {
		return p, nil, err
	}
	versions, err = selectVersions(ctx, tx, p.ID)
	p.settle(versions)
	return p, versions, err
}

// settle learns what the newest versions are, of all of them.
func (p *Policy) settle(versions []Version) {
	p.head = head{}
	for _, v := range versions { // the newest first
		if p.head.number == 0 {
			p.head.number, p.head.status = v.Number, v.Status
		}
		if v.Status == Approved && p.head.approved == 0 {
			p.head.approved, p.head.approvedAt, p.head.sum = v.Number, v.ApprovedAt, v.SHA256
		}
	}
}

// List answers policies of the caller's workspace by id, after one, and whether there
// are more. Groups are not filled.
func (s *Service) List(ctx context.Context, c caller.Caller, after string, limit int) (all []Policy, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		heads := map[string]*head{}
		if all, err = selectPolicies(ctx, tx, c.Workspace, after, limit+1); err != nil || len(all) == 0 {
			return err
		}
		if more = len(all) > limit; more {
			all = all[:limit]
		}
		if err := selectHeads(ctx, tx, c.Workspace, after, heads); err != nil {
			return err
		}
		for i := range all {
			if h := heads[all[i].ID]; h != nil {
				all[i].head = *h
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("list policies: %w", err)
	}
	return all, more, nil
}

// Get answers a policy by id or slug; NotFound when there is none.
func (s *Service) Get(ctx context.Context, c caller.Caller, ref string) (p Policy, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, _, err = find(ctx, tx, c.Workspace, ref)
		return err
	})
	return p, err
}

// Create makes a policy from its file form. Faults: Invalid, Conflict for a slug that
// is taken, Impossible when there are too many.
func (s *Service) Create(ctx context.Context, c caller.Caller, text []byte) (Policy, error) {
	d, err := s.read(ctx, c, text)
	if err != nil {
		return Policy{}, err
	}
	now := db.Millis(s.Now())
	made := Policy{CreatedAt: now, Groups: d.groups, ID: db.NewID(s.Now()), Settings: d.settings, Slug: d.slug, UpdatedAt: now, version: 1}
	if made.Slug == "" {
		if made.Slug = form.Slug(d.settings.Name); !isSlug(made.Slug) {
			return Policy{}, fault.At(fault.Problem{Pointer: "/slug", Message: "must be present: the name has too few letters to make one of"})
		}
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := countPolicies(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		if n >= maxPolicies {
			return fault.New(fault.Impossible, "a workspace has at most %d policies", maxPolicies)
		}
		if err := insertPolicy(ctx, tx, c.Workspace, made); err != nil {
			return err
		}
		if err := moveGroups(ctx, tx, c.Workspace, made.ID, d.groups, now); err != nil {
			return err
		}
		return s.note(ctx, tx, c, made, "created", made.told())
	})
	if db.IsUnique(err) {
		err = fault.New(fault.Conflict, "there is a policy with the slug %q already", made.Slug)
	}
	return made, err
}

// Put makes a policy be as its file form says: the one of its slug, which is made of the
// name when absent, or a new one. Faults are those of Create and Replace.
func (s *Service) Put(ctx context.Context, c caller.Caller, text []byte) (p Policy, created bool, err error) {
	d, err := s.read(ctx, c, text)
	if err != nil {
		return p, false, err
	}
	slug := d.slug
	if slug == "" {
		slug = form.Slug(d.settings.Name)
	}
	if _, err = s.Get(ctx, c, slug); fault.KindOf(err) == fault.NotFound {
		p, err = s.Create(ctx, c, text)
		return p, true, err
	}
	if err == nil {
		p, err = s.Replace(ctx, c, slug, text)
	}
	return p, false, err
}

// Replace makes a policy's settings be as a file form says. Versions and acceptances
// stay. Faults: Invalid, NotFound, Conflict.
func (s *Service) Replace(ctx context.Context, c caller.Caller, ref string, text []byte) (Policy, error) {
	d, err := s.read(ctx, c, text)
	if err != nil {
		return Policy{}, err
	}
	return s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, p *Policy, _ []Version) error {
		if d.slug != "" && d.slug != p.Slug {
			return fault.At(fault.Problem{Pointer: "/slug", Message: "a policy keeps its slug, which is " + p.Slug})
		}
		p.Settings, p.Groups = d.settings, d.groups
		if err := moveGroups(ctx, tx, c.Workspace, p.ID, d.groups, p.UpdatedAt); err != nil {
			return err
		}
		return s.note(ctx, tx, c, *p, "replaced", p.told())
	})
}

// change lets do change a policy in a transaction, which is refused when somebody
// else's came first; UpdatedAt is the present.
func (s *Service) change(ctx context.Context, c caller.Caller, ref string, do func(context.Context, *db.Tx, *Policy, []Version) error) (p Policy, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var versions []Version
		if p, versions, err = find(ctx, tx, c.Workspace, ref); err != nil {
			return err
		}
		p.UpdatedAt = db.Millis(s.Now())
		if err := do(ctx, tx, &p, versions); err != nil {
			return err
		}
		err := updatePolicy(ctx, tx, p)
		if errors.Is(err, db.ErrNoRow) {
			return errRaced
		}
		return err
	})
	return p, err
}

// Delete takes a policy away, with its versions and acceptances; the ledger keeps what
// happened to it.
func (s *Service) Delete(ctx context.Context, c caller.Caller, ref string) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, _, err := find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		if err := deletePolicy(ctx, tx, p.ID); err != nil {
			return err
		}
		return s.note(ctx, tx, c, p, "deleted", p.told())
	})
}

func (p Policy) told() map[string]any {
	groups := []string{}
	for _, g := range p.Groups {
		groups = append(groups, g.Name)
	}
	return map[string]any{"slug": p.Slug, "policy": p.Settings, "groups": groups}
}

// note leaves an entry of evidence.
func (s *Service) note(ctx context.Context, tx *db.Tx, c caller.Caller, p Policy, what string, more map[string]any) error {
	body := map[string]any{"what": what}
	for name, value := range more {
		body[name] = value
	}
	return evidence.Append(ctx, tx, s.Now(), evidence.Entry{
		Actor: c, Kind: "policy", Subject: evidence.Subject{Kind: "policy", ID: p.ID, Name: p.Settings.Name}, Body: body,
	})
}
