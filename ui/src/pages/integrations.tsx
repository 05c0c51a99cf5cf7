// SPDX-License-Identifier: Apache-2.0

import { Plug, Plus } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';

import { Button } from '../components/Button';
import { Drawer } from '../components/Drawer';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { Field, Form, TextField } from '../components/Form';
import { FormFoot } from '../components/FormFoot';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, send, usePages } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';

type Application = Schema<'Application'>;
type Definition = Schema<'Definition'>;

/** The kinds of an application, as people choose them. */
const kinds = [
  { body: { distribution: 'private', type: 'build' }, key: 'private', label: 'Private', note: 'Pushes the records of this workspace: a script, a function, a job.' },
  { body: { distribution: 'public', type: 'build' }, key: 'public', label: 'Public', note: 'For many organisations: each lets it in by the authorization-code flow.' },
  { body: { type: 'manage' }, key: 'manage', label: 'Manage', note: 'Reads and changes tests, controls and people through the API; pushes nothing.' },
] as const;

/** What an application is called by kind. */
export const kindOf = (one: Application) => (one.publisher !== null ? 'Installed' : one.type === 'build' ? (one.distribution === 'public' ? 'Public' : 'Private') : one.type === 'manage' ? 'Manage' : 'Audit');

function Kinds({ kind, set }: { kind: string; set: (kind: string) => void }) {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium text-sm">Kind</legend>
      {kinds.map((one) => (
        <label className={`flex cursor-pointer gap-3 rounded-md border px-3 py-2.5 ${one.key === kind ? 'border-accent bg-accent-soft' : 'hover:bg-hover'}`} key={one.key}>
          <input aria-label={one.label} checked={one.key === kind} className="mt-1 size-4 shrink-0 accent-[var(--color-accent-fill)]" name="kind" onChange={() => set(one.key)} type="radio" value={one.key} />
          <span>
            <span className="block font-medium">{one.label}</span>
            <span className="block text-soft text-sm">{one.note}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Create({ close }: { close: () => void }) {
  const [, navigate] = useLocation();
  const refresh = useRefresh();
  const [kind, setKind] = useState('private');
  const create = async ({ description = '', name = '', redirects = '' }: Record<string, string>) => {
    const chosen = kinds.find((one) => one.key === kind) ?? kinds[0];
    const redirectUris = kind === 'public' ? redirects.split(/\s+/).filter(Boolean) : undefined;
    const made = await send('POST', '/v1/applications', { body: { description, name, redirectUris, ...chosen.body } });
    await refresh('/v1/applications');
    navigate(`/integrations/${made.id}?tab=credentials`);
  };
  return (
    <Drawer close={close} subtitle="It holds the credentials that something pushes or reads with." title="New application">
      <Form send={create}>
        <Field hint="Of what pushes: HR export, Demo Private Integration." label="Name" name="name" required />
        <TextField label="Description" name="description" />
        <Kinds kind={kind} set={setKind} />
        {kind === 'public' && <TextField hint="One a line: where people are sent back to." label="Redirect addresses" name="redirects" pointer="/redirectUris" />}
        <FormFoot close={close} text="Create the application" />
      </Form>
    </Drawer>
  );
}

/** An application with what its definitions say of it. */
type Row = Application & { last: string | undefined; of: Definition[] };

const columns: Column<Row>[] = [
  {
    cell: (row) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="truncate font-medium">{row.name}</span>
        {row.of.some((one) => one.held) && <StatusChip quiet word={{ text: 'Removals held', tone: 'risk' }} />}
      </span>
    ),
    head: 'Application',
    key: 'name',
    width: 'minmax(0,1fr)',
  },
  { cell: (row) => <span className="text-soft" title={row.description}>{row.description}</span>, from: 900, head: 'Description', key: 'description', width: 'minmax(0,1fr)' },
  { cell: kindOf, from: 480, head: 'Kind', key: 'kind', width: '84px' },
  { align: 'right', cell: (row) => (row.type === 'build' ? row.of.length : <span className="text-faint">-</span>), from: 620, head: 'Resources', key: 'resources', width: '84px' },
  { align: 'right', cell: (row) => (row.type === 'build' ? row.of.reduce((sum, one) => sum + one.records, 0).toLocaleString('en-GB') : <span className="text-faint">-</span>), from: 700, head: 'Records', key: 'records', width: '90px' },
  { align: 'right', cell: (row) => (row.last ? <RelativeTime at={row.last} /> : <span className="text-faint">{row.type === 'build' ? 'Never' : '-'}</span>), head: 'Last push', key: 'last', width: '116px' },
  { align: 'right', cell: (row) => <span className="text-soft">{row.lastTokenDate ? <RelativeTime at={row.lastTokenDate} /> : 'Never'}</span>, from: 1000, head: 'Last token', key: 'token', width: '116px' },
];

/** /integrations: the applications; ?create=1 opens the form for another. */
export default function Integrations() {
  const [query, change] = useQueryState();
  const [, navigate] = useLocation();
  const can = useCan();
  const applications = usePages('/v1/applications');
  const definitions = usePages('/v1/definitions');
  const may = can('write applications and definitions');
  const rows = applications.rows.map((one): Row => {
    const of = definitions.rows.filter((definition) => definition.applicationId === one.id);
    return { ...one, last: of.map((definition) => definition.lastPush?.date ?? '').toSorted().at(-1) || undefined, of };
  });
  const none = !applications.isLoading && rows.length === 0 && !applications.error;
  const button = (
    <Button look="primary" onClick={() => change({ create: '1' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      New application
    </Button>
  );
  return (
    <Page actions={may && !none && button} title="Integrations">
      <ErrorNote error={applications.error ?? definitions.error} />
      {none && (
        <EmptyState action={may && button} command={'muster admin app create --name "My integration"'} Icon={Plug} title="No applications yet">
          An application holds the credentials that your script pushes with. Create one here, or on the command line beside the server:
        </EmptyState>
      )}
      {rows.length > 0 && <Table columns={rows.some((row) => row.description) ? columns : columns.filter(({ key }) => key !== 'description')} label="Applications" more={applications.more} open={(row) => navigate(`/integrations/${row.id}`)} rowKey={(row) => row.id} rows={rows} />}
      {query.get('create') && may && <Create close={() => change({ create: '' })} />}
    </Page>
  );
}
