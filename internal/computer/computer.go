// SPDX-License-Identifier: Apache-2.0

package computer

import (
	"context"
	"embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/mapping"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// Kind is what mappings call computers.
const Kind mapping.Kind = "computer"

// Outcome is what a check says of a computer.
type Outcome int64

// The outcomes.
const (
	Pass Outcome = iota
	Fail
	InProgress
	NA
)

// String answers the word of the wire.
func (o Outcome) String() string { return [...]string{"PASS", "FAIL", "IN_PROGRESS", "NA"}[o] }

// Check is one of the four checks.
type Check int

// The checks, in the order of the wire.
const (
	ScreenLock Check = iota
	DiskEncryption
	PasswordManager
	Antivirus

	checks = 4
)

func (c Check) condition() string {
	return [...]string{"screenlock", "diskEncryption", "passwordManager", "antivirusInstallation"}[c]
}

// system is an operating system.
type system int64

// systemWords are the words of the wire, by their values; "" for one that is none
// of them.
var systemWords = [...]string{"", "macOS", "linux", "windows"}

// systemOf reads what sources write.
func systemOf(text string) system {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "macos", "mac os x", "mac os", "darwin", "osx":
		return 1
	case "linux", "gnu/linux":
		return 2
	case "windows", "win32", "windows_nt":
		return 3
	}
	return 0
}

// Facet is what lists filter by and counters count.
type Facet struct {
	Late     bool
	Outcomes [checks]Outcome

	system system
}

func (f Facet) code() (code int64) {
	for _, o := range f.Outcomes {
		code = code*4 + int64(o)
	}
	code = code*int64(len(systemWords)) + int64(f.system)
	code *= 2
	if f.Late {
		code++
	}
	return code
}

// facetOf is the inverse of code.
func facetOf(code int64) (f Facet) {
	f.Late = code%2 == 1
	code /= 2
	f.system = system(code % int64(len(systemWords)))
	code /= int64(len(systemWords))
	for i := range f.Outcomes {
		f.Outcomes[checks-1-i] = Outcome(code % 4)
		code /= 4
	}
	return f
}

// System answers the operating system as the wire spells it; "" when unknown.
func (f Facet) System() string { return systemWords[f.system] }

// Computer is a computer as its newest record has it.
type Computer struct {
	Facet

	CreatedAt    time.Time
	Definition   resource.Definition
	DisplayName  string
	ID           string
	Item         resource.Item
	LastCheckAt  *time.Time
	OSVersion    string            // "" when unknown
	Owner        *directory.Person // nil: nobody known
	SerialNumber string
	UDID         string
}

//go:embed base/*.json
var baseFiles embed.FS

// page answers what package mapping needs to know of computers.
func (s *Service) page() (mapping.Page, error) {
	text := []rule.Type{rule.TypeString, rule.TypeEnum}
	shape := mapping.Shape{Kind: Kind, Slots: []mapping.Slot{
		{Name: "operatingSystem", Required: true, Types: text, Values: systemWords[1:]},
		{Name: "osVersion", Types: append([]rule.Type{rule.TypeNumber}, text...)},
		{Name: "serialNumber", Types: text},
		{Name: "udid", Types: text},
		{Name: "owner", Types: text},
		{Name: "lastCheck", Types: []rule.Type{rule.TypeTimestamp}},
	}}
	for check := range Check(checks) {
		shape.Conditions = append(shape.Conditions, check.condition())
	}
	page := mapping.Page{Bases: map[resource.Base]mapping.Mapping{}, Fill: s.fill, Shape: shape, View: s}
	for _, base := range []resource.Base{"MacosUserComputer", "WindowsUserComputer"} {
		text, err := baseFiles.ReadFile("base/" + base.Snake() + ".json")
		var m mapping.Mapping
		if err == nil {
			err = json.Unmarshal(text, &m)
		}
		if err != nil {
			return page, fmt.Errorf("mapping of %s: %w", base, err)
		}
		page.Bases[base] = m
	}
	return page, nil
}

// limits are how long a computer may be left alone before it locks, and how old its
// last check may be.
type limits struct{ idle, silence time.Duration }

// usual are the limits where no test says others. Custom definitions, which have no
// built-in tests of their own, go by its silence.
var usual = limits{idle: 15 * time.Minute, silence: 14 * 24 * time.Hour}

// limiting are the built-in tests, and the settings of them, that say the limits of
// the base types.
var limiting = map[resource.Base]struct{ idle, silence string }{
	"MacosUserComputer":   {"mac-screens-lock/idle", "mac-reported/silence"},
	"WindowsUserComputer": {"windows-screens-lock/idle", "windows-reported/silence"},
}

// limitsOf answers the limits of a definition as its tests have them now.
func (s *Service) limitsOf(ctx context.Context, tx *db.Tx, d resource.Definition) (limits, error) {
	l, from := usual, limiting[d.Base]
	if s.Thresholds == nil || from.idle == "" {
		return l, nil
	}
	settings, err := s.Thresholds.Thresholds(ctx, tx, d)
	if idle, ok := settings[from.idle]; ok {
		l.idle = idle
	}
	if silence, ok := settings[from.silence]; ok {
		l.silence = silence
	}
	return l, err
}

// fill answers what stands for the placeholders of the base types' conditions.
func (s *Service) fill(ctx context.Context, tx *db.Tx, d resource.Definition) (map[string]string, error) {
	l, err := s.limitsOf(ctx, tx, d)
	return map[string]string{"idle": strconv.FormatInt(l.idle.Milliseconds(), 10)}, err
}

// SettingsChanged has the computers of a definition looked at again whose tests ask
// for something else by now, in the transaction of that change.
func (s *Service) SettingsChanged(ctx context.Context, tx *db.Tx, d resource.Definition) error {
	if _, ok := limiting[d.Base]; !ok {
		return nil
	}
	return resource.SetBehind(ctx, tx, d, s)
}

// row is a computer as computer_record has it.
type row struct {
	displayName, osVersion, ownerKey, serialNumber, udid string

	createdAt, updatedAt int64
	facet                Facet
	lastCheckAt, lateAt  maybe
}

// maybe is an instant in ms that may be unknown.
type maybe struct {
	Int64 int64
	Valid bool
}

// rowOf answers the row of a record at an instant.
func rowOf(r *mapping.Reader, n resource.Newest, silence time.Duration, now int64) row {
	r.Read(n.Document)
	c := row{
		createdAt: n.CreatedAt, displayName: shown(nameOf(n)), osVersion: shown(r.Text("osVersion")), ownerKey: directory.EmailKey(shown(r.Text("owner"))),
		serialNumber: shown(r.Text("serialNumber")), udid: shown(r.Text("udid")), updatedAt: n.UpdatedAt,
		facet: Facet{Late: true, system: systemOf(r.Text("operatingSystem"))},
	}
	for check := range Check(checks) {
		c.facet.Outcomes[check] = outcomeOf(r, check.condition())
	}
	if ms, ok := r.Time("lastCheck"); ok {
		c.lastCheckAt, c.lateAt = maybe{ms, true}, maybe{ms + silence.Milliseconds() + 1, true}
	}
	c.turn(now)
	return c
}

// turn brings lateness to an instant.
func (c *row) turn(now int64) {
	if c.facet.Late = !c.lateAt.Valid || c.lateAt.Int64 <= now; c.facet.Late {
		c.lateAt = maybe{}
	}
}

func outcomeOf(r *mapping.Reader, condition string) Outcome {
	if !r.Has(condition) {
		return NA
	}
	switch r.Is(condition) {
	case rule.True:
		return Pass
	case rule.False:
		return Fail
	default:
		return InProgress
	}
}

func nameOf(n resource.Newest) string {
	return resource.Entity{Document: n.Document, UniqueID: n.UniqueID}.Name()
}

// maxShown is how many bytes of a value lists show; the record has all of it.
const maxShown = 1000

// shown answers a value as a column may hold it: PostgreSQL stores no U+0000.
func shown(text string) string {
	text = strings.ReplaceAll(text, "\x00", "\uFFFD")
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "")
	}
	return text
}

// Options are what a Service is made of.
type Options struct {
	DB        *db.DB
	Directory *directory.Service
	Mappings  *mapping.Service
	Now       func() time.Time
	// Thresholds is filled before the first call; nil: the usual limits hold.
	Thresholds Thresholds
}

// Thresholds is package assessment.
type Thresholds interface {
	// Thresholds answers the durations that the built-in tests on a definition ask for
	// now, by test and setting: mac-reported/silence.
	Thresholds(ctx context.Context, tx *db.Tx, d resource.Definition) (map[string]time.Duration, error)
}

// Service shows computers. It is a resource.View and safe for concurrent use.
type Service struct{ Options }

// New makes the service and lets the mappings know of it.
func New(o Options) (*Service, error) {
	s := &Service{o}
	page, err := s.page()
	if err != nil {
		return nil, err
	}
	o.Mappings.Pages = append(o.Mappings.Pages, page)
	return s, nil
}

// Name is of resource.View.
func (s *Service) Name() string { return "computer" }

// Follows is of resource.View.
func (s *Service) Follows(ctx context.Context, tx *db.Tx, d resource.Definition) (bool, error) {
	reader, err := s.Mappings.Reader(ctx, tx, d, Kind)
	return reader != nil, err
}

// Done is of resource.View.
func (s *Service) Done(context.Context, *db.Tx, resource.Definition, []any) error { return nil }

// Landed is of resource.View.
func (s *Service) Landed(context.Context, resource.Definition) error { return nil }
