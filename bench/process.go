// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/passmuster/muster/internal/json"
)

// process is a program under measurement that answers on loopback.
type process struct {
	base    string
	cmd     *exec.Cmd
	log     string // file of what it says
	started time.Duration
}

// launch starts a program, given its arguments with {addr} for the address to
// listen on, and waits until path answers 200.
func launch(ctx context.Context, log, path string, env []string, command ...string) (*process, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	args := make([]string, len(command))
	for i, arg := range command {
		args[i] = strings.ReplaceAll(arg, "{addr}", addr)
	}
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	p := &process{base: "http://" + addr, log: log}
	p.cmd = exec.Command(args[0], args[1:]...) //nolint:noctx // stopped by stop
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = append(os.Environ(), env...), out, out
	begun := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if err := p.ready(ctx, path); err != nil {
		text, _ := os.ReadFile(log) // for the message only
		return nil, errors.Join(fmt.Errorf("start %s: %w\n%s", args[0], err, text), p.stop())
	}
	p.started = time.Since(begun)
	return p, nil
}

func (p *process) ready(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+path, nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			continue // does not listen yet
		}
		if err := resp.Body.Close(); err != nil {
			return err
		}
		if resp.StatusCode == http.StatusOK {
			return nil
		}
	}
}

// stop ends the program as an operator does.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := p.cmd.Wait(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() >= 0 {
			return fmt.Errorf("%s: %w", p.cmd.Path, err)
		}
	}
	return nil
}

// memory answers a figure of /proc/PID/status in bytes: VmRSS or VmHWM (its
// peak); 0 where there is no /proc.
func (p *process) memory(name string) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				return 0
			}
			return kilobytes << 10
		}
	}
	return 0
}

// cpu answers the processor time used so far, to 10 ms; 0 where there is no
// /proc.
func (p *process) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	const user, system, tick = 11, 12, 10 * time.Millisecond // fields after the name, which may hold spaces
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+2:]))
	var sum time.Duration
	for _, field := range []int{user, system} {
		ticks, err := strconv.ParseInt(fields[field], 10, 64)
		if err != nil {
			return 0
		}
		sum += time.Duration(ticks) * tick
	}
	return sum
}

// resetPeak makes VmHWM start again from what is resident now.
func (p *process) resetPeak() {
	// Where it cannot be reset the peak is that of the whole run.
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0o600)
}

// house is a running server with the data it works on.
type house struct {
	*process
	binary string
	env    []string
	manage *application // may read and write tests
}

// noLimits switches the rate limits off, which would stop a benchmark first.
func noLimits() []string {
	var env []string
	for _, class := range []string{"OAUTH", "INTEGRATION", "MANAGE", "AUDIT", "UNKNOWN"} {
		env = append(env, "MUSTER_RATE_"+class+"=0")
	}
	return env
}

// openHouse starts the binary on a data folder; url is that of a PostgreSQL
// database, "" for SQLite.
func openHouse(ctx context.Context, binary, data, url string) (*house, error) {
	env := append(noLimits(), "MUSTER_DATA="+data)
	if url != "" {
		env = append(env, "MUSTER_DATABASE="+url)
	}
	p, err := launch(ctx, filepath.Join(filepath.Dir(data), filepath.Base(data)+".log"), "/readyz", env, binary, "serve", "--listen", "{addr}")
	if err != nil {
		return nil, err
	}
	return &house{process: p, binary: binary, env: env}, nil
}

// admin runs an admin command and decodes what it prints.
func (h *house) admin(ctx context.Context, out any, args ...string) error {
	cmd := exec.CommandContext(ctx, h.binary, append(append([]string{"admin"}, args...), "--json")...)
	cmd.Env = append(os.Environ(), h.env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("muster admin %s: %w\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return json.Unmarshal(text, out)
}

// application makes an application and gets it a token.
func (h *house) application(ctx context.Context, name, kind string) (*application, error) {
	a := &application{house: h}
	if err := h.admin(ctx, a, "app", "create", "--name", name, "--type", kind); err != nil {
		return nil, err
	}
	return a, a.mint(ctx)
}

// define makes a definition of an application.
func (h *house) define(ctx context.Context, a *application, name, schemaFile string) (resourceID string, err error) {
	var answer struct {
		ResourceID string `json:"resourceId"`
	}
	err = h.admin(ctx, &answer, "resource", "create", "--app", a.ID, "--name", name, "--base", "CustomResource", "--schema", schemaFile)
	return answer.ResourceID, err
}
