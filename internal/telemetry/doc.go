// SPDX-License-Identifier: Apache-2.0

// Package telemetry sets up what the program says about itself: structured logs
// and the registry of metrics. It holds neither; package app hands both on.
//
// Logs go to one writer, standard error in the program: text on a terminal, one
// JSON object a line otherwise. Package web measures requests itself.
package telemetry
