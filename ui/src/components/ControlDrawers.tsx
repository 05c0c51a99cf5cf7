// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { useLocation } from 'wouter';

import { type Schema, send, usePages } from '../lib/api';
import { useWhole } from '../lib/program';
import { matching } from '../lib/search';
import { useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { plain } from '../lib/words';
import { Button } from './Button';
import { CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { Field, Form, SelectField, TextField } from './Form';
import { FormFoot } from './FormFoot';

type Control = Schema<'Control'>;

/** A domain as words: IDENTIFICATION_&_AUTHENTICATION → Identification & authentication. */
export const domainWord = (domain: string) => plain(domain);

/** One control of the library, and a way to use it. */
function LibraryEntry({ control, used }: { control: Control; used: boolean }) {
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const add = async () => {
    await send('POST', '/v1/controls/add-from-library', { body: { controlId: control.id } });
    await refresh('/v1/controls', '/v1/frameworks', '/v1/home');
  };
  return (
    <li className="grid gap-1 border-b py-3 first:pt-0 last:border-b-0">
      <div className="flex items-start justify-between gap-3">
        <h3 className="min-w-0 pt-1 font-medium">{control.name}</h3>
        {used ? (
          <span className="shrink-0 pt-1 text-soft text-sm">In use</span>
        ) : (
          <Button aria-label={`Use it: ${control.name}`} busy={busy} onClick={() => run(add)}>
            Use it
          </Button>
        )}
      </div>
      <p className="text-soft text-sm">{control.description}</p>
      <ErrorNote error={error} />
    </li>
  );
}

/** The library of controls: what is not in use stands first. */
export function LibraryDrawer({ close, used }: { close: () => void; used: Control[] }) {
  const [text, setText] = useState('');
  const list = useWhole(usePages('/v1/controls/controls-library'));
  const taken = new Set(used.map((one) => one.externalId));
  const shown = matching(list.rows, (one) => `${one.name} ${one.description}`, text).toSorted((a, b) => Number(taken.has(a.externalId)) - Number(taken.has(b.externalId)) || a.name.localeCompare(b.name));
  return (
    <Drawer close={close} subtitle="Controls that Muster brings along, mapped to its frameworks" title="Library of controls">
      <div className="grid gap-4">
        <ErrorNote error={list.error} />
        <input aria-label="Find a control of the library" className="h-9 w-full rounded-md border border-line-strong bg-panel px-2.5 placeholder:text-faint" onChange={(event) => setText(event.target.value)} placeholder="Find a control" spellCheck={false} type="search" value={text} />
        <ul>
          {shown.map((control) => (
            <LibraryEntry control={control} key={control.id} used={taken.has(control.externalId)} />
          ))}
        </ul>
        {!list.isLoading && shown.length === 0 && <p className="text-center text-soft">No control of the library fits these words.</p>}
      </div>
    </Drawer>
  );
}

/** The fields that a control has when it is made and when it is edited. */
function Fields({ control, domains }: { control?: Schema<'ControlDetail'>; domains: string[] }) {
  return (
    <>
      <Field data-missing="Give the control a name." defaultValue={control?.name} hint="What is true when it is carried out." label="Name" name="name" placeholder="Access is reviewed each quarter" required />
      <Field data-missing="Give the control an id." defaultValue={control?.externalId ?? ''} hint="By which tests, files and other systems name it." label="Id" name="externalId" placeholder="ACC-1" required spellCheck={false} />
      <TextField defaultValue={control?.description} label="Description" name="description" />
      <SelectField defaultValue={control?.domains[0] ?? ''} label="Domain" name="domain">
        <option value="">None</option>
        {domains.map((domain) => (
          <option key={domain} value={domain}>
            {domainWord(domain)}
          </option>
        ))}
      </SelectField>
    </>
  );
}

/** The domains that controls in use have. */
export const domainsOf = (controls: Control[]) => [...new Set(controls.flatMap((one) => one.domains))].toSorted();

/** A control of one's own. */
export function NewControlDrawer({ close, controls }: { close: () => void; controls: Control[] }) {
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  const create = async ({ name = '', externalId = '', description = '', domain = '' }: Record<string, string>) => {
    const made = await send('POST', '/v1/controls', { body: { description, domains: domain === '' ? [] : [domain], externalId, kind: 'Control', apiVersion: 'muster/v1', name } });
    await refresh('/v1/controls');
    navigate(`/controls/${made.id}`);
  };
  return (
    <Drawer close={close} subtitle="What you do so that requirements are met" title="New control">
      <Form send={create}>
        <Fields domains={domainsOf(controls)} />
        <FormFoot close={close} text="Create the control" />
      </Form>
      <section className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-4">
        <h3 className="font-semibold text-sm">Many at once</h3>
        <p className="text-soft text-sm">From a CSV, YAML or JSON file: all of it, or nothing.</p>
        <CopyField label="command" text="muster admin control import controls.csv" />
      </section>
    </Drawer>
  );
}

/** Changes what a control is called and says. */
export function EditControlDrawer({ close, control, domains }: { close: () => void; control: Schema<'ControlDetail'>; domains: string[] }) {
  const refresh = useRefresh();
  const change = async ({ name = '', externalId = '', description = '', domain = '', note = '' }: Record<string, string>) => {
    const body: Schema<'ControlEdit'> = { description, name };
    if (externalId !== (control.externalId ?? '')) body.externalId = externalId;
    if (note !== (control.note ?? '')) body.note = note;
    if (domain !== '' && domain !== control.domains[0]) body.domain = domain;
    await send('PATCH', '/v1/controls/{controlId}', { body, path: { controlId: control.id } });
    await refresh('/v1/controls', '/v1/frameworks', '/v1/tests');
    close();
  };
  return (
    <Drawer close={close} subtitle={control.name} title="Edit the control">
      <Form send={change}>
        <Fields control={control} domains={domains} />
        <TextField defaultValue={control.note ?? ''} hint="For those who work on it." label="Note" name="note" />
        <FormFoot close={close} text="Save" />
      </Form>
    </Drawer>
  );
}
