// SPDX-License-Identifier: Apache-2.0

import { ChevronDown, Plus, X } from 'lucide-react';
import { useState } from 'react';

import { Refusal, type Schema, send, sentence, useGet, usePages } from '../lib/api';
import { useWhole } from '../lib/program';
import type { Node } from '../lib/rule';
import { matching } from '../lib/search';
import { useRefresh } from '../lib/session';
import { Button } from './Button';
import type { Problem } from './ConditionEditor';
import { ConditionField } from './ConditionField';
import { CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { Field, Form, SelectField, TextField } from './Form';
import { FormFoot } from './FormFoot';
import { type Choice, Picker } from './Picker';

type Scope = Schema<'Scope'>;
type File = Schema<'ScopeFile'>;

/** A filter as it is edited. */
type Line = { application: string; key: number; resource: string; where: Node | null };

/** A scope as it is edited. */
type Draft = { description: string; filters: Line[]; name: string; others: 'in' | 'out' };

/** Names resources by id: Cloud machines (Cloud Inventory). */
export function useResourceNames() {
  const definitions = useWhole(usePages('/v1/definitions'));
  const applications = useGet('/v1/applications', { query: { pageSize: 100 } });
  const apps = new Map((applications.data?.results.data ?? []).map((one) => [one.id, one.name]));
  const choices: (Choice & { application: string })[] = definitions.rows.map((one) => ({ application: one.applicationId, id: one.id, label: one.name, note: apps.get(one.applicationId) }));
  const byId = new Map(choices.map((one) => [one.id, one]));
  return { choices, nameOf: (id: string) => byId.get(id)?.label ?? id, noteOf: (id: string) => byId.get(id)?.note ?? '' };
}

let keys = 0;
const line = (application = '', resource = '', where: Node | null = null): Line => ({ application, key: ++keys, resource, where });

const draftOf = (file: Partial<File>): Draft => ({
  description: file.description ?? '',
  filters: (file.filters ?? []).map((one) => line(one.application ?? '', one.resource, (one.where as Node | null) ?? null)),
  name: file.name ?? '',
  others: file.others ?? 'in',
});

/** Reads JSON; what is none is said at the field. */
function parsed(text: string, pointer: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(422, 'not JSON', [{ message: `this is not JSON: ${error instanceof Error ? error.message : ''}`, pointer }]);
  }
}

const fileOf = (draft: Draft, slug?: string): File => ({
  apiVersion: 'muster/v1',
  kind: 'Scope',
  ...(slug === undefined ? {} : { slug }),
  description: draft.description,
  filters: draft.filters.map((one) => ({ ...(one.application === '' ? {} : { application: one.application }), resource: one.resource, where: one.where })),
  name: draft.name,
  others: draft.others,
});

/** Splits a refusal: what is shown inside of conditions, and the rest. As JSON, all of it stands at the text. */
function split(error: unknown, json: boolean): { inside: Problem[]; rest: unknown } {
  if (!(error instanceof Refusal)) return { inside: [], rest: error };
  if (json) return { inside: [], rest: new Refusal(error.status, error.message, error.problems.map(({ message, pointer }) => ({ message: pointer === '/file' || pointer === '' ? message : `${pointer}: ${message}`, pointer: '/file' }))) };
  const inside = error.problems.filter((one) => /^\/filters\/\d+\//.test(one.pointer));
  if (inside.length === 0) return { inside, rest: error };
  const others = error.problems.filter((one) => !inside.includes(one));
  return { inside, rest: new Refusal(error.status, 'Something is wrong with a filter.', others) };
}

/** One filter: of which resource, and the condition for its records. */
function FilterPart({ at, change, choices, filter, problems, remove }: { at: number; change: (filter: Line) => void; choices: (Choice & { application: string })[]; filter: Line; problems: Problem[]; remove: () => void }) {
  const chosen = choices.find((one) => one.id === filter.resource);
  const here = `/filters/${String(at)}`;
  const wrong = problems.filter((one) => one.pointer === `${here}/resource` || one.pointer === `${here}/application`);
  return (
    <li className="grid gap-3 rounded-lg border p-3">
      <div className="flex items-end gap-2">
        <div className="grid min-w-0 flex-1 gap-1.5">
          <span className="font-medium text-sm">Resource</span>
          <Picker
            chosen={filter.resource}
            find={async (text) => matching(choices, (one) => `${one.label} ${one.note ?? ''}`, text).slice(0, 30)}
            label="Resource"
            name={`resources-${String(choices.length)}`}
            pick={async (choice) => change({ ...filter, application: choices.find((one) => one.id === choice?.id)?.application ?? '', resource: choice?.id ?? '', where: null })}
            trigger={
              <button aria-label={`Resource: ${chosen?.label ?? 'choose one'}`} className="flex h-9 w-full items-center justify-between gap-2 rounded-md border border-line-strong bg-panel px-2.5 text-left hover:border-faint" type="button">
                <span className={`truncate ${chosen ? '' : 'text-faint'}`}>{chosen?.label ?? (filter.resource || 'Choose one')}</span>
                <ChevronDown aria-hidden className="size-4 shrink-0 text-faint" />
              </button>
            }
          />
          {wrong.length > 0 && (
            <p className="text-fail text-sm" role="alert">
              {wrong.map((one) => sentence(one.message)).join(' ')}
            </p>
          )}
        </div>
        <Button aria-label={`Remove filter ${String(at + 1)}`} look="quiet" onClick={remove} shape="square">
          <X aria-hidden className="size-4" />
        </Button>
      </div>
      {filter.resource && (
        <div className="grid gap-1.5">
          <span className="font-medium text-sm">Its records are in when</span>
          <ConditionField application={filter.application} change={(where) => change({ ...filter, where })} node={filter.where} pointer={`${here}/where`} problems={problems} resource={filter.resource} />
        </div>
      )}
    </li>
  );
}

/** The scope as a form. */
function Fields({ draft, problems, set }: { draft: Draft; problems: Problem[]; set: (draft: Draft) => void }) {
  const { choices } = useResourceNames();
  const setFilter = (key: number, filter: Line) => set({ ...draft, filters: draft.filters.map((one) => (one.key === key ? filter : one)) });
  return (
    <>
      <Field data-missing="Give the scope a name." label="Name" name="name" onChange={(event) => set({ ...draft, name: event.target.value })} placeholder="Production" required value={draft.name} />
      <TextField label="Description" name="description" onChange={(event) => set({ ...draft, description: event.target.value })} value={draft.description} />
      <section className="grid gap-3">
        <div className="flex items-center justify-between gap-3">
          <h3 className="font-semibold text-sm">Filters</h3>
          <Button onClick={() => set({ ...draft, filters: [...draft.filters, line()] })}>
            <Plus aria-hidden className="size-3.5" />
            Add a filter
          </Button>
        </div>
        {draft.filters.length === 0 && <p className="text-soft text-sm">One for each resource that only belongs in part. In the language of tests.</p>}
        <ul className="grid gap-3">
          {draft.filters.map((filter, i) => (
            <FilterPart at={i} change={(next) => setFilter(filter.key, next)} choices={choices} filter={filter} key={filter.key} problems={problems} remove={() => set({ ...draft, filters: draft.filters.filter((one) => one.key !== filter.key) })} />
          ))}
        </ul>
      </section>
      <SelectField label="Resources without a filter" name="others" onChange={(event) => set({ ...draft, others: event.target.value === 'out' ? 'out' : 'in' })} value={draft.others}>
        <option value="in">All their records are in</option>
        <option value="out">All their records are out</option>
      </SelectField>
    </>
  );
}

/** Makes a scope, or makes one be as it is written here: as a form or as JSON, without loss between them. */
export function ScopeDrawer({ scope, close, done }: { close: () => void; done: (slug: string) => void; scope?: Scope }) {
  const refresh = useRefresh();
  const [draft, setDraft] = useState(() => draftOf(scope ?? {}));
  const [text, setText] = useState<string | undefined>();
  const [wrong, setWrong] = useState('');
  const [problems, setProblems] = useState<Problem[]>([]);
  const json = text !== undefined;
  const swap = () => {
    setWrong('');
    setProblems([]);
    try {
      if (json) {
        setDraft(draftOf(parsed(text, '/file') as File));
        setText(undefined);
      } else setText(JSON.stringify(fileOf(draft, scope?.slug), null, 2));
    } catch {
      setWrong('This is not JSON yet, so there is no form of it.');
    }
  };
  const save = async () => {
    try {
      const body = json ? (parsed(text, '/file') as File) : fileOf(draft, scope?.slug);
      const saved = scope ? await send('PUT', '/v1/scopes/{scopeId}', { body, path: { scopeId: scope.slug } }) : await send('POST', '/v1/scopes', { body });
      await refresh('/v1/scopes', '/v1/frameworks', '/v1/home');
      done(saved.slug);
    } catch (error) {
      const { inside, rest } = split(error, json);
      setProblems(inside);
      throw rest;
    }
  };
  return (
    <Drawer
      actions={
        <Button look="quiet" onClick={swap}>
          {json ? 'As a form' : 'As JSON'}
        </Button>
      }
      close={close}
      subtitle="The part of your records that a framework is about"
      title={scope ? `Edit ${scope.name}` : 'New scope'}
    >
      <Form send={save}>
        {wrong && (
          <p className="text-fail text-sm" role="alert">
            {wrong}
          </p>
        )}
        {json ? (
          <TextField className="min-h-96 w-full rounded-md border border-line-strong bg-panel px-2.5 py-2 font-mono text-sm aria-invalid:border-fail" data-missing="Write the file." label="The scope as a file" name="file" onChange={(event) => setText(event.target.value)} required spellCheck={false} value={text} />
        ) : (
          <Fields draft={draft} problems={problems} set={setDraft} />
        )}
        <FormFoot close={close} text={scope ? 'Save' : 'Create the scope'} />
      </Form>
      <section className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-4">
        <h3 className="font-semibold text-sm">From a file</h3>
        <CopyField label="command" text="muster admin scope put scope.json" />
      </section>
    </Drawer>
  );
}
