// SPDX-License-Identifier: Apache-2.0

import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useState } from 'react';

import { type Schema, send, usePages } from '../lib/api';
import { schemaProblems } from '../lib/jtd';
import { useCan, useRefresh } from '../lib/session';
import { count } from '../lib/words';
import { Section } from './ApplicationCredentials';
import { Button } from './Button';
import type { PlacedProblem } from './CodeEditor';
import { schemaOf, splitProblems } from './DefinitionForm';
import { ErrorNote } from './ErrorNote';
import { JsonView } from './JsonView';
import { RelativeTime } from './RelativeTime';
import { SchemaEditor } from './SchemaEditor';

type Definition = Schema<'Definition'>;

const none: PlacedProblem[] = [];

/** Asks the server about a draft: its forms, then what of the stored records and tests would not fit. */
function useCheck(definition: Definition, text: string) {
  const seen = useDeferredValue(text.trim());
  const sound = seen !== '' && schemaProblems(seen).problems.length === 0;
  return useQuery({
    enabled: sound,
    queryFn: () => send('POST', '/v1/definitions/{resourceId}/check', { body: { schema: schemaOf(seen) }, path: { resourceId: definition.id } }),
    queryKey: ['/v1/definitions/check', definition.id, definition.schemaVersion, definition.lastPush?.syncId, seen],
  });
}

/** What saving would mean: records that would not fit, and tests that could not run. */
function Compatibility({ check }: { check: Schema<'SchemaCheck'> }) {
  if (check.problems.length > 0) return null;
  if (check.failing === 0 && check.tests.length === 0) return <p className="text-pass text-sm">Every stored record fits, and every test can still run.</p>;
  return (
    <div className="grid gap-1 rounded-md bg-risk-soft px-3 py-2 text-sm">
      {check.failing > 0 && <p>{count(check.failing, 'stored record')} would not fit: the next push of them is rejected unless it brings what is asked.</p>}
      {check.sample.length > 0 && (
        <ul className="grid font-mono text-xs">
          {check.sample.slice(0, 5).map((one) => (
            <li className="break-all" key={one}>
              {one}
            </li>
          ))}
        </ul>
      )}
      {check.tests.length > 0 && <p>Tests that could not run: {check.tests.join(', ')}.</p>}
    </div>
  );
}

function Editor({ close, definition }: { close: () => void; definition: Definition }) {
  const refresh = useRefresh();
  const [text, setText] = useState(() => JSON.stringify(definition.schema ?? { properties: {} }, null, 2));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [wrong, setWrong] = useState(none);
  const check = useCheck(definition, text);
  const said = check.data;
  const more = useMemo(() => [...wrong, ...(said?.problems ?? []).map(({ message, pointer }) => ({ message, pointer: pointer.replace(/^\/schema/, '') }))], [said, wrong]);
  const risky = (said?.failing ?? 0) > 0 || (said?.tests.length ?? 0) > 0;
  const save = () => {
    setBusy(true);
    setError(null);
    setWrong(none);
    send('PATCH', '/v1/definitions/{resourceId}', { body: { force: risky || undefined, schema: schemaOf(text) }, path: { resourceId: definition.id } })
      .then(() => refresh('/v1/definitions', '/v1/tests'))
      .then(close)
      .catch((failed: unknown) => {
        const { rest, schema } = splitProblems(failed);
        setError(rest);
        setWrong(schema);
      })
      .finally(() => setBusy(false));
  };
  const ready = schemaProblems(text).problems.length === 0 && said !== undefined && said.problems.length === 0;
  return (
    <div className="grid gap-3">
      <SchemaEditor
        more={more}
        set={(next) => {
          setText(next);
          setWrong(none);
        }}
        text={text}
      />
      {said && ready && <Compatibility check={said} />}
      <ErrorNote error={error ?? check.error} />
      <div className="flex gap-2">
        <Button busy={busy} disabled={!ready} look={risky ? 'danger' : 'primary'} onClick={save}>
          {risky ? 'Save it all the same' : 'Save the next version'}
        </Button>
        <Button onClick={close}>Cancel</Button>
      </div>
    </div>
  );
}

function Versions({ definition }: { definition: Definition }) {
  const list = usePages('/v1/definitions/{resourceId}/schemas', { path: { resourceId: definition.id } }, { pageSize: 20 });
  if (list.rows.length < 2) return null;
  return (
    <Section title="Versions of the schema">
      <ol className="grid gap-1">
        {list.rows.map((one) => (
          <li className="grid gap-1" key={one.version}>
            <details>
              <summary className="cursor-pointer text-sm">
                Version {one.version} <span className="text-soft">· <RelativeTime at={one.createdDate} /></span>
              </summary>
              <div className="pt-2">
                <JsonView label={`Version ${String(one.version)} of the schema`} value={one.schema} />
              </div>
            </details>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** The schema of custom properties: shown, changed with an answer to what would not fit, its versions. */
export function DefinitionSchema({ definition }: { definition: Definition }) {
  const can = useCan();
  const [editing, setEditing] = useState(false);
  const may = can('write applications and definitions');
  return (
    <>
      <Section
        actions={may && !editing && <Button onClick={() => setEditing(true)}>{definition.schema === null ? 'Add custom properties' : 'Change'}</Button>}
        lead={definition.schema === null ? 'Records carry the fields of the base type and nothing else.' : `Version ${String(definition.schemaVersion)}. Records must fit it to be accepted.`}
        title="Schema of the custom properties"
      >
        {editing ? <Editor close={() => setEditing(false)} definition={definition} /> : definition.schema !== null && <JsonView label="Schema" value={definition.schema} />}
      </Section>
      <Versions definition={definition} />
    </>
  );
}
