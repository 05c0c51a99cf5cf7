// SPDX-License-Identifier: Apache-2.0

//go:build linux || darwin || freebsd

package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
)

// freeSpace answers the bytes that may be written where a folder is, or will be.
func freeSpace(folder string) (uint64, error) {
	var stat syscall.Statfs_t
	err := syscall.Statfs(folder, &stat)
	for errors.Is(err, fs.ErrNotExist) && folder != filepath.Dir(folder) {
		folder = filepath.Dir(folder)
		err = syscall.Statfs(folder, &stat)
	}
	if err != nil {
		return 0, err
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), nil //nolint:gosec,unconvert // the types differ between systems
}
