// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package emulator

import "os/exec"

// apart does nothing where there are no sessions.
func apart(*exec.Cmd) {}
