// SPDX-License-Identifier: Apache-2.0

//go:build unix

package emulator

import (
	"os/exec"
	"syscall"
)

// apart keeps Ctrl-C and kill of the whole process group away from the broom.
func apart(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
