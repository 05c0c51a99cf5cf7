// SPDX-License-Identifier: Apache-2.0

import { CircleCheck } from 'lucide-react';
import { useDeferredValue, useId, useMemo, useRef } from 'react';

import { sentence } from '../lib/api';
import { lineOf } from '../lib/jtd';

/** A place of a text and what is wrong there; line is set where no pointer leads. */
export type PlacedProblem = { line?: number; message: string; pointer: string };

const height = 20; // of a line: text-sm

/** The numbers of the lines, those with a problem marked. */
function Lines({ count, wrong }: { count: number; wrong: Set<number> }) {
  return (
    <div aria-hidden className="select-none border-r bg-sunk px-2 py-2 text-right font-mono text-faint text-sm">
      {Array.from({ length: count }, (_, i) => (
        <div className={wrong.has(i + 1) ? '-mx-2 bg-fail-soft px-2 font-semibold text-fail' : ''} key={i} style={{ height }}>
          {i + 1}
        </div>
      ))}
    </div>
  );
}

type CodeEditorProps = { check: (text: string) => PlacedProblem[]; label: string; more?: PlacedProblem[]; name: string; place?: (text: string, pointer: string) => number; set: (text: string) => void; text: string };

/**
 * A text that is checked as one types; check says what is wrong, by pointer. A problem
 * names its line and leads there. more: what the server said of it. place: where a
 * pointer leads, unless the text is JSON.
 */
export function CodeEditor({ check, label, more = [], name, place = lineOf, set, text }: CodeEditorProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const seen = useDeferredValue(text);
  const problems = useMemo(() => {
    const found = check(seen);
    return [...found, ...(found.length > 0 ? [] : more)].map((one) => ({ ...one, line: one.line ?? place(seen, one.pointer) }));
  }, [check, more, place, seen]);
  const lines = text.split('\n').length;
  const go = (line: number) => {
    const from = text.split('\n').slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    area.current?.focus();
    area.current?.setSelectionRange(from, text.indexOf('\n', from) < 0 ? text.length : text.indexOf('\n', from));
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      <label className="font-medium text-sm" htmlFor={id}>
        {label}
      </label>
      <div className={`flex max-h-96 overflow-y-auto rounded-md border bg-panel ${problems.length > 0 ? 'border-fail' : 'border-line-strong'}`}>
        <Lines count={lines} wrong={new Set(problems.map(({ line }) => line))} />
        <textarea
          aria-describedby={`${id}-said`}
          aria-invalid={problems.length > 0 || undefined}
          className="block min-w-0 flex-1 resize-none overflow-x-auto whitespace-pre bg-transparent px-3 py-2 font-mono text-sm -outline-offset-2"
          id={id}
          name={name}
          onChange={(event) => set(event.target.value)}
          ref={area}
          spellCheck={false}
          style={{ height: Math.max(6, lines) * height + 16, lineHeight: `${String(height)}px` }}
          value={text}
        />
      </div>
      <div className="text-sm" id={`${id}-said`}>
        {problems.length === 0 ? (
          <p className="flex items-center gap-1.5 text-pass">
            <CircleCheck aria-hidden className="size-3.5" /> Nothing is wrong with it.
          </p>
        ) : (
          <ul className="grid gap-1">
            {problems.slice(0, 5).map(({ line, message, pointer }) => (
              <li key={pointer + message}>
                <button className="text-left text-fail hover:underline" onClick={() => go(line)} type="button">
                  Line {line}
                  {pointer && (
                    <>
                      , <code className="break-all font-mono text-xs">{pointer}</code>
                    </>
                  )}
                  : {sentence(message)}
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
