// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { useLocation } from 'wouter';

import { type Schema, send } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { count } from '../lib/words';
import { Section } from './ApplicationCredentials';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { Field, Form, SelectField, useFormBusy } from './Form';

type Definition = Schema<'Definition'>;

function Save() {
  return (
    <div>
      <Button busy={useFormBusy()} type="submit">
        Save
      </Button>
    </div>
  );
}

const handlings = { '': 'As the push asks', lenient: 'The others are taken', strict: 'The whole push is refused' };

/** The guard in words. */
function guarded(guard: Definition['guard']): string {
  if (guard === null) return 'Off: what a push leaves out is gone.';
  const parts = [guard.count > 0 ? `more than ${count(guard.count, 'record')}` : '', guard.percent > 0 ? `more than ${String(guard.percent)} %` : ''].filter(Boolean);
  return `When a push would take away ${parts.join(' or ')}, these wait for somebody.`;
}

function Guard({ definition }: { definition: Definition }) {
  const [on, setOn] = useState(definition.guard !== null);
  return (
    <>
      <label className="flex items-center gap-2 text-sm">
        <input checked={on} className="size-4 accent-[var(--color-accent-fill)]" name="guarded" onChange={(event) => setOn(event.target.checked)} type="checkbox" value="on" />
        Hold removals when a push leaves out a lot
      </label>
      {on && (
        <div className="grid items-start gap-3 sm:grid-cols-2">
          <Field defaultValue={definition.guard?.percent ?? 20} hint="0: percent does not count." label="More than so many percent" max={100} min={0} name="percent" pointer="/guard/percent" type="number" />
          <Field defaultValue={definition.guard?.count ?? 0} hint="0: the number does not count." label="More than so many records" min={0} name="count" pointer="/guard/count" type="number" />
        </div>
      )}
    </>
  );
}

/** Name, handling of invalid records, removal guard. */
export function DefinitionSettings({ definition }: { definition: Definition }) {
  const can = useCan();
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  const [saved, setSaved] = useState(false);
  const path = { resourceId: definition.id };
  if (!can('write applications and definitions'))
    return (
      <Section title="Settings">
        <dl className="grid gap-2 text-sm">
          <dt className="text-soft">When a record is invalid</dt>
          <dd>{handlings[definition.handling ?? '']}</dd>
          <dt className="text-soft">Removal guard</dt>
          <dd>{guarded(definition.guard)}</dd>
        </dl>
      </Section>
    );
  const save = async (values: Record<string, string>) => {
    setSaved(false);
    const guard = values.guarded ? { count: Number(values.count), percent: Number(values.percent), repeats: definition.guard?.repeats ?? 0 } : null;
    await send('PATCH', '/v1/definitions/{resourceId}', { body: { guard, handling: values.handling || null, name: values.name }, path });
    await refresh('/v1/definitions');
    setSaved(true);
  };
  return (
    <>
      <Section lead={guarded(definition.guard)} title="Settings">
        <div className="max-w-xl">
          <Form send={save}>
            <Field defaultValue={definition.name} label="Name" name="name" required />
            <SelectField defaultValue={definition.handling ?? ''} label="When a record is invalid" name="handling">
              {Object.entries(handlings).map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </SelectField>
            <Guard definition={definition} />
            <div className="flex items-center gap-3">
              <Save />
              {saved && <span className="text-pass text-sm" role="status">Saved.</span>}
            </div>
          </Form>
        </div>
      </Section>
      {definition.lastPush === null && (
        <Section
          actions={
            <ConfirmButton
              look="danger"
              send={async () => {
                await send('DELETE', '/v1/definitions/{resourceId}', { path });
                navigate(`/integrations/${definition.applicationId}?tab=resources`);
                await refresh('/v1/definitions');
              }}
              text="Nothing was pushed to it yet, so nothing is lost."
              title="Delete the resource"
              verb="Delete it"
            >
              Delete
            </ConfirmButton>
          }
          lead="Possible as long as nothing was pushed to it."
          title="Delete the resource"
        >
          {null}
        </Section>
      )}
    </>
  );
}
