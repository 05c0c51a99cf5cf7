// SPDX-License-Identifier: Apache-2.0

import { Inbox, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';

import { BulkBar } from '../components/BulkBar';
import { Button } from '../components/Button';
import { Check } from '../components/Checks';
import { Facts } from '../components/Facts';
import { Figures } from '../components/Figures';
import { Progress } from '../components/Progress';
import { Severity, severities } from '../components/Severity';
import { CommandPalette } from '../components/CommandPalette';
import { ConfirmButton } from '../components/ConfirmButton';
import { CopyField } from '../components/CopyField';
import { Drawer } from '../components/Drawer';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { type Filter, FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { Field, Form, SelectField, TextField } from '../components/Form';
import { HistoryDays } from '../components/HistoryBar';
import { HistoryStrip } from '../components/HistoryStrip';
import { JsonView } from '../components/JsonView';
import { Menu } from '../components/Menu';
import { MicroBar } from '../components/MicroBar';
import { NextSteps } from '../components/NextSteps';
import { OwnerPicker } from '../components/OwnerPicker';
import { Picker } from '../components/Picker';
import { RelativeTime } from '../components/RelativeTime';
import { Ring } from '../components/Ring';
import { RuleTree } from '../components/RuleTree';
import { Sparkline } from '../components/Sparkline';
import { StatusChip } from '../components/StatusChip';
import { type Day, Strip } from '../components/Strip';
import { Table } from '../components/Table';
import { Tabs } from '../components/Tabs';
import { TraceTree } from '../components/TraceTree';
import { Refusal, type Schema, useGet } from '../lib/api';
import { useNow } from '../lib/now';
import { matching } from '../lib/search';
import { SessionOf } from '../lib/session';
import type { Tone } from '../lib/words';

const tones: Tone[] = ['pass', 'fail', 'risk', 'stale', 'none'];
const days: Day[] = Array.from({ length: 30 }, (_, i) => ({ date: String(i), title: `Day ${String(i)}`, tone: i < 4 ? null : (tones[i % 7] ?? 'pass') }));
const rows = Array.from({ length: 100_000 }, (_, i) => ({ id: i, name: `Record ${String(i)}` }));
const filters: Filter[] = [{ label: 'Status', name: 'status', options: tones.map((value) => ({ label: value, value })) }];

function Show({ name, children }: { children: ReactNode; name: string }) {
  return (
    <section className="grid gap-3 border-b pb-6">
      <h2 className="font-semibold text-soft text-sm">{name}</h2>
      <div className="flex flex-wrap items-center gap-4">{children}</div>
    </section>
  );
}

const statuses = ['OK', 'OK', 'NEEDS_ATTENTION', 'OK', 'INVALID', 'OK'] as const;
const strip: Schema<'TestStrip'> = { failing: days.map((_, i) => (i % 6 === 2 ? i : 0)), stale: days.map((_, i) => i % 11 === 10), startDate: '2026-03-01', status: days.map((_, i) => (i < 4 ? null : (statuses[i % 6] ?? 'OK'))), testId: '01' };
const past: Schema<'TestDay'>[] = strip.status.map((status, i) => ({
  date: new Date(Date.UTC(2026, 2, 1 + i)).toISOString().slice(0, 10),
  deactivated: 0,
  failing: strip.failing[i] ?? 0,
  inProgress: 0,
  outOfScope: 2,
  passing: 60,
  regressions: i % 6 === 2 ? 3 : 0,
  repairs: i % 6 === 3 ? 3 : 0,
  stale: strip.stale[i] ?? false,
  status: status as Schema<'TestDay'>['status'],
}));
const trace: Schema<'Trace'> = {
  children: [
    { children: [], decided: false, field: 'active', actual: true, kind: 'leaf', pointer: '/all/0', sentence: 'active is true', truth: 'true' },
    { children: [], decided: true, field: 'memory', actual: 4096, kind: 'leaf', pointer: '/all/1', sentence: 'memory is at least 8192', truth: 'false' },
  ],
  decided: true,
  kind: 'all',
  pointer: '',
  sentence: 'active is true and memory is at least 8192',
  truth: 'false',
};
const fruit = ['Apple', 'Cherry', 'Pear', 'Plum'].map((label) => ({ id: label, label, note: `A ${label.toLowerCase()}` }));

/** What is picked and found by name; owners and Ctrl-K need somebody who is signed in. */
function Pickers() {
  const [picked, setPicked] = useState('Pear');
  const [finding, setFinding] = useState(false);
  const session = useGet('/v1/session', undefined, { retry: false });
  return (
    <Show name="Picker, OwnerPicker, FilterInput, CommandPalette">
      <Picker
        chosen={picked}
        find={async (text) => matching(fruit, ({ label }) => label, text)}
        label="Fruit"
        name="fruit"
        none="Nothing"
        pick={async (choice) => setPicked(choice?.id ?? '')}
        trigger={<Button>{picked || 'Nothing'}</Button>}
      />
      <FilterInput label="Filter by name" name="q" />
      {session.data ? (
        <SessionOf session={session.data}>
          <OwnerPicker set={() => Promise.reject(new Refusal(409, 'this is a page of examples'))} trigger={<Button>Owner</Button>} />
          <Button onClick={() => setFinding(true)}>Find</Button>
          <CommandPalette open={finding} setOpen={setFinding} />
        </SessionOf>
      ) : (
        <a className="text-accent underline" href="/sign-in?return=/dev/components">
          Sign in for OwnerPicker and CommandPalette
        </a>
      )}
    </Show>
  );
}

/** What says how a verdict came about, and how it changed. */
function Verdicts() {
  return (
    <Show name="TraceTree, RuleTree, HistoryStrip, HistoryBar">
      <div className="grid w-full gap-4 sm:grid-cols-2">
        <TraceTree trace={trace} />
        <RuleTree rule={{ all: [{ field: 'active', op: 'equals', value: true }, { any: [{ field: 'memory', op: 'gte', value: 8192 }, { not: { field: 'owner', op: 'exists' } }] }] }} />
      </div>
      <HistoryStrip history={strip} />
      <div className="grid w-full gap-2">
        <HistoryDays days={past} />
      </div>
    </Show>
  );
}

/** /dev/components shows every component, in development builds only. */
export default function Components() {
  const now = useNow().getTime();
  const [open, setOpen] = useState(false);
  const [tab, setTab] = useState('one');
  return (
    <main className="mx-auto grid h-dvh max-w-5xl gap-6 overflow-y-auto p-8" data-scroll>
      <h1 className="font-semibold text-2xl">Components</h1>
      <Show name="StatusChip">
        {tones.map((tone) => (
          <StatusChip key={tone} word={{ text: tone, tone }} />
        ))}
        <StatusChip quiet word={{ text: 'quiet', tone: 'pass' }} />
      </Show>
      <Show name="Button, Menu, ConfirmButton, Drawer">
        <Button look="primary">Primary</Button>
        <Button>Plain</Button>
        <Button look="quiet">Quiet</Button>
        <Button look="danger">Danger</Button>
        <Button busy>Busy</Button>
        <Menu items={[{ heading: 'Heading' }, { act: () => undefined, chosen: true, label: 'Chosen' }, 'line', { Icon: Trash2, act: () => undefined, danger: true, label: 'Danger' }]} label="Menu" trigger={<Button>Menu</Button>} />
        <ConfirmButton look="danger" send={() => Promise.reject(new Refusal(409, 'it is in use'))} text="It cannot be undone." title="Delete it?" verb="Delete">
          Confirm
        </ConfirmButton>
        <Button onClick={() => setOpen(true)}>Drawer</Button>
        {open && <Drawer close={() => setOpen(false)} subtitle="srv_001" title="auth-prod-1">Detail</Drawer>}
      </Show>
      <Show name="MicroBar, Strip, Sparkline, Ring, RelativeTime">
        <MicroBar failing={3} passing={97} total={100} />
        <MicroBar failing={0} passing={0} total={0} />
        <Strip days={days} label="30 days" />
        <Sparkline label="30 days" values={[3, 4, 4, 6, 9, 7, 7, 2, 2, 4]} />
        <Ring parts={[{ label: 'Passing', tone: 'pass', value: 40 }, { label: 'Failing', tone: 'fail', value: 8 }, { label: 'Unknown', tone: 'none', value: 4 }]}>77%</Ring>
        <Ring parts={[]}>0</Ring>
        <RelativeTime at={new Date(now - 7_200_000).toISOString()} />
        <RelativeTime as="due" at={new Date(now - 172_800_000).toISOString()} />
        <RelativeTime as="due" at={new Date(now + 372_800_000).toISOString()} />
      </Show>
      <Verdicts />
      <Pickers />
      <Show name="CopyField, JsonView, ErrorNote">
        <div className="grid w-full gap-3">
          <CopyField label="command" text="muster push --resource ID servers.csv" />
          <JsonView label="JSON" marked={['/customProperties/memory']} value={{ uniqueId: 'srv_001', customProperties: { active: true, memory: 4096, tags: ['a', 'b'], none: null } }} />
          <ErrorNote error={new Refusal(0, 'the server cannot be reached')} retry={() => undefined} />
        </div>
      </Show>
      <Show name="Form">
        <div className="w-full max-w-sm">
          <Form send={() => Promise.reject(new Refusal(400, 'body.name: must not be taken', [{ message: 'is taken', pointer: '/name' }]))}>
            <Field hint="As people know it." label="Name" name="name" required />
            <SelectField label="Kind" name="kind">
              <option>One</option>
              <option>Two</option>
            </SelectField>
            <TextField label="Reason" name="reason" />
            <Button type="submit">Send</Button>
          </Form>
        </div>
      </Show>
      <Show name="FilterChips, Tabs">
        <FilterChips filters={filters} />
        <div className="w-full">
          <Tabs change={setTab} tabs={[{ count: 3, key: 'one', label: 'One' }, { key: 'two', label: 'Two' }]} value={tab}>
            <p className="py-3">{tab}</p>
          </Tabs>
        </div>
      </Show>
      <Show name="Severity, Progress, Check, Facts, Figures, BulkBar">
        {severities.map((one) => (
          <Severity key={one} severity={one} />
        ))}
        <Progress done={39} label="Decided" total={59} />
        {(['PASS', 'FAIL', 'IN_PROGRESS', 'NA'] as const).map((outcome) => (
          <Check Icon={Inbox} key={outcome} outcome={outcome} text="Check" />
        ))}
        <div className="grid w-full gap-4">
          <Facts rows={[['Name', 'Ada Lovelace'], ['Nothing', '']]} />
          <Figures figures={[{ bad: true, choose: () => undefined, chosen: true, label: 'Failing', note: 'of 60', value: 3 }, { choose: () => undefined, chosen: false, label: 'Silent', value: 0 }]} label="Figures" />
          <BulkBar clear={() => undefined} text="2 records chosen">
            <Button>Do something</Button>
          </BulkBar>
        </div>
      </Show>
      <Show name="EmptyState, NextSteps">
        <EmptyState Icon={Inbox} command="muster push --resource ID servers.csv" title="No records yet">
          Records come with a push.
        </EmptyState>
        <div className="w-full">
          <NextSteps steps={[{ done: true, title: 'Done' }, { children: 'What to do.', command: 'muster help', done: false, title: 'Next' }]} />
        </div>
      </Show>
      <h2 className="font-semibold text-soft text-sm">Table: 100,000 rows</h2>
      <Table columns={[{ cell: (row) => row.name, head: 'Name', key: 'name', width: '1fr' }, { align: 'right', cell: (row) => row.id.toLocaleString('en-GB'), head: 'Number', key: 'id', width: '120px' }]} label="Many" open={() => setOpen(true)} rowKey={(row) => String(row.id)} rows={rows} />
    </main>
  );
}
