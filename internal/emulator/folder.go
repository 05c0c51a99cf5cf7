// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// prefix begins the name of each folder, and tells the broom that one is ours.
const prefix = "muster-emulator-"

// Folder holds the data of one server. A second process, the broom, waits for the
// end of this one on a pipe and then takes the folder away: the system closes the
// pipe however the process ends, by kill -9 too.
type Folder struct {
	Path string

	broom *exec.Cmd
	pipe  io.Closer
}

// NewFolder makes a folder under the first of the places that will have one; the
// place "" is the system's own for temporary files. program and arguments start the
// broom, which must call Sweep with its standard input; the folder's path is added.
func NewFolder(ctx context.Context, places []string, program string, arguments ...string) (*Folder, error) {
	path, err := makeIn(places)
	if err != nil {
		return nil, fmt.Errorf("make a folder for the emulator: %w", err)
	}
	f := &Folder{Path: path}
	// Not bound to the context: it must outlive what is cancelled.
	f.broom = exec.CommandContext(context.WithoutCancel(ctx), program, append(arguments, path)...)
	f.broom.Dir = filepath.Dir(path) // not ours: nobody's folder is held busy
	apart(f.broom)
	pipe, err := f.broom.StdinPipe()
	if err == nil {
		f.pipe = pipe
		err = f.broom.Start()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start what clears up after the emulator: %w", err), os.RemoveAll(path))
	}
	return f, nil
}

func makeIn(places []string) (path string, err error) {
	for _, place := range places {
		if path, err = os.MkdirTemp(place, prefix); err == nil {
			return path, nil
		}
	}
	return "", err
}

// Close lets the broom do its work and waits for it.
func (f *Folder) Close() error {
	err := errors.Join(f.pipe.Close(), f.broom.Wait())
	return errors.Join(err, os.RemoveAll(f.Path)) // should the broom have been killed
}

// Sweep waits until in ends, and removes a folder that NewFolder made.
func Sweep(in io.Reader, path string) error {
	if !strings.HasPrefix(filepath.Base(path), prefix) {
		return fmt.Errorf("%s is no folder of an emulator", path)
	}
	_, err := io.Copy(io.Discard, in)
	return errors.Join(err, os.RemoveAll(path))
}
