// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"slices"
	"strings"
)

// Module is the module path that our own imports start with.
const Module = "github.com/passmuster/muster"

// The limits of style: aim under 40 lines a function, never over 100.
const (
	aimFunction = 40
	maxFunction = 100
	maxFile     = 600
)

// line is one package of the architecture.
type line struct {
	name  string // import path without module and internal/
	floor int
	may   string // packages of ours that it may import, separated by spaces
}

// What features have in common, so that a line below shows what is particular.
const (
	plumbing = "api caller db fault json jobs telemetry web "
	feature  = plumbing + "evidence workspace "
)

// table is the architecture. It changes only in a visible line; keep it sorted
// within a floor.
var table = []line{
	// Floor 0, pure: no I/O, no clock, no product noun but the wire structs.
	{"api", 0, "json"},
	{"caller", 0, "fault"},
	{"deadline", 0, "json"},
	{"fault", 0, ""},
	{"form", 0, "fault json"},
	{"json", 0, ""},
	{"jtd", 0, "json"},
	{"proof", 0, "json"},
	{"rule", 0, "json jtd"},
	{"scim/filter", 0, "json scim/schema"},
	{"scim/patch", 0, "json scim/filter scim/schema"},
	{"scim/schema", 0, "json"},

	// Floor 1, plumbing: knows no product noun.
	{"blob", 1, "fault"},
	{"blob/blobtest", 1, ""},
	{"breach", 1, "fault"},
	{"breach/generate", 1, "breach"},
	{"config", 1, "fault json"},
	{"db", 1, "fault json"},
	{"db/dbtest", 1, "db"},
	{"egress", 1, "fault"},
	{"facet", 1, "db"},
	{"jobs", 1, "db fault json telemetry"},
	{"mail", 1, "fault"},
	{"mail/mailtest", 1, "mail"},
	{"randtest", 1, ""},
	{"seal", 1, "fault"},
	{"sheet", 1, ""},
	{"telemetry", 1, "json"},
	{"ui", 1, ""},
	{"web", 1, "api caller fault json telemetry"},

	// Floor 2, features: one noun each.
	{"access", 2, feature},
	{"account", 2, feature + "directory facet jtd resource sheet"},
	{"assessment", 2, feature + "assessment/builtin deadline form jtd resource rule sla"},
	{"assessment/builtin", 2, "fault form json"},
	{"computer", 2, feature + "directory facet mapping resource rule"},
	{"dashboard", 2, plumbing},
	{"directory", 2, feature},
	{"document", 2, feature + "blob"},
	{"door", 2, plumbing},
	{"evidence", 2, plumbing + "proof workspace"},
	{"feed", 2, feature + "assessment resource"},
	{"home", 2, feature + "assessment document policy program resource review"},
	{"integration", 2, feature + "directory facet resource"},
	{"live", 2, feature + "assessment resource"},
	{"mapping", 2, feature + "jtd resource rule"},
	{"notify", 2, feature + "feed mail seal sla"},
	{"oauth", 2, feature},
	{"offboarding", 2, feature + "account computer directory sla"},
	{"passkey", 2, feature + "access signin"},
	{"policy", 2, feature + "directory form"},
	{"program", 2, feature + "assessment document form scope"},
	{"resource", 2, feature + "jtd"},
	{"review", 2, feature + "account directory facet resource sheet sla"},
	{"scim", 2, feature + "access directory scim/filter scim/patch scim/schema seal"},
	{"scope", 2, feature + "assessment form resource"},
	{"signin", 2, feature + "access mail seal"},
	{"sla", 2, feature + "deadline form"},
	{"sso", 2, feature + "access egress seal signin"},
	{"stream", 2, feature + "egress feed"},
	{"system", 2, plumbing},
	{"vulnerability", 2, feature + "facet mapping resource rule sla"},
	{"webhook", 2, feature + "egress feed form seal"},
	{"workspace", 2, plumbing},

	// Floor 3, faces and assembly.
	{"app", 3, feature + "access account assessment assessment/builtin blob breach computer config dashboard directory document door egress feed home integration jtd live mail mapping notify oauth offboarding passkey policy program proof resource review rule scim scope seal sheet signin sla sso stream system vulnerability webhook"},
	{"archtest", 3, ""},
	{"bench", 3, "api app client config demo json jtd proof rule"},
	{"client", 3, "api json"},
	{"cmd/muster", 3, feature + "access account app assessment assessment/builtin client config deadline demo directory document emulator jtd mapping notify oauth policy program proof resource review scim scope sheet signin sla stream ui webhook"},
	{"demo", 3, "access app assessment caller directory document integration json oauth policy resource review"},
	{"emulator", 3, "app caller json oauth resource"},
}

// home says where an import from outside the module may stand.
type home struct {
	path     string // an import path; what lies below it is meant too
	packages string // the only packages that may have it, separated by spaces
	because  string
}

var homes = []home{
	{"encoding/json", "", "it takes repeated members and bad UTF-8 as they come: use internal/json"},
	{"github.com/go-json-experiment/json", "json", "internal/json is the one door to it"},
	{"github.com/jackc/pgx/v5", "bench db db/dbtest", "features speak to *db.Tx"},
	{"github.com/minio/minio-go/v7", "blob", "features keep files by blob, wherever they lie"},
	{"github.com/pressly/goose/v3", "db", "migrations belong to db"},
	{"github.com/xuri/excelize/v2", "sheet", "tables are written by sheet, whose cells cannot run"},
	{"modernc.org/sqlite", "bench db", "features speak to *db.Tx"},
}

// impure is what floor 0 may not import, and what lies below it.
var impure = []string{
	"crypto/rand", "database/sql", "io/ioutil", "log", "math/rand", "net", "os", "plugin", "runtime/debug", "syscall", "testing",
}

// pureAnyway lies below something impure and does no I/O.
var pureAnyway = []string{"net/mail", "net/netip", "net/url"}

// outside is all that floor 0 may import from outside the standard library.
var outside = []string{"github.com/go-json-experiment/json", "golang.org/x/mod/sumdb"}

// clock is what reads or waits for the time in package time.
var clock = []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"}

// rooms are, within a feature, the files that certain imports belong in.
var rooms = []struct{ path, file string }{
	{"database/sql", "store"},
	{"net/http", "api"},
}

// find answers the table's line for a package.
func find(name string) (line, bool) {
	i := slices.IndexFunc(table, func(l line) bool { return l.name == name })
	if i < 0 {
		return line{}, false
	}
	return table[i], true
}

// allows says whether the table lets the package import another of ours.
func (l line) allows(other string) bool {
	return slices.Contains(strings.Fields(l.may), other)
}

// below says whether an import path is root or lies below it.
func below(path, root string) bool {
	return path == root || strings.HasPrefix(path, root+"/")
}

func anyBelow(path string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool { return below(path, root) })
}
