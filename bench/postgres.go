// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// cluster is a PostgreSQL server of this run, with the durability it has by
// default. Tests use internal/db/dbtest instead, which switches fsync off.
type cluster struct {
	bin        string
	credential *syscall.SysProcAttr
	dir        string
	port       int
}

// errNoPostgres says that the rows for PostgreSQL are left out.
var errNoPostgres = errors.New("PostgreSQL's server programs (initdb, pg_ctl) are not installed")

// startCluster makes a cluster in a folder of its own and starts it.
func startCluster(ctx context.Context) (c *cluster, err error) {
	c = &cluster{}
	if c.bin, err = serverPrograms(); err != nil {
		return nil, err
	}
	if c.dir, err = os.MkdirTemp("", "bench-postgres-"); err != nil {
		return nil, err
	}
	if err := c.asOther(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	if c.port, err = freePort(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	options := fmt.Sprintf("-c listen_addresses=127.0.0.1 -p %d -c unix_socket_directories=", c.port)
	err = c.run(ctx, "initdb", "-D", c.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
	if err == nil {
		err = c.run(ctx, "pg_ctl", "-D", c.data(), "-w", "-l", filepath.Join(c.dir, "log"), "-o", options, "start")
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	return c, nil
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// stop stops the server and removes its folder.
func (c *cluster) stop() error {
	err := c.run(context.Background(), "pg_ctl", "-D", c.data(), "-m", "immediate", "stop")
	return errors.Join(err, os.RemoveAll(c.dir))
}

func (c *cluster) run(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = c.dir, c.credential
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// asOther lets the server run as user postgres when this is root, which
// PostgreSQL refuses.
func (c *cluster) asOther() error {
	c.credential = &syscall.SysProcAttr{}
	if os.Geteuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return err
	}
	c.credential.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(c.dir, int(uid), int(gid))
}

// create makes an empty database and answers its URL.
func (c *cluster) create(ctx context.Context, name string) (url string, err error) {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", err
	}
	return c.url(name), nil
}

func (c *cluster) url(name string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", c.port, name)
}

func serverPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return "", err
		}
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errNoPostgres
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

func freePort(ctx context.Context) (int, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	tcp, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.Join(fmt.Errorf("unexpected address %s", listener.Addr()), listener.Close())
	}
	return tcp.Port, listener.Close()
}
