// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// engine is a database.
type engine string

const (
	postgresql engine = "postgresql"
	sqlite     engine = "sqlite"
)

// lab is a server on empty data and the floor on its own, side by side.
type lab struct {
	bench  *bench
	build  *application // pushes
	engine engine
	floor  *process
	house  *house
	names  int
}

// openLab starts both.
func (b *bench) openLab(ctx context.Context, e engine) (*lab, error) {
	l := &lab{bench: b, engine: e}
	if err := l.open(ctx); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

func (l *lab) open(ctx context.Context) (err error) {
	b := l.bench
	floorStorage, url := b.folder("floor")+".db", ""
	if l.engine == postgresql {
		if floorStorage, err = b.database(ctx, "floor"); err != nil {
			return err
		}
		if url, err = b.database(ctx, "muster"); err != nil {
			return err
		}
	}
	if l.floor, err = launch(ctx, b.folder("floor")+".log", "/hello", nil, b.self, "-floor", "{addr}", floorStorage); err != nil {
		return err
	}
	if l.house, err = openHouse(ctx, b.binary, b.folder("data"), url); err != nil {
		return err
	}
	if l.build, err = l.house.application(ctx, "bench build", "build"); err != nil {
		return err
	}
	l.house.manage, err = l.house.application(ctx, "bench manage", "manage")
	return err
}

func (l *lab) close() error {
	var err error
	if l.floor != nil {
		err = l.floor.stop()
	}
	if l.house != nil {
		err = errors.Join(err, l.house.stop())
	}
	for _, e := range l.bench.leftovers() {
		err = errors.Join(err, os.RemoveAll(e))
	}
	return err
}

// leftovers are the data files of labs: a run would need many gigabytes.
func (b *bench) leftovers() []string {
	var list []string
	for _, pattern := range []string{"data-*", "floor-*"} {
		found, err := filepath.Glob(filepath.Join(b.dir, pattern))
		if err == nil { // the patterns are well formed
			list = append(list, found...)
		}
	}
	return list
}

// database makes a database in the run's cluster, which it starts first.
func (b *bench) database(ctx context.Context, name string) (url string, err error) {
	if b.cluster == nil {
		if b.cluster, err = startCluster(ctx); err != nil {
			return "", err
		}
	}
	b.folders++
	return b.cluster.create(ctx, fmt.Sprintf("%s_%d", name, b.folders))
}

// define makes a definition with one record, without which there can be no
// tests, and with tests on it.
func (l *lab) define(ctx context.Context, rules ...string) (resourceID string, err error) {
	l.names++
	name := fmt.Sprintf("%s %d", l.engine, l.names)
	if resourceID, err = l.house.define(ctx, l.build, name, l.bench.schemaFile()); err != nil {
		return "", err
	}
	if _, _, err := newCaller().put(ctx, l.house.base, l.build.token, resourceID, seedBody()); err != nil {
		return "", err
	}
	for i, rule := range rules {
		if _, err := l.house.manage.createTest(ctx, fmt.Sprintf("%s test %d", name, i), resourceID, rule); err != nil {
			return "", err
		}
	}
	return resourceID, nil
}

// seedBody is the first record of every set.
func seedBody() *body { return newSet(1, ascending).body(0) }

// title is what rows of the engine begin with.
func (l *lab) title() string {
	return strings.NewReplacer(string(sqlite), "SQLite", string(postgresql), "PostgreSQL").Replace(string(l.engine))
}
