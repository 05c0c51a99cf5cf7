// SPDX-License-Identifier: Apache-2.0

package api

// MonitoredComputer is a computer as its newest record has it. Times are RFC 3339 in
// UTC with milliseconds.
type MonitoredComputer struct {
	ID                    string           `json:"id"`
	IntegrationID         string           `json:"integrationId"`
	LastCheckDate         *string          `json:"lastCheckDate" format:"date-time"`
	ScreenLock            ComputerStatus   `json:"screenlock"`
	DiskEncryption        ComputerStatus   `json:"diskEncryption"`
	PasswordManager       ComputerStatus   `json:"passwordManager"`
	AntivirusInstallation ComputerStatus   `json:"antivirusInstallation"`
	OperatingSystem       *OperatingSystem `json:"operatingSystem"`
	Owner                 *Owner           `json:"owner"`
	SerialNumber          *string          `json:"serialNumber"`
	UDID                  *string          `json:"udid"`
}

// ComputerStatus is what a check says of a computer.
type ComputerStatus struct {
	Outcome string `json:"outcome" enum:"FAIL,IN_PROGRESS,NA,PASS"`
}

// OperatingSystem is what a computer runs.
type OperatingSystem struct {
	Type    string  `json:"type" enum:"macOS,linux,windows"`
	Version *string `json:"version"`
}

// ComputerSummary counts computers.
type ComputerSummary struct {
	Total                 int64                 `json:"total"`
	LastCheckOver14Days   int64                 `json:"lastCheckOver14Days" doc:"Longer ago than the tests mac-reported and windows-reported allow; those that never said when they were checked too."`
	ScreenLock            ComputerOutcomeCounts `json:"screenlock"`
	DiskEncryption        ComputerOutcomeCounts `json:"diskEncryption"`
	PasswordManager       ComputerOutcomeCounts `json:"passwordManager"`
	AntivirusInstallation ComputerOutcomeCounts `json:"antivirusInstallation"`
	ByOperatingSystem     ComputerSystemCounts  `json:"byOperatingSystem"`
}

// ComputerOutcomeCounts counts computers by what a check says.
type ComputerOutcomeCounts struct {
	Pass       int64 `json:"PASS"`
	Fail       int64 `json:"FAIL"`
	InProgress int64 `json:"IN_PROGRESS"`
	NA         int64 `json:"NA"`
}

// ComputerSystemCounts counts computers by operating system.
type ComputerSystemCounts struct {
	MacOS   int64 `json:"macOS"`
	Linux   int64 `json:"linux"`
	Windows int64 `json:"windows"`
	Other   int64 `json:"other"`
}
