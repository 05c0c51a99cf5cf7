// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/passmuster/muster/internal/json"
)

// The pack that is tampered with: the header is line 1, entry n is line n+2, the
// checkpoints follow on lines 14 to 16, the last line is 17.
const tamperSize = 12

func tamperPack(tb testing.TB) []byte { return goodPack(tb, tamperSize, 4, 7, 10) }

// entryAt names the entry of position i as a mismatch does.
func entryAt(i int) Mismatch {
	e := testEntry(i)
	return Mismatch{Position: int64(i), ID: e.ID, Kind: e.Kind, Line: int64(i + 2)}
}

// at is the entry of one position with something else standing on its line.
func at(position int, id, kind string) Mismatch {
	return Mismatch{Position: int64(position), ID: id, Kind: kind, Line: int64(position + 2)}
}

func part(kind string, line int64) Mismatch { return Mismatch{Position: -1, Kind: kind, Line: line} }

// tampering changes the lines of the pack and says whom Verify must name.
type tampering struct {
	change func(list []string) []string
	want   Mismatch
	reason string // part of it
}

// editEntry answers a change to the parsed line of entry i.
func editEntry(i int, edit func(*entryLine)) func([]string) []string {
	return func(list []string) []string {
		l, _, err := parseEntry([]byte(list[i+1]), nil, nil)
		if err != nil {
			panic(err)
		}
		edit(&l)
		list[i+1] = string(l.append(nil))
		return list
	}
}

// otherBody answers the entry with one digit of its body changed.
func otherBody(entry []byte) []byte {
	return bytes.Replace(bytes.Clone(entry), []byte(`"ratio":0.25`), []byte(`"ratio":0.35`), 1)
}

// replace answers a change of the first old in line n (from 1).
func replace(n int, old, with string) func([]string) []string {
	return func(list []string) []string {
		if !strings.Contains(list[n-1], old) {
			panic(fmt.Sprintf("line %d has no %q", n, old))
		}
		list[n-1] = strings.Replace(list[n-1], old, with, 1)
		return list
	}
}

// renumber gives the entries from position on the numbers that their lines ask for.
func renumber(list []string, position int) []string {
	for i := position; i+1 < len(list) && strings.HasPrefix(list[i+1], entryStart); i++ {
		list = editEntry(i, func(l *entryLine) { l.position = int64(i) })(list)
	}
	return list
}

func drop(i int) func([]string) []string {
	return func(list []string) []string { return slices.Delete(list, i+1, i+2) }
}

func then(changes ...func([]string) []string) func([]string) []string {
	return func(list []string) []string {
		for _, change := range changes {
			list = change(list)
		}
		return list
	}
}

func from(position int) func([]string) []string {
	return func(list []string) []string { return renumber(list, position) }
}

func swap(i, j int) func([]string) []string {
	return func(list []string) []string {
		list[i], list[j] = list[j], list[i]
		return list
	}
}

func insert(i int, line func(list []string) string) func([]string) []string {
	return func(list []string) []string { return slices.Insert(list, i, line(list)) }
}

func entryTamperings() map[string]tampering {
	foreign := testEntry(99)
	foreignBytes, err := Encode(foreign)
	if err != nil {
		panic(err)
	}
	inserted := func(list []string) string {
		l, _, _ := parseEntry([]byte(list[6]), nil, nil)
		l.entry, l.hash = foreignBytes, Leaf(foreignBytes)
		return string(l.append(nil))
	}
	body := func(l *entryLine) { l.entry = otherBody(l.entry) }
	bodyAndHash := func(l *entryLine) { l.entry = otherBody(l.entry); l.hash = Leaf(l.entry) }
	e2, e5, e6, e7 := testEntry(2), testEntry(5), testEntry(6), testEntry(7)
	return map[string]tampering{
		"body":                        {editEntry(5, body), entryAt(5), "hash beside it"},
		"body of the first":           {editEntry(0, body), entryAt(0), "hash beside it"},
		"body of the last":            {editEntry(11, body), entryAt(11), "hash beside it"},
		"hash":                        {editEntry(5, func(l *entryLine) { l.hash[31] ^= 1 }), entryAt(5), "hash beside it"},
		"body and hash":               {editEntry(5, bodyAndHash), entryAt(5), "signed root"},
		"body and hash of the first":  {editEntry(0, bodyAndHash), entryAt(0), "signed root"},
		"body and hash of two":        {then(editEntry(9, bodyAndHash), editEntry(5, bodyAndHash)), entryAt(5), "signed root"},
		"body and hash of 0 and 1":    {then(editEntry(0, bodyAndHash), editEntry(1, bodyAndHash)), entryAt(0), "signed root"},
		"proof":                       {editEntry(5, func(l *entryLine) { l.proof[2][0] ^= 1 }), entryAt(5), "signed root"},
		"proof of the first":          {editEntry(0, func(l *entryLine) { l.proof[0][0] ^= 1 }), entryAt(0), "signed root"},
		"proof too short":             {editEntry(5, func(l *entryLine) { l.proof = l.proof[1:] }), entryAt(5), "too short"},
		"proof too long":              {editEntry(5, func(l *entryLine) { l.proof = append(l.proof, Hash{}) }), entryAt(5), "too long"},
		"position":                    {editEntry(5, func(l *entryLine) { l.position = 6 }), entryAt(5), "entry 6 stands"},
		"white space":                 {replace(7, `{"entry":`, `{ "entry":`), entryAt(5), "canonical"},
		"white space in the entry":    {replace(7, `"ratio":0.25`, `"ratio": 0.25`), entryAt(5), "canonical"},
		"white space behind":          {replace(7, `]}`, `]} `), entryAt(5), "canonical"},
		"carriage return":             {replace(7, `]}`, "]}\r"), entryAt(5), "canonical"},
		"members in another order":    {replace(7, `"created":5,"ratio":0.25`, `"ratio":0.25,"created":5`), entryAt(5), "canonical"},
		"number in another spelling":  {replace(7, `"ratio":0.25`, `"ratio":0.250`), entryAt(5), "canonical"},
		"broken syntax":               {replace(7, `"ratio":0.25`, `"ratio":0.25}`), at(5, "", ""), ""},
		"empty line":                  {func(list []string) []string { list[6] = ""; return list }, at(5, "", ""), "canonical"},
		"dropped":                     {drop(5), at(5, e6.ID, e6.Kind), "entry 6 stands"},
		"dropped and renumbered":      {then(drop(5), from(5)), at(5, e6.ID, e6.Kind), "too short|signed root"},
		"first dropped":               {drop(0), at(0, testEntry(1).ID, "sync"), "entry 1 stands"},
		"first dropped, renumbered":   {then(drop(0), from(0)), at(0, testEntry(1).ID, "sync"), "signed root"},
		"swapped":                     {swap(3, 6), at(2, e5.ID, e5.Kind), "entry 5 stands"},
		"swapped and renumbered":      {then(swap(3, 6), from(0)), at(2, e5.ID, e5.Kind), "signed root"},
		"neighbours swapped, rebuilt": {then(swap(6, 7), from(0)), at(5, e6.ID, e6.Kind), "signed root"},
		"duplicated":                  {insert(4, func(l []string) string { return l[3] }), at(3, e2.ID, e2.Kind), "entry 2 stands"},
		"duplicated and renumbered":   {then(insert(4, func(l []string) string { return l[3] }), from(0)), at(3, e2.ID, e2.Kind), "signed root"},
		"inserted":                    {insert(6, inserted), at(5, foreign.ID, foreign.Kind), "signed root"},
		"inserted and renumbered":     {then(insert(6, inserted), from(0)), at(5, foreign.ID, foreign.Kind), "signed root"},
		"appended":                    {insert(13, inserted), at(12, foreign.ID, foreign.Kind), "one too many"},
		"tail cut":                    {then(drop(11), drop(10)), Mismatch{Position: 10, Line: 12}, "the entries end here"},
		"checkpoint among entries":    {insert(7, func(l []string) string { return l[13] }), Mismatch{Position: 6, Line: 8}, "missing"},
		"two lines in one":            {func(l []string) []string { l[8] += l[9]; return slices.Delete(l, 9, 10) }, at(7, "", ""), "canonical"},
		"first of many":               {then(editEntry(9, body), editEntry(7, body)), at(7, e7.ID, e7.Kind), "hash beside it"},
	}
}

func otherTamperings(tb testing.TB) map[string]tampering {
	log, signer, stranger := growTree(tb, tamperSize), testSigner(tb, 1), testSigner(tb, 2)
	strange := stranger.Verifier().String()
	header := func(edit func(*headerLine)) func([]string) []string {
		return func(list []string) []string {
			h, err := parseHeader([]byte(list[0]))
			if err != nil {
				panic(err)
			}
			edit(&h)
			line, _ := h.append(nil)
			list[0] = string(line)
			return list
		}
	}
	final := func(signed []byte) func([]string) []string {
		return header(func(h *headerLine) { h.Checkpoint = string(signed) })
	}
	earlier := func(n int, signed []byte) func([]string) []string {
		return func(list []string) []string {
			_, proof, err := parseCheckpointLine([]byte(list[n-1]))
			if err != nil {
				panic(err)
			}
			line, _ := appendCheckpoint(nil, string(signed), proof)
			list[n-1] = string(line)
			return list
		}
	}
	falseRoot := func(size int64) Checkpoint {
		return Checkpoint{Origin: Origin(testWorkspace), Size: size, Root: Hash{7}, Time: testStart}
	}
	elsewhere := Checkpoint{Origin: "muster/elsewhere", Size: tamperSize, Root: log.frontier.Root(), Time: testStart}
	forged := bytes.Replace(sign(tb, signer, log, 12), []byte("\n12\n"), []byte("\n13\n"), 1)
	forged7 := bytes.Replace(sign(tb, signer, log, 7), []byte("\n7\n"), []byte("\n6\n"), 1)
	first := entryAt(0)
	return map[string]tampering{
		"format":                            {replace(1, "evidence/1", "evidence/2"), part(PartHeader, 1), "not known"},
		"header's count":                    {header(func(h *headerLine) { h.Entries = 13 }), part(PartHeader, 1), "counts 13"},
		"header's origin":                   {header(func(h *headerLine) { h.Origin = "muster/x" }), part(PartHeader, 1), "muster/x"},
		"header's workspace":                {header(func(h *headerLine) { h.Workspace.ID = "x" }), part(PartHeader, 1), "workspace x"},
		"header's key":                      {header(func(h *headerLine) { h.Key = strange }), part(PartCheckpoint, 1), "another key"},
		"header's white space":              {replace(1, `,"entries"`, `, "entries"`), part(PartHeader, 1), "canonical"},
		"header dropped":                    {func(l []string) []string { return l[1:] }, part(PartHeader, 1), "first line"},
		"checkpoint's signature":            {final(forged), part(PartCheckpoint, 1), "signature"},
		"checkpoint by another key":         {final(sign(tb, stranger, log, 12)), part(PartCheckpoint, 1), "another key"},
		"checkpoint of another workspace":   {final(signCheckpoint(tb, signer, elsewhere)), part(PartHeader, 1), "elsewhere"},
		"checkpoint of less":                {final(sign(tb, signer, log, 10)), part(PartHeader, 1), "counts 12"},
		"checkpoint of another root":        {final(signCheckpoint(tb, signer, falseRoot(12))), Mismatch{Position: 10, Kind: PartCheckpoint, Line: 2}, "10 entries before"},
		"the same, without earlier ones":    {then(final(signCheckpoint(tb, signer, falseRoot(12))), without(14, 16)), first, "made anew"},
		"earlier checkpoint's signature":    {earlier(15, forged7), part(PartCheckpoint, 15), "signature"},
		"earlier checkpoint by another key": {earlier(15, sign(tb, stranger, log, 7)), part(PartCheckpoint, 15), "another key"},
		"earlier checkpoint's root":         {earlier(15, signCheckpoint(tb, signer, falseRoot(7))), Mismatch{Position: 4, Kind: PartCheckpoint, Line: 15}, "rewritten"},
		"first earlier checkpoint's root":   {earlier(14, signCheckpoint(tb, signer, falseRoot(4))), Mismatch{Position: 0, Kind: PartCheckpoint, Line: 14}, "rewritten"},
		"earlier checkpoint's workspace":    {earlier(15, signCheckpoint(tb, signer, elsewhere)), part(PartCheckpoint, 15), "elsewhere"},
		"earlier checkpoint counts more":    {earlier(15, signCheckpoint(tb, signer, falseRoot(13))), part(PartCheckpoint, 15), "counts 13"},
		"earlier checkpoints swapped":       {swap(13, 14), part(PartCheckpoint, 15), "behind"},
		"earlier checkpoint repeated":       {insert(15, func(l []string) string { return l[14] }), part(PartCheckpoint, 16), "behind"},
		"earlier checkpoint's white space":  {replace(15, `","proof"`, `", "proof"`), part(PartCheckpoint, 15), "canonical"},
		"stray line":                        {insert(14, func([]string) string { return "{}" }), part(PartTrailer, 15), "canonical"},
	}
}

func without(first, last int) func([]string) []string {
	return func(list []string) []string { return slices.Delete(list, first-1, last) }
}

// TestTampering: whatever was changed, and even if the last line was made to fit
// again, the first entry or part that does not fit is named.
func TestTampering(t *testing.T) {
	good := lines(tamperPack(t))
	all := entryTamperings()
	for name, c := range otherTamperings(t) {
		all[name] = c
	}
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			list := c.change(slices.Clone(good))
			if slices.Equal(list, good) {
				t.Fatal("the case changes nothing")
			}
			checkMismatch(t, []byte(strings.Join(list, "\n")+"\n"), c)
			checkMismatch(t, seal(t, list), c)
		})
	}
}

func checkMismatch(t *testing.T, pack []byte, c tampering) {
	t.Helper()
	_, err := Verify(bytes.NewReader(pack), Options{})
	var got *Mismatch
	if !errors.As(err, &got) {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(c.want, *got, cmpopts.IgnoreFields(Mismatch{}, "Reason")); diff != "" {
		t.Errorf("%v\n%s", got, diff)
	}
	fits := func(reason string) bool { return strings.Contains(got.Reason, reason) }
	if !slices.ContainsFunc(strings.Split(c.reason, "|"), fits) {
		t.Errorf("reason %q has no %q", got.Reason, c.reason)
	}
}

// TestLastLine changes what only the last line knows.
func TestLastLine(t *testing.T) {
	good := lines(tamperPack(t))
	last := len(good)
	for name, c := range map[string]tampering{
		"count of entries":     {replace(last, `"entries":12`, `"entries":11`), part(PartTrailer, 17), "counts 11"},
		"count of checkpoints": {replace(last, `"checkpoints":3`, `"checkpoints":2`), part(PartTrailer, 17), "counts 2"},
		"checkpoint dropped":   {without(15, 15), part(PartTrailer, 16), "counts 3"},
		"dropped and counted":  {then(without(15, 15), replace(16, `"checkpoints":3`, `"checkpoints":2`)), part(PartTrailer, 16), "digest"},
		"workspace's name":     {replace(1, "Acme", "Acne"), part(PartHeader, 1), "first line"},
		"digest of the pack":   {replace(last, `"pack":"`, `"pack":"A`), part(PartTrailer, 17), "digest"},
		"dropped":              {without(17, 17), part(PartTrailer, 17), "ends before it"},
		"white space":          {replace(last, `"pack":`, `"pack": `), part(PartTrailer, 17), "canonical"},
		"something behind":     {func(l []string) []string { return append(l, l[16]) }, part(PartTrailer, 18), "follows"},
		"empty line behind":    {func(l []string) []string { return append(l, "") }, part(PartTrailer, 18), "follows"},
	} {
		t.Run(name, func(t *testing.T) {
			checkMismatch(t, []byte(strings.Join(c.change(slices.Clone(good)), "\n")+"\n"), c)
		})
	}
}

// TestCutAnywhere cuts the pack behind each of its bytes.
func TestCutAnywhere(t *testing.T) {
	const size = 4
	good := goodPack(t, size, 2)
	for cut := range good {
		m := verifyBad(t, good[:cut])
		if want := positionOf(size, bytes.Count(good[:cut], []byte{'\n'})+1); m.Position != want {
			t.Fatalf("cut at %d: %v, want entry %d", cut, m, want)
		}
	}
}

// TestEveryByte changes one bit of each byte of a pack; TestEveryBit changes all
// bits of a small one. Nothing may pass, and a change within the line of an entry
// is named with its position.
func TestEveryByte(t *testing.T) {
	flip(t, tamperPack(t), tamperSize, func(at, bit int) bool { return bit == at%8 })
}

func TestEveryBit(t *testing.T) {
	flip(t, goodPack(t, 2, 1), 2, func(int, int) bool { return true })
}

func flip(t *testing.T, good []byte, size int, chosen func(at, bit int) bool) {
	t.Helper()
	line := 1
	for i, c := range good {
		for bit := range 8 {
			if !chosen(i, bit) {
				continue
			}
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			m := verifyBad(t, bad)
			if want := positionOf(size, line); want >= 0 && m.Position != want {
				t.Fatalf("bit %d of byte %d: %v, want entry %d", bit, i, m, want)
			}
		}
		if c == '\n' {
			line++
		}
	}
}

// positionOf answers which entry a line of a pack of size entries holds, or -1.
func positionOf(size, line int) int64 {
	if line < 2 || line > size+1 {
		return -1
	}
	return int64(line - 2)
}

func verifyBad(t *testing.T, pack []byte) *Mismatch {
	t.Helper()
	_, err := Verify(bytes.NewReader(pack), Options{})
	var m *Mismatch
	if !errors.As(err, &m) {
		t.Fatalf("got %v for %s", err, pack)
	}
	return m
}

// TestRewrittenHistory is what somebody does who has the database but not the key:
// change an entry, build the tree anew, and export under the old checkpoints.
func TestRewrittenHistory(t *testing.T) {
	signer, log := testSigner(t, 1), growTree(t, tamperSize)
	earlier := [][]byte{sign(t, signer, log, 4), sign(t, signer, log, 7), sign(t, signer, log, 10)}
	signed := sign(t, signer, log, tamperSize)
	for changed, want := range []int64{0, 0, 0, 0, 4, 4, 4, 7, 7, 7, 10, 10} {
		entries := slices.Clone(log.entries)
		entries[changed] = otherBody(entries[changed])
		other := (&tree{}).add(entries...)
		_, err := Verify(bytes.NewReader(pack(t, signer.Verifier(), other, signed, earlier...)), Options{})
		var m *Mismatch
		if !errors.As(err, &m) || m.Position != want || !strings.Contains(m.Reason, "made anew") {
			t.Errorf("entry %d rewritten: %v, want entry %d", changed, err, want)
		}
		// Somebody who has the key too signs it: the earlier checkpoints tell.
		_, err = Verify(bytes.NewReader(pack(t, signer.Verifier(), other, sign(t, signer, other, tamperSize), earlier...)), Options{})
		if changed >= 10 {
			if err != nil {
				t.Errorf("entry %d rewritten before any checkpoint held it: %v", changed, err)
			}
			continue
		}
		if !errors.As(err, &m) || m.Position != want || !strings.Contains(m.Reason, "rewritten") {
			t.Errorf("entry %d rewritten and signed: %v, want entry %d", changed, err, want)
		}
	}
}

// TestDamagedDatabase exports a tree whose rows were changed underneath.
func TestDamagedDatabase(t *testing.T) {
	signer, log := testSigner(t, 1), growTree(t, tamperSize)
	signed, earlier := sign(t, signer, log, tamperSize), sign(t, signer, log, 7)
	log.entries[5] = otherBody(log.entries[5])
	checkMismatch(t, pack(t, signer.Verifier(), log, signed, earlier), tampering{want: entryAt(5), reason: "hash beside it"})
	log.entries[5] = []byte("not\neven JSON")
	checkMismatch(t, pack(t, signer.Verifier(), log, signed, earlier), tampering{want: at(5, "", ""), reason: "canonical"})
}

func TestStreams(t *testing.T) {
	signer := testSigner(t, 1)
	verify := func(edit func(i int, e *Entry)) *Mismatch {
		log := &tree{}
		for i := range 6 {
			e := testEntry(i)
			edit(i, &e)
			log.add(encode(t, e))
		}
		_, err := Verify(bytes.NewReader(pack(t, signer.Verifier(), log, sign(t, signer, log, 6))), Options{})
		var m *Mismatch
		errors.As(err, &m)
		return m
	}
	if m := verify(func(i int, e *Entry) { e.Stream, e.Sequence = fmt.Sprint("s", i%2), int64(i/2) }); m != nil {
		t.Errorf("two streams: %v", m)
	}
	if m := verify(func(i int, e *Entry) { e.Stream, e.Sequence = "s", int64(i*i) }); m != nil {
		t.Errorf("gaps: %v", m)
	}
	for _, sequence := range []int64{0, 2, 4} {
		m := verify(func(i int, e *Entry) {
			if e.Stream, e.Sequence = "s", int64(i); i == 5 {
				e.Sequence = sequence
			}
		})
		if m == nil || m.Position != 5 || !strings.Contains(m.Reason, "does not follow 4") {
			t.Errorf("sequence %d behind 4: %v", sequence, m)
		}
	}
	m := verify(func(i int, e *Entry) {
		if i == 3 {
			e.Workspace = "elsewhere"
		}
	})
	if m == nil || m.Position != 3 || !strings.Contains(m.Reason, "elsewhere") {
		t.Errorf("entry of another workspace: %v", m)
	}
}

func TestExpectedKey(t *testing.T) {
	pack := tamperPack(t)
	report, err := Verify(bytes.NewReader(pack), Options{Key: testSigner(t, 2).Verifier().String()})
	var m *Mismatch
	if !errors.As(err, &m) || m.Kind != PartHeader || !strings.Contains(m.Reason, report.Fingerprint) {
		t.Errorf("%v, %v", report, err)
	}
}

func TestMismatchSentences(t *testing.T) {
	for want, m := range map[string]Mismatch{
		"entry 5 (sync e5) does not fit: why (line 7)": {Position: 5, ID: "e5", Kind: "sync", Line: 7, Reason: "why"},
		"entry 5 does not fit: why (line 7)":           {Position: 5, Kind: PartCheckpoint, Line: 7, Reason: "why"},
		"the trailer does not fit: why (line 7)":       {Position: -1, Kind: PartTrailer, Line: 7, Reason: "why"},
		"the pack does not fit: why (line 7)":          {Position: -1, Line: 7, Reason: "why"},
	} {
		if got := m.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestLossyBody: an entry that the encoder would refuse is refused when read, too.
func TestLossyBody(t *testing.T) {
	text := bytes.Replace(encode(t, testEntry(1)), []byte(`0.25`), []byte(`9007199254740994`), 1)
	if canonical, err := json.Canonical(text); err != nil || !bytes.Equal(canonical, text) {
		t.Fatal("the case is not canonical")
	}
	if _, err := Decode(text); err == nil {
		t.Error("accepted")
	}
}
