// SPDX-License-Identifier: Apache-2.0

import type { Schema } from '../lib/api';
import { type Word, wordOf } from '../lib/words';
import { StatusChip } from './StatusChip';

type Trace = Schema<'Trace'>;

const words = { all: 'All of these', any: 'One of these', element: 'The element', leaf: '', not: 'Not this', relation: 'The related record' } as const;

/** The truth of a part in a word. What makes records fail is bad when it is true, and sentences say then what must be. */
function truthOf({ kind, truth }: Trace, fails: boolean): Word {
  if (!fails || truth === 'unknown') return wordOf('truth', truth);
  if (kind === 'leaf') return wordOf('truth', truth === 'true' ? 'false' : 'true');
  return truth === 'true' ? { text: 'Applies', tone: 'fail' } : { text: 'Does not apply', tone: 'pass' };
}

/** Why a condition came out as it did: each part with its truth; what decided stands out. fails: of a rule that says when a record fails. */
export function TraceTree({ fails = false, trace }: { fails?: boolean; trace: Trace }) {
  const children = trace.children ?? [];
  return (
    <div className={`grid gap-1.5 border-l-2 pl-3 ${trace.decided ? 'border-accent' : 'border-line'}`}>
      <div className="flex items-start justify-between gap-3">
        <span className={trace.decided ? 'font-medium' : 'text-soft'}>{children.length > 0 ? words[trace.kind] || trace.sentence : trace.sentence}</span>
        <StatusChip quiet word={truthOf(trace, fails)} />
      </div>
      {children.length === 0 && trace.field && (
        <div className="text-soft text-sm">
          {trace.field} is <code className={`rounded px-1 py-0.5 font-mono ${trace.decided ? 'bg-risk-soft text-text' : 'bg-sunk'}`}>{trace.actual === undefined ? 'missing' : JSON.stringify(trace.actual)}</code>
        </div>
      )}
      {children.map((child) => (
        <TraceTree fails={fails} key={`${child.pointer} ${child.sentence}`} trace={child} />
      ))}
      {trace.omitted !== undefined && trace.omitted > 0 && <div className="text-faint text-sm">{trace.omitted} more elements are not shown.</div>}
    </div>
  );
}

/** The fields that decided, as rules name them. */
export function decidingFields(trace: Trace | null): string[] {
  if (!trace?.decided) return [];
  const below = (trace.children ?? []).flatMap(decidingFields);
  return trace.kind === 'leaf' && trace.field ? [trace.field] : below;
}
