// SPDX-License-Identifier: Apache-2.0

import { Clock, HardDrive, KeyRound, Lock, type LucideIcon, ShieldCheck } from 'lucide-react';

import type { Schema } from '../lib/api';
import { type Tone, wordOf } from '../lib/words';

type Computer = Schema<'MonitoredComputer'>;
type Outcome = Schema<'ComputerStatus'>['outcome'];

/** The checks of a computer that its record decides, in the order in which they are shown. */
export const checks: { Icon: LucideIcon; failing: string; filter: string; key: 'antivirusInstallation' | 'diskEncryption' | 'passwordManager' | 'screenlock'; text: string }[] = [
  { Icon: HardDrive, failing: 'Not encrypted', filter: 'HD_NOT_ENCRYPTED', key: 'diskEncryption', text: 'Disk encrypted' },
  { Icon: Lock, failing: 'No screen lock', filter: 'SCREENLOCK_NOT_CONFIGURED', key: 'screenlock', text: 'Screen lock' },
  { Icon: ShieldCheck, failing: 'No antivirus', filter: 'AV_NOT_INSTALLED', key: 'antivirusInstallation', text: 'Antivirus' },
  { Icon: KeyRound, failing: 'No password manager', filter: 'PWM_NOT_INSTALLED', key: 'passwordManager', text: 'Password manager' },
];

const days = 14;

/** Says whether a computer has not reported for too long, or ever. */
export const isLate = (computer: Computer, now: Date): boolean => !computer.lastCheckDate || now.getTime() - new Date(computer.lastCheckDate).getTime() > days * 86_400_000;

/** The icon of the check that a computer reports at all. */
export const ReportIcon = Clock;

const colours: Record<Tone, string> = { fail: 'text-fail', none: 'text-faint opacity-60', pass: 'text-pass', risk: 'text-risk', stale: 'text-stale' };

/** One check as an icon with a mark of its own: a tick, a cross, a question mark; the words are for whoever points at it or listens. */
export function Check({ Icon, text, outcome }: { Icon: LucideIcon; outcome: Outcome; text: string }) {
  const word = wordOf('check', outcome);
  const sign = { FAIL: '✕', IN_PROGRESS: '?', NA: '–', PASS: '✓' }[outcome];
  return (
    <span className={`inline-flex items-center gap-0.5 ${colours[word.tone]}`} title={`${text}: ${word.text.toLowerCase()}`}>
      <Icon aria-hidden className="size-4" />
      <span aria-hidden className="w-3 font-semibold text-xs">
        {sign}
      </span>
      <span className="sr-only">
        {text}: {word.text.toLowerCase()}
      </span>
    </span>
  );
}

/** The checks of a computer, side by side. */
export function Checks({ computer }: { computer: Computer }) {
  return (
    <span className="inline-flex items-center gap-2 align-middle">
      {checks.map(({ Icon, key, text }) => (
        <Check Icon={Icon} key={key} outcome={computer[key].outcome} text={text} />
      ))}
    </span>
  );
}
