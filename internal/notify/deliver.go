// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/mail"
)

// State says how far a batch has come; doc.go draws it.
type State string

// The states; the words stand in rows and on the wire.
const (
	Dropped State = "dropped"
	Failed  State = "failed"
	Open    State = "open"
	Ready   State = "ready"
	Sending State = "sending"
	Sent    State = "sent"
)

// How messages are sent: several workspaces at once, those of one in turn, and none for
// longer than its share of a pass.
const (
	atOnce      = 8
	batchesRead = 50               // of one workspace and pass
	share       = 15 * time.Second // of a workspace in one pass
	unknown     = 5 * time.Minute  // after which a message that was being sent is sent again

	retryFirst = 10 * time.Second
	retryMost  = time.Hour
	giveUp     = 24 * time.Hour
)

// batch is one message, from its first line to the log of what was sent.
type batch struct {
	EndedAt  *int64
	Error    string // of the last try, in words
	ID       string
	Lines    int64
	NextAt   *int64
	OpenedAt int64
	SentTo   string // e-mail, or name of the channel; "" before the first try
	State    State
	Subject  string
	Timing   Choice // Now, Digest, or timingTest
	To       address
	Tries    int64

	content   string // JSON of a written message
	readyAt   *int64
	workspace caller.Workspace
}

// timingTest is that of a message that somebody asks for, to see whether it comes.
const timingTest Choice = "test"

// written is a message as it goes over the line. Rows hold it as JSON between the first
// try and the last, so that each try sends the same.
type written struct {
	HTML        string     `json:"html,omitzero"`
	Said        []said     `json:"said,omitzero"`
	Slack       json.Value `json:"slack,omitzero"`
	Subject     string     `json:"subject"`
	Text        string     `json:"text,omitzero"`
	Unsubscribe string     `json:"unsubscribe,omitzero"`
}

// HasMail says whether mail is due.
func (s *Service) HasMail(ctx context.Context) (bool, error) {
	if !s.Mail.Configured() {
		return false, nil
	}
	return s.hasDue(ctx, mediumMail)
}

// HasSlack says whether a message to Slack is due.
func (s *Service) HasSlack(ctx context.Context) (bool, error) { return s.hasDue(ctx, mediumSlack) }

func (s *Service) hasDue(ctx context.Context, m medium) (due bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = hasDue(ctx, tx, m, s.millis())
		return err
	})
	return due, err
}

// SendMail is a pass: it sends the mail that is due.
func (s *Service) SendMail(ctx context.Context) error {
	if !s.Mail.Configured() {
		return nil
	}
	return s.send(ctx, mediumMail)
}

// SendSlack is a pass: it sends what is due to Slack.
func (s *Service) SendSlack(ctx context.Context) error { return s.send(ctx, mediumSlack) }

func (s *Service) send(ctx context.Context, m medium) error {
	var numbers []int64
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		numbers, err = selectDueIn(ctx, tx, m, s.millis())
		return err
	})
	if err != nil {
		return fmt.Errorf("find what is due: %w", err)
	}
	slots, errs := make(chan struct{}, atOnce), make([]error, len(numbers))
	var all sync.WaitGroup
	for i, number := range numbers {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = s.sendOf(ctx, number, m)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// sendOf sends what is due in one workspace, while its share of the pass lasts.
func (s *Service) sendOf(ctx context.Context, workspace int64, m medium) error {
	began := s.Now()
	var due []batch
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = selectDueBatches(ctx, tx, workspace, m, db.Millis(began), batchesRead)
		return err
	})
	if err != nil {
		return fmt.Errorf("read what is due: %w", err)
	}
	for _, b := range due {
		if ctx.Err() != nil || s.Now().Sub(began) > share {
			return nil //nolint:nilerr // the rest is sent by the next pass
		}
		if err := s.sendOne(ctx, b); err != nil && !isNoRow(err) { // no row: another was first
			return fmt.Errorf("notification %s: %w", b.ID, err)
		}
	}
	return nil
}

// sendOne takes a batch as far as it goes: closes it, writes its message, notes that it is
// being sent, sends it, and notes what became of it.
func (s *Service) sendOne(ctx context.Context, b batch) error {
	if b.State == Open {
		after := b
		now := s.millis()
		after.State, after.readyAt, after.NextAt = Ready, &now, &now
		if err := s.step(ctx, b, after); err != nil {
			return err
		}
		b = after
	}
	to, because, err := s.destination(ctx, b)
	if err != nil {
		return err
	}
	if because != "" {
		return s.end(ctx, b, Dropped, because)
	}
	after := b
	message, err := s.written(ctx, &after)
	if err != nil {
		return err
	}
	until := db.Millis(s.Now().Add(unknown))
	after.State, after.Tries, after.NextAt, after.SentTo, after.Subject = Sending, b.Tries+1, &until, to.shown, message.Subject
	if err := s.step(ctx, b, after); err != nil {
		return err
	}
	return s.settle(context.WithoutCancel(ctx), after, to, s.hand(ctx, after, to, message))
}

// step saves what became of a batch, unless another was first: db.ErrNoRow then.
func (s *Service) step(ctx context.Context, from, b batch) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return stepBatch(ctx, tx, from, b) })
}

// end closes a batch for good. The log keeps what it said, and nothing by which its
// recipient could be spoken for.
func (s *Service) end(ctx context.Context, b batch, state State, because string) error {
	after := b
	now := s.millis()
	content, err := saidOnly(b.content)
	if err != nil {
		return err
	}
	after.State, after.EndedAt, after.NextAt, after.Error, after.content = state, &now, nil, clip(because), content
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := stepBatch(ctx, tx, b, after); err != nil {
			return err
		}
		return deleteLines(ctx, tx, b.ID)
	})
}

// target is where a message goes, as it is now.
type target struct {
	channel *Channel
	email   string
	shown   string
}

// destination finds where a batch goes. because says why it goes nowhere: nobody who has
// left, or does not want it, gets what was waiting.
func (s *Service) destination(ctx context.Context, b batch) (to target, because string, err error) {
	if b.To.Medium == mediumSlack {
		return s.channelOf(ctx, b)
	}
	find := s.People.User
	if b.To.Kind == kindPerson {
		find = s.People.Person
	}
	person, there, err := find(ctx, b.workspace, b.To.ID)
	if err != nil || !there {
		return to, "the recipient is deactivated, or not there any more", err
	}
	var own Preference
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		own, err = selectPreference(ctx, tx, b.workspace.Number, ref{b.To.Kind, b.To.ID})
		return err
	})
	if err == nil && own.MailOff && b.Timing != timingTest {
		return to, "the recipient wants no mail", nil
	}
	return target{email: person.Email, shown: person.Email}, "", err
}

func (s *Service) channelOf(ctx context.Context, b batch) (to target, because string, err error) {
	var all []Channel
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = selectChannels(ctx, tx, b.workspace.Number)
		return err
	}); err != nil {
		return to, "", err
	}
	for _, c := range all {
		if c.ID != b.To.ID {
			continue
		}
		if !c.active() {
			return to, "the channel is switched off", nil
		}
		if c.Owner != "" {
			if _, there, err := s.People.User(ctx, b.workspace, c.Owner); err != nil || !there {
				return to, "the recipient is deactivated, or not there any more", err
			}
		}
		return target{channel: &c, shown: c.Name}, "", nil
	}
	return to, "the channel was deleted", nil
}

// written answers the message of a batch, which is written at the first try and stays as
// it is.
func (s *Service) written(ctx context.Context, b *batch) (m written, err error) {
	if b.content != "" {
		return m, json.Unmarshal([]byte(b.content), &m)
	}
	if m, err = s.compose(ctx, *b); err != nil {
		return m, fmt.Errorf("write the message: %w", err)
	}
	content, err := json.Marshal(m)
	b.content = string(content)
	return m, err
}

func (s *Service) compose(ctx context.Context, b batch) (m written, err error) {
	var lines []line
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		lines, err = selectLines(ctx, tx, b.ID)
		return err
	}); err != nil {
		return m, err
	}
	tests, err := s.Things.Standings(ctx, b.workspace, testsIn(lines))
	if err != nil {
		return m, err
	}
	base, err := s.BaseURL(ctx)
	if err != nil {
		return m, err
	}
	l := letter{Base: base, Digest: b.Timing == Digest, House: b.workspace.Name}.write(lines, tests)
	m.Said = l.said()
	if b.To.Medium == mediumSlack {
		m.Subject = l.subject()
		m.Slack, err = l.slack()
		return m, err
	}
	if m.Unsubscribe, err = s.unsubscribeURL(base, b); err != nil {
		return m, err
	}
	l.Unsubscribe = m.Unsubscribe
	m.Subject = l.subject()
	if m.Text, err = l.text(); err != nil {
		return m, err
	}
	m.HTML, err = l.html()
	return m, err
}

// testsIn answers the tests that a message of some lines names.
func testsIn(lines []line) (ids []string) {
	named := map[Category]int{}
	for _, l := range lines {
		if s := l.Category.sectionOf(); l.Thing.Kind == "test" && named[s] < maxItems {
			named[s]++
			ids = append(ids, l.Thing.ID)
		}
	}
	return ids
}

// hand hands a message to the server of its medium.
func (s *Service) hand(ctx context.Context, b batch, to target, m written) error {
	if to.channel == nil {
		return s.Mail.Send(ctx, mail.Message{
			HTML: m.HTML, ID: "notification." + b.ID, Subject: m.Subject, Text: m.Text, To: to.email, Unsubscribe: m.Unsubscribe,
		})
	}
	url, err := s.Sealer.Open(purposeOf(to.channel.ID), to.channel.sealed)
	if err != nil {
		return err
	}
	return s.Poster.Post(ctx, string(url), m.Slack)
}

// Later is a refusal for a while: the other side says for how long.
type Later struct {
	After   time.Duration
	Message string
}

// Error answers the message.
func (l *Later) Error() string { return l.Message }

// Gone says that an address takes nothing any more.
type Gone struct{ Message string }

// Error answers the message.
func (g *Gone) Error() string { return g.Message }

// settle notes what became of a try. When the process ends before, the message is sent
// once more, under the same Message-ID: nobody can know whether it arrived.
func (s *Service) settle(ctx context.Context, b batch, to target, failed error) error {
	var later *Later
	var gone *Gone
	switch {
	case failed == nil:
		return s.end(ctx, b, Sent, "")
	case errors.As(failed, &gone):
		return s.switchOff(ctx, b, *to.channel, gone.Message)
	}
	s.Logger.WarnContext(ctx, "a notification was not sent", slog.String("notification", b.ID), slog.Int64("try", b.Tries), slog.Any("error", failed))
	wait := min(retryFirst<<min(b.Tries-1, 16), retryMost)
	if errors.As(failed, &later) {
		wait = max(later.After, time.Second)
	}
	next := s.Now().Add(wait)
	if db.Millis(next) > *b.readyAt+giveUp.Milliseconds() {
		return s.end(ctx, b, Failed, "given up after a day: "+failed.Error())
	}
	after, at := b, db.Millis(next)
	after.State, after.NextAt, after.Error = Ready, &at, clip(failed.Error())
	return s.step(ctx, b, after)
}

// switchOff ends a batch whose channel is gone, and the channel with it.
func (s *Service) switchOff(ctx context.Context, b batch, c Channel, because string) error {
	if err := s.end(ctx, b, Failed, because); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, after := s.millis(), c
		after.OffAt, after.OffBecause, after.UpdatedAt = &now, because, now
		if err := updateChannel(ctx, tx, b.workspace.Number, after); err != nil {
			if isNoRow(err) {
				return nil // somebody changed it meanwhile: the next message decides
			}
			return err
		}
		if err := dropWaiting(ctx, tx, b.workspace.Number, c.address(), now, because); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, s.Now(), evidence.Entry{
			Actor: caller.Caller{Kind: caller.System, Name: "muster", Workspace: b.workspace}, Kind: "notification_channel", Subject: c.subject(),
			Body: map[string]any{"what": "disabled", "because": because},
		})
	})
}

// kept is how long the log of what was sent reaches back.
const kept = 90 * 24 * time.Hour

// Purge is a pass: it forgets what was sent long ago.
func (s *Service) Purge(ctx context.Context) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return purgeBatches(ctx, tx, db.Millis(s.Now().Add(-kept)))
	})
}
