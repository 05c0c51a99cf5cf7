// SPDX-License-Identifier: Apache-2.0

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';

import { Refusal, type Schema, send, sentence } from '../lib/api';
import { type Draft, tidy } from '../lib/draft';
import { unfinished } from '../lib/rule';
import { readable } from '../lib/time';
import { count, wordOf } from '../lib/words';
import { Ring } from './Ring';
import { StatusChip } from './StatusChip';

type Preview = Schema<'TestPreview'>;

const pause = 200; // ms after the last key

/** The value once it has stayed the same for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** Runs the draft against the records as they are, a moment after each change. */
export function usePreview(draft: Draft) {
  const { controls: _, owner: __, reason: ___, sla: ____, subscribers: _____, ...rest } = tidy(draft);
  const rule = draft.passWhen ?? draft.failWhen;
  const complete = draft.resource !== undefined && rule !== undefined && !unfinished(rule) && (draft.scope === undefined || !unfinished(draft.scope));
  const body = useSettled(complete ? JSON.stringify({ ...rest, name: rest.name ?? 'Preview' }) : '');
  const answer = useQuery<Preview, Refusal>({
    enabled: complete && body !== '',
    placeholderData: keepPreviousData,
    queryFn: () => send('POST', '/v1/tests/preview', { body: JSON.parse(body) as Schema<'TestInput'> }),
    queryKey: ['/v1/tests/preview', body],
    retry: false,
  });
  return { complete, error: complete ? answer.error : null, preview: draft.resource === undefined ? undefined : answer.data };
}

/** The four counts as a ring with a legend. */
function Counts({ onUnknown, preview }: { onUnknown: string; preview: Preview }) {
  const { counts, total, unknown } = preview;
  const without = (n: number, when: string) => n - (onUnknown === when ? unknown : 0);
  const parts = [
    { label: 'Passing', tone: 'pass' as const, value: without(counts.passing, 'pass') },
    { label: 'Failing', tone: 'fail' as const, value: without(counts.failing, 'fail') },
    { label: 'Unknown', tone: 'risk' as const, value: unknown },
    { label: 'Out of scope', tone: 'none' as const, value: counts.outOfScope },
  ];
  const dots = { fail: 'bg-fail-mark', none: 'bg-none-mark', pass: 'bg-pass-mark', risk: 'bg-risk-mark' };
  return (
    <div className="flex items-center gap-5">
      <Ring parts={parts} size={96}>
        <span className="grid text-lg leading-tight">
          {total.toLocaleString('en-GB')}
          <span className="font-normal text-soft text-xs">records</span>
        </span>
      </Ring>
      <dl className="grid flex-1 gap-1 text-sm">
        {parts.map((part) => (
          <div className="flex items-center gap-2" key={part.label}>
            <span aria-hidden className={`size-2 rounded-full ${dots[part.tone]}`} />
            <dt className="flex-1 text-soft">{part.label}</dt>
            <dd className="font-medium">{part.value.toLocaleString('en-GB')}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** Why nothing is left to judge, or what each part of the scope leaves out. */
function ScopeNote({ preview }: { preview: Preview }) {
  const left = preview.total - preview.counts.outOfScope;
  if (preview.total === 0) return <p className="rounded-md bg-risk-soft px-3 py-2 text-sm">The resource has no records now.</p>;
  if (preview.scope.length === 0) return null;
  return (
    <div className={`grid gap-1 rounded-md px-3 py-2 text-sm ${left === 0 ? 'bg-risk-soft' : 'bg-sunk'}`}>
      <p className="font-medium">{left === 0 ? 'The scope leaves out every record:' : 'The scope leaves out:'}</p>
      <ul className="grid gap-1">
        {preview.scope.map((one) => (
          <li key={one.pointer}>
            {one.sentence}: leaves out <span className={one.excluded === preview.total ? 'font-medium text-risk' : 'font-medium'}>{count(one.excluded, 'record')}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The first records, failing ones first, each with its reason. */
function Rows({ preview }: { preview: Preview }) {
  const [all, setAll] = useState(false);
  const shown = preview.entities.slice(0, all ? 50 : 8);
  return (
    <div className="grid gap-1">
      <ul aria-label="Records" className="grid">
        {shown.map((one) => (
          <li className="grid gap-0.5 border-b py-2 last:border-b-0" key={one.id}>
            <span className="flex items-center justify-between gap-3">
              <span className="min-w-0 truncate font-medium text-sm">{one.displayName || one.uniqueId}</span>
              <StatusChip quiet word={wordOf('entity', one.entityStatus)} />
            </span>
            {one.reason && <span className="break-words text-soft text-sm">{readable(one.reason)}</span>}
          </li>
        ))}
      </ul>
      {preview.entities.length > 8 && (
        <button className="justify-self-start text-accent text-sm hover:underline" onClick={() => setAll(!all)} type="button">
          {all ? 'Show fewer' : `Show ${String(preview.entities.length)}`}
        </button>
      )}
    </div>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return (
    <aside aria-label="Preview" className="grid content-start gap-4 rounded-xl border bg-panel p-4 lg:sticky lg:top-4">
      <h2 className="font-semibold">Preview</h2>
      {children}
    </aside>
  );
}

/** What the draft would say of the records as they are. */
export function TestPreviewPane({ complete, draft, error, preview }: { complete: boolean; draft: Draft; error: Refusal | null; preview?: Preview }) {
  if (draft.resource === undefined) return <Frame><p className="text-soft text-sm">Choose the data first: then each record is judged as you write the rule.</p></Frame>;
  const placed = error?.problems.some(({ pointer }) => /^\/(passWhen|failWhen|scope)/.test(pointer));
  return (
    <Frame>
      {!complete && <p className="text-soft text-sm">{preview ? 'A condition is not finished; this is from before.' : 'Finish the condition, and the records are judged.'}</p>}
      {error && <p className="rounded-md bg-fail-soft px-3 py-2 text-fail text-sm" role="alert">{placed ? 'The rule is not in order: see beside it.' : sentence(error.message)}</p>}
      {preview && (
        <>
          <div className="flex items-center justify-between gap-3">
            <span className="text-soft text-sm">The test would be</span>
            <span aria-live="polite">
              <StatusChip word={wordOf('test', preview.status)} />
            </span>
          </div>
          <Counts onUnknown={draft.onUnknown ?? 'fail'} preview={preview} />
          <ScopeNote preview={preview} />
          <Rows preview={preview} />
        </>
      )}
    </Frame>
  );
}
