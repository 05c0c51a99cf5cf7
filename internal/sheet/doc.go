// SPDX-License-Identifier: Apache-2.0

// Package sheet writes tables that people open in a spreadsheet: CSV and XLSX.
//
// Cells come from systems that others control, so none may run: in CSV a text
// that a spreadsheet could take for a formula gets an apostrophe in front; in
// XLSX it is a text by its type. Rows are written as they come; XLSX keeps what
// is beyond some megabytes in a temporary file of its own.
package sheet
