// SPDX-License-Identifier: Apache-2.0

import { Check } from 'lucide-react';
import type { ReactNode } from 'react';

import { CopyField } from './CopyField';

/** One step of the way in: done ones are ticked off; the action shows on the next one. */
export type Step = { action?: ReactNode; children?: ReactNode; command?: string; done: boolean; title: string };

/** What to do in an installation that is empty, ticked off by what is there. */
export function NextSteps({ steps }: { steps: Step[] }) {
  const next = steps.findIndex((step) => !step.done);
  return (
    <ol className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {steps.map((step, i) => (
        <li className={`rounded-xl border bg-panel p-4 sm:p-5 ${i === next ? 'border-accent' : ''}`} key={step.title}>
          <div className="flex items-start gap-3">
            <span className={`grid size-6 shrink-0 place-items-center rounded-full font-semibold text-xs ${step.done ? 'bg-pass-soft text-pass' : i === next ? 'bg-accent-fill text-on-accent' : 'bg-sunk text-soft'}`}>
              {step.done ? <Check aria-label="Done" className="size-3.5" /> : i + 1}
            </span>
            <div className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)] gap-2">
              <h2 className={`font-semibold ${step.done ? 'text-soft' : ''}`}>{step.title}</h2>
              {!step.done && step.children && <div className="text-soft">{step.children}</div>}
              {i === next && step.action && <div>{step.action}</div>}
              {!step.done && step.command && <CopyField label="command" text={step.command} />}
            </div>
          </div>
        </li>
      ))}
    </ol>
  );
}
