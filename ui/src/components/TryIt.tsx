// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import { type Answer as AnswerOf, Refusal, type Schema, send } from '../lib/api';
import { sampleRecord } from '../lib/fields';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { count } from '../lib/words';
import { Button } from './Button';
import { ConfirmDialog } from './ConfirmButton';
import { ErrorNote } from './ErrorNote';
import { JsonView } from './JsonView';
import { CodeEditor, type PlacedProblem } from './CodeEditor';
import { RejectionList } from './SyncDrawer';

type Result = AnswerOf<'/v1/resources/{type}', 'PUT'>;

function check(text: string): PlacedProblem[] {
  try {
    return Array.isArray(JSON.parse(text)) ? [] : [{ message: 'must be a list of records', pointer: '' }];
  } catch (error) {
    return [{ message: error instanceof Error ? error.message : 'is not JSON', pointer: '' }];
  }
}

/** The answer of a push in words, then as it came. */
function Answer({ dry, result }: { dry: boolean; result: Result }) {
  const { rejections = [], results, sync } = result;
  return (
    <div className="grid gap-3">
      <p className="font-medium" role="status">
        {count(results?.accepted ?? 0, 'record')} {dry ? 'would be accepted' : 'accepted'}, {(results?.rejected ?? 0).toLocaleString('en-GB')} rejected
        {sync && `; ${String(sync.created)} new, ${String(sync.updated)} changed, ${String(sync.removed)} gone`}.
      </p>
      {rejections.length > 0 && <RejectionList rejections={rejections} />}
      <JsonView label="The answer as JSON" value={result} />
    </div>
  );
}

/** Sends a push from the page, as a trial that changes nothing or for good. */
export function TryIt({ base, definition }: { base: Schema<'BaseType'>; definition: Schema<'Definition'> }) {
  const can = useCan();
  const refresh = useRefresh();
  const [text, setText] = useState(() => JSON.stringify([sampleRecord(base, definition.schema)], null, 2));
  const { busy, error, run } = useTask();
  const [asking, setAsking] = useState(false);
  const [answer, setAnswer] = useState<{ dry: boolean; result: Result }>();
  const sound = check(text).length === 0;
  const push = async (dryRun: boolean) => {
    setAnswer(undefined);
    const body = { resourceId: definition.id, resources: JSON.parse(text) as Record<string, unknown>[] };
    const result = await send('PUT', '/v1/resources/{type}', { body, path: { type: definition.type }, query: { dryRun: dryRun || undefined } });
    setAnswer({ dry: dryRun, result });
    if (!dryRun) await refresh('/v1/definitions', '/v1/tests', '/v1/syncs', '/v1/home');
  };
  const act = (dryRun: boolean) => run(() => push(dryRun));
  if (!can('write resources')) return <p className="py-6 text-soft">Your role does not push. The programs under Resources do so with the credentials of the application.</p>;
  const refused = error instanceof Refusal ? error : undefined;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6 pt-4 lg:grid-cols-2">
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-3">
        <p className="text-soft text-sm">
          A real <code className="font-mono">PUT /v1/resources/{definition.type}</code>, sent by this page as you. The list is the whole set.
        </p>
        <CodeEditor check={check} label="Records" name="records" set={setText} text={text} />
        <div className="flex flex-wrap gap-2">
          <Button busy={busy} disabled={!sound} look="primary" onClick={() => act(true)}>
            Try without changing anything
          </Button>
          <Button busy={busy} disabled={!sound} onClick={() => (definition.records > 0 ? setAsking(true) : act(false))}>
            Push
          </Button>
        </div>
        <ConfirmDialog
          look="danger"
          open={asking}
          send={() => push(false)}
          setOpen={setAsking}
          text={`The resource has ${count(definition.records, 'record')}. Those that are not in your list will be gone.`}
          title="Push this as the whole set"
          verb="Push"
        />
      </div>
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-3">
        <h3 className="font-medium text-sm">The answer</h3>
        <ErrorNote error={refused ?? error} />
        {answer ? <Answer {...answer} /> : !error && <p className="text-soft text-sm">It stands here once you have sent it.</p>}
      </div>
    </div>
  );
}
