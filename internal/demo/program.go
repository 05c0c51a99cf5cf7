// SPDX-License-Identifier: Apache-2.0

package demo

import "context"

// tailored are the controls that the company does not count for a framework: it keeps
// ePHI in one product only, sells no service that asks for these parts of SOC 2, and has
// not begun with most of SP 800-53.
var tailored = []struct {
	framework string
	controls  []string
}{
	{"hipaa", []string{
		"cloud-services-governed", "code-access-restricted", "code-analysed", "development-lifecycle-established", "environments-separated", "infrastructure-capacity-monitored",
		"network-segmented", "penetration-tests-conducted", "performance-reviewed", "threat-intelligence-used",
	}},
	{"nist53", []string{
		"breach-notification-procedures", "code-of-conduct-acknowledged", "data-leakage-prevented", "job-descriptions-maintained", "management-oversight",
		"security-commitments-communicated",
	}},
	{"nistcsf2", []string{"assets-returned", "code-of-conduct-acknowledged", "media-disposed-securely", "performance-reviewed"}},
	{"soc2", []string{"breach-notification-procedures", "data-retention-procedures", "emergency-access-defined", "session-lock-enforced", "software-installation-restricted"}},
}

// tailor takes controls from the frameworks that they do not count for.
func (f *filler) tailor(ctx context.Context) error {
	for _, t := range tailored {
		for _, control := range t.controls {
			d, err := f.Program.GetDetail(ctx, f.manager(0), control)
			if err != nil {
				return err
			}
			for _, place := range d.Places {
				if place.Framework != t.framework {
					continue
				}
				if err := f.Program.UnmapRequirement(ctx, f.manager(0), place.Framework, place.Requirement, control); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
