// SPDX-License-Identifier: Apache-2.0

import { ChevronDown } from 'lucide-react';
import { useState } from 'react';

import { Refusal, type Schema, send, useGet } from '../lib/api';
import { findTests } from '../lib/find';
import { useNow } from '../lib/now';
import type { Node } from '../lib/rule';
import { useRefresh } from '../lib/session';
import type { Problem } from './ConditionEditor';
import { ConditionField } from './ConditionField';
import { CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { Field, Form, TextField } from './Form';
import { FormFoot } from './FormFoot';
import { type Choice, Picker } from './Picker';

/** Finds failing records of a test by name or id, among the first 300. */
const findRecords = (testId: string) => async (text: string): Promise<Choice[]> => {
  const rows: Schema<'Entity'>[] = [];
  let pageCursor: string | undefined;
  do {
    // oxlint-disable-next-line no-await-in-loop -- each page names the next
    const { results } = await send('GET', '/v1/tests/{testId}/entities', { path: { testId }, query: { entityStatus: 'FAILING', pageCursor, pageSize: 100 } });
    rows.push(...results.data);
    pageCursor = results.pageInfo.hasNextPage ? (results.pageInfo.endCursor ?? undefined) : undefined;
  } while (pageCursor !== undefined && rows.length < 300);
  const wanted = text.toLowerCase();
  const found = rows.filter((one) => `${one.displayName} ${one.uniqueId}`.toLowerCase().includes(wanted)).slice(0, 30);
  const choices = found.map((one): Choice => ({ id: one.id, label: one.displayName || one.uniqueId, note: one.reason }));
  // Any other record, such as one that passes, is meant by its id.
  return choices.length === 0 && text !== '' ? [{ id: text, label: text, note: 'The record with this id' }] : choices;
};

/** A field that is filled by picking. */
function Picked({ label, chosen, ...rest }: { chosen: Choice | undefined; find: (text: string) => Promise<Choice[]>; label: string; name: string; pick: (choice: Choice | null) => void }) {
  return (
    <div className="grid gap-1.5">
      <span className="font-medium text-sm">{label}</span>
      <Picker
        chosen={chosen?.id}
        find={rest.find}
        label={label}
        name={rest.name}
        pick={async (choice) => rest.pick(choice)}
        trigger={
          <button aria-label={`${label}: ${chosen?.label ?? 'choose one'}`} className="flex h-9 w-full items-center justify-between gap-2 rounded-md border border-line-strong bg-panel px-2.5 text-left hover:border-faint" type="button">
            <span className={`truncate ${chosen ? '' : 'text-faint'}`}>{chosen?.label ?? 'Choose one'}</span>
            <ChevronDown aria-hidden className="size-4 shrink-0 text-faint" />
          </button>
        }
      />
    </div>
  );
}

const kinds = [
  { key: 'record', label: 'One record' },
  { key: 'condition', label: 'All that a condition matches' },
] as const;

/** Takes out what the server says of the condition, which is shown inside of it. */
function splitCondition(error: unknown): { inside: Problem[]; rest: unknown } {
  if (!(error instanceof Refusal)) return { inside: [], rest: error };
  const inside = error.problems.filter((one) => one.pointer === '/condition' || one.pointer.startsWith('/condition/'));
  if (inside.length === 0) return { inside, rest: error };
  const others = error.problems.filter((one) => !inside.includes(one));
  return { inside, rest: new Refusal(error.status, 'Something is wrong with the condition.', others) };
}

/** The condition on the records of the chosen test. */
function Condition({ change, node, problems, testId }: { change: (node: Node) => void; node: Node | null; problems: Problem[]; testId: string }) {
  const test = useGet('/v1/tests/{testId}', { path: { testId } });
  if (!test.data || test.isPlaceholderData) return <ErrorNote error={test.error} />;
  const { application, resource } = test.data;
  return (
    <section aria-label="Condition" className="grid gap-1.5">
      <span className="font-medium text-sm">Records are left out when</span>
      <ConditionField application={application.name} change={change} node={node} pointer="/condition" problems={problems} resource={resource.id || resource.name} />
      <p className="text-soft text-sm">It is applied with each push, to new records too.</p>
    </section>
  );
}

/** Leaves a record, or all that a condition matches, out of a test. */
export function NewException({ close, done }: { close: () => void; done: (id: string) => void }) {
  const refresh = useRefresh();
  const now = useNow();
  const [kind, setKind] = useState<'condition' | 'record'>('record');
  const [test, setTest] = useState<Choice | undefined>();
  const [record, setRecord] = useState<Choice | undefined>();
  const [condition, setCondition] = useState<Node | null>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  const create = async ({ reason = '', until = '' }: Record<string, string>) => {
    if (!test) throw new Refusal(422, 'Choose a test first.');
    if (kind === 'record' && !record) throw new Refusal(422, 'Choose the record that is left out.');
    if (kind === 'condition' && !condition) throw new Refusal(422, 'State the condition.');
    setProblems([]);
    const what = kind === 'record' ? { record: record?.id } : { condition };
    const body: Schema<'ExceptionInput'> = { ...what, reason, test: test.id, until: until === '' ? undefined : new Date(`${until}T23:59:59`).toISOString() };
    try {
      const made = await send('POST', '/v1/exceptions', { body });
      await refresh('/v1/exceptions', '/v1/tests', '/v1/home');
      done(made.id);
    } catch (error) {
      const { inside, rest } = splitCondition(error);
      setProblems(inside);
      throw rest;
    }
  };
  return (
    <Drawer close={close} subtitle="Neither passing nor failing, for a reason that auditors read" title="New exception">
      <Form send={create}>
        <Picked
          chosen={test}
          find={findTests()}
          label="Test"
          name="tests"
          pick={(choice) => {
            setTest(choice ?? undefined);
            setRecord(undefined);
            setCondition(null);
          }}
        />
        <fieldset className="grid gap-1.5">
          <legend className="mb-1.5 font-medium text-sm">What is left out</legend>
          <div className="flex flex-wrap gap-x-5 gap-y-1.5">
            {kinds.map(({ key, label }) => (
              <label className="flex min-h-6 items-center gap-2" key={key}>
                <input checked={kind === key} className="size-4 accent-[var(--color-accent-fill)]" name="kind" onChange={() => setKind(key)} type="radio" value={key} />
                {label}
              </label>
            ))}
          </div>
        </fieldset>
        {kind === 'record' && test && <Picked chosen={record} find={findRecords(test.id)} label="Record" name={`records-of-${test.id}`} pick={(choice) => setRecord(choice ?? undefined)} />}
        {kind === 'condition' && test && <Condition change={setCondition} key={test.id} node={condition} problems={problems} testId={test.id} />}
        <TextField data-missing="Say why: auditors read it." hint="Auditors read it." label="Reason" name="reason" required />
        <Field hint="Without a day it holds until somebody ends it." label="Until" min={now.toISOString().slice(0, 10)} name="until" type="date" />
        <FormFoot close={close} text="Create the exception" />
      </Form>
      <section className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-4">
        <h3 className="font-semibold text-sm">From a file</h3>
        <p className="text-soft text-sm">YAML or JSON, one or a list, as it is kept beside your code.</p>
        <CopyField label="command" text="muster admin exception create exceptions.yaml" />
      </section>
    </Drawer>
  );
}
