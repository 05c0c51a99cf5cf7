// SPDX-License-Identifier: Apache-2.0

import { Check, Play, X } from 'lucide-react';
import { useState } from 'react';

import { type Schema, send } from '../lib/api';
import type { Directory } from '../lib/guide';
import { providerOf } from '../lib/provider';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { wordOf } from '../lib/words';
import { Button } from './Button';
import { ErrorNote } from './ErrorNote';
import { StatusChip } from './StatusChip';

/** Plays the requests that the provider is documented to send against the directory, and says what came of each. */
export function SelfTest({ directory }: { directory: Directory }) {
  const can = useCan();
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const [result, setResult] = useState<Schema<'DirectorySelfTest'>>();
  const test = async () => {
    setResult(await send('POST', '/v1/directories/{directoryId}/self-test', { path: { directoryId: directory.id } }));
    await refresh('/v1/directories');
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <p className="text-soft text-sm">The self-test plays what {providerOf(directory.provider).short} sends, with a user and a group of its own that nobody sees and that are gone afterwards.</p>
      <div className="flex flex-wrap items-center gap-3">
        {can('manage provisioning') && (
          <Button busy={busy} onClick={() => run(test)}>
            <Play aria-hidden className="size-3.5" />
            Run the self-test
          </Button>
        )}
        <StatusChip word={wordOf('directory', directory.state)} />
      </div>
      <ErrorNote error={error} />
      {result && (
        <div aria-live="polite" className="grid grid-cols-[minmax(0,1fr)] gap-2">
          {result.note && <p className="text-soft text-sm">{result.note}</p>}
          <p className={`font-medium ${result.passed ? 'text-pass' : 'text-fail'}`}>{result.passed ? `Passed: all ${String(result.steps.length)} requests were answered as they should be.` : 'Not passed. What to do stands below.'}</p>
          <ul className="grid gap-1.5 text-sm">
            {result.steps.map((step) => (
              <li className="flex items-start gap-2" key={`${step.words}${step.method}${step.path}`}>
                {step.passed ? <Check aria-label="Passed" className="mt-0.5 size-4 shrink-0 text-pass" /> : <X aria-label="Not passed" className="mt-0.5 size-4 shrink-0 text-fail" />}
                <span className="min-w-0 break-words">
                  {step.words}
                  {!step.passed && (
                    <span className="block text-fail">
                      {step.answered} {step.whatToDo}
                    </span>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
