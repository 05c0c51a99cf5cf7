// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Version is one version of a policy.
type Version struct {
	ApprovedAt, SubmittedAt *int64 // ms
	ApprovedBy, Author      string // names
	Changes                 string
	CreatedAt               int64
	FileName                string // "": a text
	Minor                   bool
	Number                  int64
	SHA256                  string // of text or file
	Size                    int64
	Status                  Status // as it is stored
	Text                    string

	authorID, policy string
}

// At answers the version's status at an instant, and when it expires; nil: it does not,
// or does not count.
func (v Version) At(p Policy, now time.Time) (Status, *time.Time) {
	switch {
	case v.Status != Approved:
		return v.Status, nil
	case v.Number != p.head.approved:
		return Replaced, nil
	}
	at := db.Time(*v.ApprovedAt)
	return standing(at, p.Settings.Renewal, now), expiry(at, p.Settings.Renewal)
}

// actorID names who is asking, so that two can be told apart.
func actorID(c caller.Caller) string { return string(c.Kind) + ":" + c.ID }

// Writing is what somebody writes as a draft.
type Writing struct {
	Changes string
	Minor   bool
	Text    string
}

// Versions answers all versions, the newest first, with their policy.
func (s *Service) Versions(ctx context.Context, c caller.Caller, ref string) (p Policy, all []Version, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, all, err = find(ctx, tx, c.Workspace, ref)
		return err
	})
	return p, all, err
}

// Version answers one version by its number, with its policy.
func (s *Service) Version(ctx context.Context, c caller.Caller, ref string, number int64) (Policy, Version, error) {
	p, all, err := s.Versions(ctx, c, ref)
	if err != nil {
		return p, Version{}, err
	}
	for _, v := range all {
		if v.Number == number {
			return p, v, nil
		}
	}
	return p, Version{}, fault.New(fault.NotFound, "%s has no version %d", p.Settings.Name, number)
}

// Write makes the draft of a policy be a text. Faults: Invalid, NotFound, Impossible
// while a version waits for approval.
func (s *Service) Write(ctx context.Context, c caller.Caller, ref string, w Writing) (Policy, Version, error) {
	switch n := utf8.RuneCountInString(w.Text); {
	case strings.TrimSpace(w.Text) == "":
		return Policy{}, Version{}, fault.At(fault.Problem{Pointer: "/text", Message: "must be present and not empty"})
	case n > maxVersion:
		return Policy{}, Version{}, fault.At(fault.Problem{Pointer: "/text", Message: "must have at most 500000 characters"})
	case strings.ContainsRune(w.Text+w.Changes, 0):
		return Policy{}, Version{}, fault.At(fault.Problem{Pointer: "/text", Message: "must not hold the character U+0000"})
	case utf8.RuneCountInString(w.Changes) > maxText:
		return Policy{}, Version{}, fault.At(fault.Problem{Pointer: "/changes", Message: "must have at most 10000 characters"})
	}
	sum := sha256.Sum256([]byte(w.Text))
	return s.draft(ctx, c, ref, func(v *Version) {
		v.Changes, v.Minor, v.Text = w.Changes, w.Minor, w.Text
		v.FileName, v.SHA256, v.Size = "", hex.EncodeToString(sum[:]), int64(len(w.Text))
	})
}

// Upload makes the draft of a policy be a file. Faults: Invalid, NotFound, TooLarge,
// Impossible while a version waits for approval.
func (s *Service) Upload(ctx context.Context, c caller.Caller, ref, name string, w Writing, content io.Reader) (p Policy, v Version, err error) {
	if name = fileName(name); name == "" {
		return p, v, fault.At(fault.Problem{Pointer: "/name", Message: "must be the name of a file, of 1 to 200 characters"})
	}
	if utf8.RuneCountInString(w.Changes) > maxText {
		return p, v, fault.At(fault.Problem{Pointer: "/changes", Message: "must have at most 10000 characters"})
	}
	if _, err := s.Get(ctx, c, ref); err != nil { // before anything is kept
		return p, v, err
	}
	sum, size, err := s.Files.Put(ctx, c.Workspace.ID, content)
	if err != nil {
		return p, v, err
	}
	if size == 0 {
		return p, v, fault.New(fault.Invalid, "the file is empty")
	}
	return s.draft(ctx, c, ref, func(v *Version) {
		v.Changes, v.Minor, v.Text = w.Changes, w.Minor, ""
		v.FileName, v.SHA256, v.Size = name, sum, size
	})
}

// fileName answers the last part of a name that people gave, without what could
// mislead whoever downloads it; "" when nothing is left.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`"<>|:*?/`, r) {
			return -1
		}
		return r
	}, name)
	if name = strings.Trim(name, ". "); utf8.RuneCountInString(name) > maxName {
		return ""
	}
	return name
}

// draft lets put write the draft, which is made when there is none.
func (s *Service) draft(ctx context.Context, c caller.Caller, ref string, put func(*Version)) (Policy, Version, error) {
	return s.step(ctx, c, ref, func(p *Policy, versions []Version, v *Version) (string, map[string]any, error) {
		*v = Version{CreatedAt: p.UpdatedAt, Number: 1, Status: Draft, policy: p.ID}
		if len(versions) > 0 {
			switch newest := versions[0]; newest.Status {
			case Pending:
				return "", nil, fault.New(fault.Impossible, "version %d waits for approval, and what waits never changes; return it first", newest.Number)
			case Draft:
				*v = newest
			default:
				v.Number = newest.Number + 1
			}
		}
		v.authorID, v.Author = actorID(c), c.Name
		put(v)
		return "version drafted", nil, nil
	})
}

// step lets do change one version of a policy, writes it and the policy, and leaves an
// entry of evidence with its number and hash; do says what is done.
func (s *Service) step(ctx context.Context, c caller.Caller, ref string, do func(*Policy, []Version, *Version) (string, map[string]any, error)) (p Policy, v Version, err error) {
	p, err = s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, p *Policy, versions []Version) error {
		if len(versions) > 0 {
			v = versions[0]
		}
		what, more, err := do(p, versions, &v)
		if err != nil {
			return err
		}
		if err := putVersion(ctx, tx, c.Workspace, v); err != nil {
			return err
		}
		body := map[string]any{"version": v.Number, "sha256": v.SHA256, "minor": v.Minor}
		if v.FileName != "" {
			body["file"] = v.FileName
		}
		for name, value := range more {
			body[name] = value
		}
		if p.head.number != v.Number {
			versions = append([]Version{v}, versions...)
		} else {
			versions[0] = v
		}
		p.settle(versions)
		return s.note(ctx, tx, c, *p, what, body)
	})
	return p, v, err
}

// Submit asks for the approval of the draft, which does not change from here on.
// Faults: NotFound, Impossible without a draft.
func (s *Service) Submit(ctx context.Context, c caller.Caller, ref string) (Policy, Version, error) {
	return s.step(ctx, c, ref, func(p *Policy, versions []Version, v *Version) (string, map[string]any, error) {
		if len(versions) == 0 || v.Status != Draft {
			return "", nil, fault.New(fault.Impossible, "%s has no draft to submit", p.Settings.Name)
		}
		v.Status, v.SubmittedAt = Pending, &p.UpdatedAt
		return "version submitted", nil, nil
	})
}

// waiting answers why no version of a policy can be decided on.
func waiting(p *Policy, versions []Version, v *Version) error {
	if len(versions) == 0 || v.Status != Pending {
		return fault.New(fault.Impossible, "no version of %s waits for approval", p.Settings.Name)
	}
	return nil
}

// Approve lets the version that waits count from now on. Faults: NotFound, Impossible
// when none waits, Forbidden for its author and for whoever is not the approver.
func (s *Service) Approve(ctx context.Context, c caller.Caller, ref string) (Policy, Version, error) {
	return s.step(ctx, c, ref, func(p *Policy, versions []Version, v *Version) (string, map[string]any, error) {
		if err := waiting(p, versions, v); err != nil {
			return "", nil, err
		}
		only := p.Settings.Approver
		switch {
		case only != "" && c.Kind != caller.CommandLine && (c.Kind != caller.User || c.ID != only):
			return "", nil, fault.New(fault.Forbidden, "another user is named to approve %s", p.Settings.Name)
		case !p.Settings.AuthorMayApprove && v.authorID == actorID(c):
			return "", nil, fault.New(fault.Forbidden, "who wrote a version of %s may not approve it", p.Settings.Name)
		}
		v.Status, v.ApprovedAt, v.ApprovedBy = Approved, &p.UpdatedAt, c.Name
		asks := !v.Minor || p.askedNumber == 0
		if asks {
			p.askedNumber, p.askedAt = v.Number, p.UpdatedAt
		}
		return "version approved", map[string]any{"asksForAcceptance": asks}, nil
	})
}

// Return makes the version that waits a draft again, with a reason. Faults: Invalid,
// NotFound, Impossible when none waits.
func (s *Service) Return(ctx context.Context, c caller.Caller, ref, reason string) (Policy, Version, error) {
	if err := checkReason(reason); err != nil {
		return Policy{}, Version{}, err
	}
	return s.step(ctx, c, ref, func(p *Policy, versions []Version, v *Version) (string, map[string]any, error) {
		if err := waiting(p, versions, v); err != nil {
			return "", nil, err
		}
		v.Status, v.SubmittedAt = Draft, nil
		return "version returned", map[string]any{"reason": reason}, nil
	})
}

func checkReason(reason string) error {
	if strings.TrimSpace(reason) == "" || utf8.RuneCountInString(reason) > maxReason || strings.ContainsRune(reason, 0) {
		return fault.At(fault.Problem{Pointer: "/reason", Message: "must have 1 to 1000 characters"})
	}
	return nil
}

// File answers the file of a version. Faults: NotFound, also when it is a text.
func (s *Service) File(ctx context.Context, c caller.Caller, ref string, number int64) (Version, []byte, error) {
	_, v, err := s.Version(ctx, c, ref, number)
	if err != nil {
		return v, nil, err
	}
	if v.FileName == "" {
		return v, nil, fault.New(fault.NotFound, "version %d is a text and has no file", number)
	}
	content, err := s.Files.Get(ctx, c.Workspace.ID, v.SHA256)
	return v, content, err
}
