// SPDX-License-Identifier: Apache-2.0

import { Timer } from 'lucide-react';
import { useState } from 'react';

import { useQueryState } from '../lib/address';
import { type Schema, send, usePages } from '../lib/api';
import { atDeadline, deadlineWords, readDeadline, unitWords, units } from '../lib/deadline';
import { useWhole } from '../lib/program';
import { useCan, useRefresh } from '../lib/session';
import { ConfirmButton } from './ConfirmButton';
import { CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { Field, Form, SelectField } from './Form';
import { FormFoot } from './FormFoot';
import { RelativeTime } from './RelativeTime';
import { Switch } from './Switch';
import { type Column, Table } from './Table';

type SLA = Schema<'SLA'>;

/** Every category, by slug too. */
export function useSLAs() {
  const list = useWhole(usePages('/v1/slas'));
  return { ...list, nameOf: (slug: string | null) => list.rows.find((one) => one.slug === slug)?.name ?? slug ?? '' };
}

/** The switch of a category; a refusal is said beside it. */
function Toggle({ sla }: { sla: SLA }) {
  const can = useCan();
  const refresh = useRefresh();
  const [error, setError] = useState<unknown>(null);
  const set = (enabled: boolean) => {
    setError(null);
    send('PATCH', '/v1/slas/{slaId}', { body: { enabled }, path: { slaId: sla.slug } })
      .then(() => refresh('/v1/slas'))
      .catch(setError);
  };
  if (error) return <ErrorNote error={error} />;
  if (!can('write tests')) return sla.enabled ? 'On' : <span className="text-faint">Off</span>;
  return <Switch label={`${sla.name} is on`} on={sla.enabled} set={set} />;
}

const columns: Column<SLA>[] = [
  { cell: (sla) => <span className={`line-clamp-2 whitespace-normal font-medium leading-5 ${sla.enabled ? '' : 'text-soft'}`} title={sla.name}>{sla.name}</span>, head: 'Category', key: 'name', width: 'minmax(0,1fr)' },
  { cell: (sla) => <span className={sla.enabled ? '' : 'text-faint'}>{deadlineWords(sla.deadline)}</span>, head: 'Deadline', key: 'deadline', width: '112px' },
  { cell: (sla) => <span className="text-soft">{sla.slug}</span>, from: 900, head: 'In files', key: 'slug', width: '220px' },
  { cell: (sla) => <span className="text-soft">{sla.builtIn ? 'Built in' : 'Your own'}</span>, from: 620, head: 'From', key: 'from', width: '90px' },
  { cell: (sla) => <span className="text-soft"><RelativeTime at={sla.updatedDate} none="As it ships" /></span>, from: 760, head: 'Changed', key: 'changed', width: '120px' },
  { cell: (sla) => <Toggle sla={sla} />, head: 'On', key: 'on', width: '52px' },
];

/** Makes a category, or changes one. */
function SLADrawer({ sla, close }: { close: () => void; sla?: SLA }) {
  const refresh = useRefresh();
  const { amount, unit } = readDeadline(sla?.deadline ?? { days: 14 });
  const save = async (values: Record<string, string>) => {
    const body = { deadline: { [values.unit ?? 'days']: Number(values.deadline) }, name: values.name ?? '' };
    try {
      if (sla) await send('PATCH', '/v1/slas/{slaId}', { body, path: { slaId: sla.slug } });
      else await send('POST', '/v1/slas', { body });
    } catch (error) {
      throw atDeadline(error);
    }
    await refresh('/v1/slas', '/v1/tests');
    close();
  };
  return (
    <Drawer close={close} subtitle={sla ? 'Holds for what is detected from now on; what has a due time keeps it.' : 'How long something may fail'} title={sla ? sla.name : 'New category'}>
      <Form send={save}>
        <Field data-missing="Give the category a name." defaultValue={sla?.name} label="Name" name="name" placeholder="Web servers" required />
        <div className="grid grid-cols-2 gap-3">
          <Field data-missing="Say how long." defaultValue={amount} inputMode="decimal" label="May fail for" name="deadline" required />
          <SelectField defaultValue={unit} label="Unit" name="unit">
            {units.map((one) => (
              <option key={one} value={one}>
                {unitWords[one]}
              </option>
            ))}
          </SelectField>
        </div>
        <p className="text-soft text-sm">A day is 24 hours. Business days are Monday to Friday, and keep the time of day.</p>
        <FormFoot close={close} text={sla ? 'Save' : 'Create the category'} />
      </Form>
      <section className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-4">
        <h3 className="font-semibold text-sm">{sla ? 'Point a test to it' : 'On the command line'}</h3>
        <CopyField label="command" text={sla ? `sla: ${sla.slug}` : 'muster admin sla create "Web servers" --business-days 3'} />
      </section>
      {sla && !sla.builtIn && (
        <div className="mt-6">
          <ConfirmButton
            look="danger"
            send={async () => {
              await send('DELETE', '/v1/slas/{slaId}', { path: { slaId: sla.slug } });
              await refresh('/v1/slas');
              close();
            }}
            text="No test may point to it. Due times that it gave stay."
            title={`Delete ${sla.name}`}
            verb="Delete"
          >
            Delete
          </ConfirmButton>
        </div>
      )}
    </Drawer>
  );
}

/** The categories with their deadlines; ?sla= is the one that is edited, or new. */
export function SLACategories() {
  const [query, change] = useQueryState();
  const can = useCan();
  const list = useSLAs();
  const asked = query.get('sla');
  const open = list.rows.find((one) => one.slug === asked);
  const may = can('write tests');
  const close = () => change({ sla: '' });
  return (
    <div className="grid gap-3 pt-4">
      <ErrorNote error={list.error} />
      {!list.isLoading && list.rows.length === 0 && !list.error && (
        <EmptyState Icon={Timer} command={'muster admin sla create "Web servers" --business-days 3'} title="No categories yet">
          A category says how long something may fail. Point tests to it.
        </EmptyState>
      )}
      {list.rows.length > 0 && <Table columns={columns} current={asked ?? undefined} label="Categories" open={may ? (sla) => change({ sla: sla.slug }, { push: true }) : undefined} rowKey={(sla) => sla.slug} rows={list.rows} />}
      {may && asked === 'new' && <SLADrawer close={close} />}
      {may && open && <SLADrawer close={close} key={open.slug} sla={open} />}
    </div>
  );
}
