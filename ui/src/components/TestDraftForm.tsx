// SPDX-License-Identifier: Apache-2.0

import { type ReactNode, useId, useState } from 'react';
import { Link } from 'wouter';

import { sentence, useGet } from '../lib/api';
import type { Data } from '../lib/data';
import type { Draft } from '../lib/draft';
import { type Node, leafOn } from '../lib/rule';
import { useCan } from '../lib/session';
import { Button } from './Button';
import { ConditionEditor, type Place, PlaceProvider, type Problem } from './ConditionEditor';
import { Field, SelectField, TextField } from './Form';
import { OwnerPicker } from './OwnerPicker';
import { control } from './ValueInput';

/** What the parts of the builder are given. */
export type PartProps = { data: Data | undefined; draft: Draft; problems: Problem[]; set: (members: Partial<Draft>) => void };

/** One part of the builder. */
function Part({ children, lead, title }: { children: ReactNode; lead?: ReactNode; title: string }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-4 rounded-xl border bg-panel p-4 sm:p-5">
      <div>
        <h2 className="font-semibold">{title}</h2>
        {lead && <p className="text-soft text-sm">{lead}</p>}
      </div>
      {children}
    </section>
  );
}

/** Name and texts. */
export function Details({ draft, set, version }: PartProps & { version: boolean }) {
  return (
    <Part title="Details">
      <Field hint="What must be true, as one would say it." label="Name" name="name" onChange={(event) => set({ name: event.target.value })} required value={draft.name ?? ''} />
      <TextField hint="Auditors read it." label="Description" name="description" onChange={(event) => set({ description: event.target.value })} value={draft.description ?? ''} />
      <TextField hint="For whoever owns a failing record." label="How to fix" name="remediation" onChange={(event) => set({ remediation: event.target.value })} value={draft.remediation ?? ''} />
      {version && <TextField hint="Stands in the history of versions." label="Why this version" name="reason" onChange={(event) => set({ reason: event.target.value })} value={draft.reason ?? ''} />}
    </Part>
  );
}

/** Which records: application, then resource; only resources with a record are offered. */
export function DataPart({ all, data, draft, fixed, set }: PartProps & { all: Data[]; fixed: boolean }) {
  const offered = all.filter((one) => one.definition === undefined || (one.records ?? 0) > 0 || one === data);
  const applications = [...new Set(offered.map((one) => one.application))];
  const of = offered.filter((one) => one.application === (data?.application ?? draft.application));
  const empty = all.length - offered.length;
  const choose = (one: Data | undefined) => set({ application: one?.application, passWhen: draft.failWhen ? undefined : { all: [leafOn(one?.fields[0])] }, failWhen: draft.failWhen && { all: [leafOn(one?.fields[0])] }, resource: one?.resource, scope: undefined });
  return (
    <Part lead={fixed ? 'A version stays with the data of its test; a copy can look at other data.' : 'Only resources that have a record are offered.'} title="Data">
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <SelectField disabled={fixed} label="Integration" name="application" onChange={(event) => choose(offered.find((one) => one.application === event.target.value))} value={data?.application ?? ''}>
          {!data && <option value="">Choose one</option>}
          {applications.map((one) => (
            <option key={one} value={one}>
              {one === 'muster' ? 'This workspace' : one}
            </option>
          ))}
        </SelectField>
        <SelectField disabled={fixed} label="Resource" name="resource" onChange={(event) => choose(of.find((one) => one.resource === event.target.value))} value={data?.resource ?? ''}>
          {!data && <option value="">Choose an integration first</option>}
          {of.map((one) => (
            <option key={one.resource} value={one.resource}>
              {one.records === undefined ? one.label : `${one.label} (${one.records.toLocaleString('en-GB')})`}
            </option>
          ))}
        </SelectField>
      </div>
      {!fixed && empty > 0 && (
        <p className="text-soft text-sm">
          {empty === 1 ? 'One resource has' : `${String(empty)} resources have`} no record yet and cannot be tested.{' '}
          <Link className="text-accent underline" href="/integrations">
            Push to {empty === 1 ? 'it' : 'them'} first
          </Link>
          .
        </p>
      )}
    </Part>
  );
}

/** A condition with everything that it may name. */
function Condition({ all, change, data, node, pointer, problems }: { all: Data[]; change: (node: Node) => void; data: Data; node: Node; pointer: string; problems: Problem[] }) {
  const place: Place = {
    definitionId: data.definition?.id,
    fields: data.fields,
    problems,
    related: all.filter((one) => one !== data && (one.definition === undefined || (one.records ?? 0) > 0)).map((one) => ({
      fields: one.fields,
      label: one.definition ? `${one.label} (${one.application})` : one.label,
      name: one.definition ? (one.application === data.application ? one.resource : `${one.application}/${one.resource}`) : one.resource,
    })),
  };
  return (
    <PlaceProvider value={place}>
      <ConditionEditor change={change} node={node} pointer={pointer} />
    </PlaceProvider>
  );
}

/** Which records are judged at all. */
export function ScopePart({ all, data, draft, problems, set }: PartProps & { all: Data[] }) {
  if (!data) return null;
  return (
    <Part lead="Which records are judged at all. Without one, every record is." title="Scope">
      {draft.scope ? (
        <>
          <Condition all={all} change={(scope) => set({ scope })} data={data} node={draft.scope} pointer="/scope" problems={problems} />
          <div>
            <Button onClick={() => set({ scope: undefined })}>
              Judge every record
            </Button>
          </div>
        </>
      ) : (
        <div>
          <Button onClick={() => set({ scope: { all: [leafOn(data.fields[0])] } })}>Narrow it down</Button>
        </div>
      )}
    </Part>
  );
}

/** The rule, and the sentence that it is. */
export function RulePart({ all, data, draft, problems, saying, set }: PartProps & { all: Data[]; saying?: string }) {
  const member = draft.failWhen ? 'failWhen' : 'passWhen';
  const node = draft[member];
  if (!data || !node) return null;
  const whole = problems.filter(({ pointer }) => pointer === `/${member}` || pointer === '');
  return (
    <Part title="Rule">
      <select
        aria-label="What the rule says"
        className={`${control} justify-self-start font-medium`}
        onChange={(event) => set(event.target.value === 'failWhen' ? { failWhen: node, passWhen: undefined } : { failWhen: undefined, passWhen: node })}
        value={member}
      >
        <option value="passWhen">A record passes when</option>
        <option value="failWhen">A record fails when</option>
      </select>
      <Condition all={all} change={(next) => set({ [member]: next })} data={data} node={node} pointer={`/${member}`} problems={problems} />
      {whole.length > 0 && !['all', 'any', 'not'].some((name) => name in node) && <p className="text-fail text-sm">{whole.map(({ message }) => sentence(message)).join(' ')}</p>}
      {saying && (
        <p className="rounded-md bg-sunk px-3 py-2 text-sm">
          <span className="text-soft">In words: </span>
          <span data-sentence>{saying}</span>
        </p>
      )}
    </Part>
  );
}

const reducers = { all: 'no record fails', any: 'at least one record passes', atLeast: 'at least so many records pass', atMostFailing: 'at most so many records fail', none: 'not one record passes', percentPassing: 'so many percent of the records pass' };

/** From records to the test: reducer, unknown, empty, freshness. */
export function VerdictPart({ data, draft, set }: PartProps) {
  if (!data) return null;
  const reducer = draft.reducer ?? 'all';
  const [kind, n] = typeof reducer === 'string' ? [reducer, undefined] : (Object.entries(reducer as object)[0] as [string, number]);
  const first = { atLeast: 1, atMostFailing: 0, percentPassing: 95 } as Record<string, number>;
  const choose = (next: string) => set({ reducer: next in first ? { [next]: first[next] } : next });
  return (
    <Part title="Verdict">
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <SelectField label="The test passes when" name="reducer" onChange={(event) => choose(event.target.value)} value={kind}>
          {Object.entries(reducers).map(([key, words]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </SelectField>
        {n !== undefined && <Field label={kind === 'percentPassing' ? 'Percent' : 'Records'} min={0} name="reducerNumber" onChange={(event) => set({ reducer: { [kind]: Number(event.target.value) } })} pointer={`/reducer/${kind}`} type="number" value={n} />}
        <SelectField hint="Of which the rule cannot say anything, as a field is not there." label="A record that is unknown" name="onUnknown" onChange={(event) => set({ onUnknown: event.target.value })} value={draft.onUnknown ?? 'fail'}>
          <option value="fail">fails</option>
          <option value="pass">passes</option>
          <option value="in_progress">is undecided</option>
        </SelectField>
        <SelectField label="When no record is judged" name="onEmpty" onChange={(event) => set({ onEmpty: event.target.value })} value={draft.onEmpty ?? 'not_applicable'}>
          <option value="not_applicable">there is nothing to test</option>
          <option value="pass">the test passes</option>
          <option value="fail">the test fails</option>
        </SelectField>
        <Field hint="Such as 36h or 2d. Then it no longer says that all is well. Empty: never." label="Data is stale after" name="freshness" onChange={(event) => set({ freshness: event.target.value })} value={draft.freshness ?? ''} />
      </div>
    </Part>
  );
}

function ControlsField({ draft, set }: Pick<PartProps, 'draft' | 'set'>) {
  const can = useCan();
  const id = useId();
  const [text, setText] = useState('');
  const known = useGet('/v1/controls', { query: { pageSize: 100 } }, { enabled: can('read controls and frameworks') });
  const chosen = draft.controls ?? [];
  const nameOf = (one: string) => known.data?.results.data.find((each) => (each.externalId ?? each.id) === one)?.name ?? one;
  const add = () => {
    const name = text.trim();
    if (name !== '' && !chosen.includes(name)) set({ controls: [...chosen, name] });
    setText('');
  };
  return (
    <div className="grid gap-1.5">
      <Field
        hint="Of a control, or a requirement such as CC7.1, which means each control mapped to it. Enter adds one."
        label="Controls"
        list={id}
        name="controls"
        onBlur={add}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
        value={text}
      />
      <datalist id={id}>
        {known.data?.results.data.map((one) => (
          <option key={one.id} value={one.externalId ?? one.id}>
            {one.name}
          </option>
        ))}
      </datalist>
      {chosen.length > 0 && (
        <ul className="flex flex-wrap gap-1.5">
          {chosen.map((one) => (
            <li className="inline-flex items-center rounded-md border bg-sunk pl-2 text-sm" key={one}>
              {nameOf(one)}
              <button aria-label={`Take out ${nameOf(one)}`} className="px-2 py-0.5 text-soft hover:text-text" onClick={() => set({ controls: chosen.filter((other) => other !== one) })} type="button">
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Controls, SLA and owner, which can change at any time without a version. */
export function LinksPart({ data, draft, set }: PartProps) {
  const can = useCan();
  const slas = useGet('/v1/slas', { query: { pageSize: 100 } });
  const [owner, setOwner] = useState('');
  if (!data) return null;
  return (
    <Part lead="These can be changed at any time; they make no new version." title="Evidence and deadlines">
      <ControlsField draft={draft} set={set} />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <SelectField label="SLA" name="sla" onChange={(event) => set({ sla: event.target.value })} value={draft.sla ?? ''}>
          <option value="">None</option>
          {slas.data?.results.data.map((one) => (
            <option key={one.id} value={one.slug}>
              {one.name}
            </option>
          ))}
        </SelectField>
        {can('read users and roles') && (
          <div className="grid content-start gap-1.5">
            <span className="font-medium text-sm">Owner</span>
            <OwnerPicker
              owner={draft.owner}
              set={async (userId, label = '') => {
                set({ owner: userId ?? undefined });
                setOwner(label);
              }}
              trigger={<Button className="h-9! justify-start!">{draft.owner ? owner || draft.owner : 'Nobody'}</Button>}
            />
          </div>
        )}
      </div>
    </Part>
  );
}
