// SPDX-License-Identifier: Apache-2.0

import { CircleCheck, CircleDashed, CircleX, TriangleAlert } from 'lucide-react';
import { Link } from 'wouter';

import { type ControlStatus, gapOf } from '../lib/program';

const looks: Record<ControlStatus, { Icon: typeof CircleCheck; tone: string }> = {
  COMPLETED: { Icon: CircleCheck, tone: 'text-pass' },
  IN_PROGRESS: { Icon: TriangleAlert, tone: 'text-risk' },
  NOT_STARTED: { Icon: CircleX, tone: 'text-fail' },
  NO_EVIDENCE_MAPPED: { Icon: CircleDashed, tone: 'text-none' },
};

/** What a pill shows of a control. */
export type PillControl = { id: string; name: string; numTestsPassing?: number; numTestsTotal?: number; status?: ControlStatus };

/** A control as a pill: its status by icon, what it lacks in words, and its page one click away. */
export function ControlPill({ control }: { control: PillControl }) {
  const { Icon, tone } = looks[control.status ?? 'NO_EVIDENCE_MAPPED'];
  return (
    <Link className="inline-flex h-6 max-w-full items-center gap-1.5 rounded-md border bg-panel px-1.5 text-sm hover:border-line-strong hover:bg-hover" href={`/controls/${control.id}`}>
      <Icon aria-hidden className={`size-3.5 shrink-0 ${tone}`} strokeWidth={2.25} />
      <span className="truncate">{control.name}</span>
      <span className={`shrink-0 text-xs ${control.status === 'COMPLETED' ? 'sr-only' : tone}`}>{control.status === 'COMPLETED' ? 'OK' : gapOf(control)}</span>
    </Link>
  );
}
