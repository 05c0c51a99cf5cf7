// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
	"github.com/passmuster/muster/internal/rule"
)

// The floor is what nobody can do without: receive, split, validate, hash,
// compare, store. It has no authentication, no history, no verdicts and no
// evidence. It runs in a process of its own, as the server does.

// digest is the first half of a SHA-256.
type digest [16]byte

// record is one that is to be stored.
type record struct {
	digest   digest
	document []byte
	known    bool // replaces one
	uniqueID string
}

// floorStore is where the floor keeps records.
type floorStore interface {
	// known answers what is stored of a definition.
	known(ctx context.Context, definition int64) (map[string]digest, error)
	// page writes the documents of up to 100 records after a row number.
	page(ctx context.Context, definition, after int64, w io.Writer) error
	// each calls fn for every document of a definition, valid until it returns.
	each(ctx context.Context, definition int64, fn func(document []byte)) error
	// write stores what comes, in one transaction.
	write(ctx context.Context, definition int64, batches <-chan []record) error
}

// floor serves the bare pipeline.
type floor struct {
	store     floorStore
	validator *jtd.Validator

	mu      sync.Mutex
	numbers map[string]int64 // of definitions, by resourceId
}

// serveFloor serves on addr until it is told to stop. storage is the path of a
// SQLite file or the URL of a PostgreSQL database.
func serveFloor(ctx context.Context, addr, storage string) (err error) {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, os.Interrupt)
	defer stop()
	f := &floor{numbers: map[string]int64{}}
	if f.validator, err = floorValidator(); err != nil {
		return err
	}
	if strings.HasPrefix(storage, "postgres://") {
		f.store, err = openFloorPostgres(ctx, storage)
	} else {
		f.store, err = openFloorSQLite(ctx, storage)
	}
	if err != nil {
		return err
	}
	inserter := newInserter(f.store)
	go inserter.run(ctx)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) { answer(w, []byte(`{"hello":"world"}`), nil) })
	mux.HandleFunc("POST /insert", inserter.insert)
	mux.HandleFunc("GET /page/{definition}/{after}", f.page)
	mux.HandleFunc("GET /scan/{definition}", f.scan)
	mux.HandleFunc("PUT /v1/resources/custom_resource", f.put)
	server := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func floorValidator() (*jtd.Validator, error) {
	parsed, err := jtd.Parse([]byte(floorSchema()))
	if err != nil {
		return nil, err
	}
	return jtd.Compile(parsed)
}

// floorSchema is the schema of a whole record.
func floorSchema() string {
	disks := `"definitions": {"disk": {"properties": {"name": {"type": "string"}, "size": {"type": "uint32"}, "encrypted": {"type": "boolean"}}}},`
	inner := strings.Replace(schema, disks, "", 1)
	return `{` + disks + `"properties": {"uniqueId": {"type": "string"}, "displayName": {"type": "string"},
		"externalUrl": {"type": "string"}, "customProperties": ` + inner + `}}`
}

func answer(w http.ResponseWriter, text []byte, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		text = []byte(err.Error())
	}
	_, _ = w.Write(text) // the client is the benchmark, which sees it
}

func (f *floor) number(resourceID string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	number, ok := f.numbers[resourceID]
	if !ok {
		number = int64(len(f.numbers) + 1)
		f.numbers[resourceID] = number
	}
	return number
}

func (f *floor) page(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.ParseInt(r.PathValue("after"), 10, 64)
	if err == nil {
		w.Header().Set("Content-Type", "application/json")
		err = f.store.page(r.Context(), f.number(r.PathValue("definition")), after, w)
	}
	if err != nil {
		answer(w, nil, err)
	}
}

// scan evaluates the first test over everything that is stored.
func (f *floor) scan(w http.ResponseWriter, r *http.Request) {
	failing := 0
	evaluator, err := f.evaluator()
	if err == nil {
		err = f.store.each(r.Context(), f.number(r.PathValue("definition")), func(document []byte) {
			if truth, _ := evaluator.Eval(document, 0); truth != rule.True {
				failing++
			}
		})
	}
	answer(w, fmt.Appendf(nil, `{"failing":%d}`, failing), err)
}

func (f *floor) evaluator() (*rule.Evaluator, error) {
	schema, err := jtd.Parse([]byte(floorSchema()))
	if err != nil {
		return nil, err
	}
	node, problems := rule.Parse([]byte(strings.TrimPrefix(tests()[0], `"passWhen":`)))
	if len(problems) > 0 {
		return nil, fmt.Errorf("rule: %s", problems[0])
	}
	program, err := rule.Compile(node, rule.NewFields(schema))
	if err != nil {
		return nil, err
	}
	return program.NewEvaluator(), nil
}

func (f *floor) put(w http.ResponseWriter, r *http.Request) {
	run := &floorRun{floor: f, chunks: make(chan *floorChunk, 2), batches: make(chan []record, 2)}
	err := run.run(r.Context(), r.Body)
	answer(w, fmt.Appendf(nil, `{"success":true,"sync":{"created":%d,"updated":%d,"unchanged":%d,"removed":0,"held":0}}`,
		run.created, run.updated, run.unchanged), err)
}

// floorRun is one push through three goroutines: one splits, one validates,
// hashes and compares, one writes.
type floorRun struct {
	*floor

	batch                       []record
	batches                     chan []record
	chunks                      chan *floorChunk
	created, updated, unchanged int
	definition                  int64
	known                       map[string]digest
}

// floorChunk is a run of elements.
type floorChunk struct {
	bytes []byte
	ends  []int
}

func (p *floorRun) run(ctx context.Context, body io.Reader) error {
	decoder := json.NewDecoder(body)
	if err := p.open(ctx, decoder); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { defer close(p.chunks); return p.split(ctx, decoder) })
	group.Go(func() error { defer close(p.batches); return p.compare(ctx) })
	group.Go(func() error { return p.store.write(ctx, p.definition, p.batches) })
	return group.Wait()
}

// open reads the beginning of the body and what is known.
func (p *floorRun) open(ctx context.Context, decoder *json.Decoder) (err error) {
	var resourceID string
	for range 5 { // { "resourceId" : id "resources" : [
		token, err := decoder.ReadToken()
		if err != nil {
			return err
		}
		if text := token.String(); token.Kind() == '"' && text != "resourceId" && text != "resources" {
			resourceID = text
		}
	}
	p.definition = p.number(resourceID)
	p.known, err = p.store.known(ctx, p.definition)
	return err
}

const floorChunkSize = 128 << 10

func (p *floorRun) split(ctx context.Context, decoder *json.Decoder) error {
	var c *floorChunk
	for decoder.PeekKind() != ']' {
		element, err := decoder.ReadValue()
		if err != nil {
			return err
		}
		if c == nil {
			c = &floorChunk{bytes: make([]byte, 0, floorChunkSize+4096)}
		}
		c.bytes = append(c.bytes, element...)
		c.ends = append(c.ends, len(c.bytes))
		if len(c.bytes) >= floorChunkSize {
			if err := hand(ctx, p.chunks, c); err != nil {
				return err
			}
			c = nil
		}
	}
	if c == nil {
		return nil
	}
	return hand(ctx, p.chunks, c)
}

func hand[T any](ctx context.Context, to chan<- T, value T) error {
	select {
	case to <- value:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *floorRun) compare(ctx context.Context) error {
	for c := range p.chunks {
		start := 0
		for _, end := range c.ends {
			if err := p.element(ctx, c.bytes[start:end]); err != nil {
				return err
			}
			start = end
		}
	}
	if len(p.batch) == 0 {
		return nil
	}
	return hand(ctx, p.batches, p.batch)
}

func (p *floorRun) element(ctx context.Context, element []byte) error {
	if problem, ok := p.validator.First(element); !ok {
		return fmt.Errorf("not valid: %s", problem.Code)
	}
	sum := sha256.Sum256(element)
	r := record{digest: digest(sum[:16]), document: element, uniqueID: uniqueID(element)}
	before, known := p.known[r.uniqueID]
	switch {
	case known && before == r.digest:
		p.unchanged++
		return nil
	case known:
		r.known = true
		p.updated++
	default:
		p.created++
	}
	p.batch = append(p.batch, r)
	if len(p.batch) < 250 {
		return nil
	}
	full := p.batch
	p.batch = make([]record, 0, 250)
	return hand(ctx, p.batches, full)
}

func uniqueID(element []byte) string {
	for members := jtd.MembersOf(element); members.Next(); {
		if string(members.Name()) == `"uniqueId"` {
			return jtd.Unquote(members.Value())
		}
	}
	return ""
}
