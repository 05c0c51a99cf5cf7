// SPDX-License-Identifier: Apache-2.0

package dbtest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// cluster is a running PostgreSQL server of this process.
type cluster struct {
	port int
}

// serverPrograms answers the folder that holds initdb and postgres.
func serverPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("PostgreSQL's server programs (initdb, postgres) are not installed")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// startCluster makes a cluster in a temporary folder and starts it. A watcher
// shell, which outlives a test binary that is killed, stops the server and
// removes the folder when the pipe from this process closes.
func startCluster(bin string) (*cluster, error) {
	dir, err := os.MkdirTemp("", "muster-postgres-")
	if err != nil {
		return nil, err
	}
	credential, err := serverUser(dir)
	if err != nil {
		return nil, err
	}
	run := func(name string, args ...string) error {
		cmd := exec.Command(filepath.Join(bin, name), args...) //nolint:noctx // bounded by the programs' own time-outs
		cmd.Dir, cmd.SysProcAttr = dir, credential
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", name, err, out)
		}
		return nil
	}
	data := filepath.Join(dir, "data")
	if err := run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return nil, err
	}
	if err := watch(bin, dir, data, credential); err != nil {
		return nil, err
	}
	log := filepath.Join(dir, "log")
	for tries := 1; ; tries++ {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		err = run("pg_ctl", "-D", data, "-w", "-t", "300", "-l", log, "-o", settings(port), "start")
		if err == nil {
			return &cluster{port: port}, nil
		}
		// Packages are tested side by side: another one may have got the port first.
		if text, _ := os.ReadFile(log); tries == 10 || !strings.Contains(string(text), "Address already in use") {
			return nil, fmt.Errorf("%w\n%s", err, text)
		}
		if err := os.Remove(log); err != nil {
			return nil, err
		}
	}
}

// settings are the server's. Durability is off: these clusters never outlive their
// process. Nobody counts a table, nor cleans it up, at a moment of the server's own:
// what statements are planned by is then the same in every run.
func settings(port int) string {
	return fmt.Sprintf("-c listen_addresses=127.0.0.1 -p %d -c fsync=off -c full_page_writes=off "+
		"-c unix_socket_directories= -c max_connections=200 -c shared_buffers=64MB -c autovacuum=off", port)
}

// watch starts the shell that cleans up: its standard input ends with this
// process, however that ends.
func watch(bin, dir, data string, credential *syscall.SysProcAttr) error {
	script := `cat >/dev/null; "$1/pg_ctl" -D "$2" -m immediate -t 20 stop >/dev/null 2>&1; rm -rf "$3"`
	cmd := exec.Command("sh", "-c", script, "sh", bin, data, dir) //nolint:noctx // it must outlive every context
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential.Credential, Setsid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	keep(pipe)
	return cmd.Start()
}

var kept []io.Closer // open until the process ends

func keep(c io.Closer) { kept = append(kept, c) }

// serverUser answers the credential that the server runs under and gives it
// the folder: user postgres when this process is root, else nothing special.
func serverUser(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, int(uid), int(gid)); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // answers at once
	if err != nil {
		return 0, err
	}
	_, text, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return 0, errors.Join(err, listener.Close())
	}
	if err := listener.Close(); err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(text))
}

func (c *cluster) url(name string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", c.port, name)
}
