// SPDX-License-Identifier: Apache-2.0

import { FlaskConical, Pencil, Trash2 } from 'lucide-react';
import { Link, useLocation, useParams } from 'wouter';

import { Button } from '../components/Button';
import { ConfirmButton } from '../components/ConfirmButton';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { Facts, Part } from '../components/Facts';
import { FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { MicroBar } from '../components/MicroBar';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { RuleTree } from '../components/RuleTree';
import { ScopeDrawer, useResourceNames } from '../components/ScopeDrawer';
import { useBoundScope } from '../components/ScopePicker';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet, usePages } from '../lib/api';
import { useWhole } from '../lib/program';
import { matching } from '../lib/search';
import { useCan, useRefresh } from '../lib/session';
import { count, wordOf } from '../lib/words';

type Scope = Schema<'Scope'>;
type Test = Schema<'ScopedTest'>;

const statuses = ['NEEDS_ATTENTION', 'INVALID', 'IN_PROGRESS', 'OK', 'NOT_APPLICABLE', 'DEACTIVATED'];

const columns: Column<Test>[] = [
  { cell: (test) => <span className="font-medium">{test.name}</span>, head: 'Test', key: 'name', width: 'minmax(0,1fr)' },
  { cell: (test) => <StatusChip quiet word={wordOf('test', test.status)} />, head: 'Status', key: 'status', width: '124px' },
  { cell: (test) => <MicroBar failing={test.failing} passing={test.passing} total={test.failing + test.passing + test.inProgress + test.deactivated} />, from: 560, head: 'Failing', key: 'failing', width: '150px' },
  { align: 'right', cell: (test) => <span className={test.deactivated > 0 ? '' : 'text-faint'}>{test.deactivated.toLocaleString('en-GB')}</span>, from: 820, head: 'Excepted', key: 'excepted', width: '80px' },
];

/** What each test comes to on the records that are in, failing ones first; ?q= ?status= narrow. */
function Tests({ scope }: { scope: Scope }) {
  const [query] = useQueryState();
  const [, navigate] = useLocation();
  const list = useWhole(usePages('/v1/scopes/{scopeId}/tests', { path: { scopeId: scope.slug } }));
  const rows = matching(list.rows, (test) => test.name, query.get('q') ?? '')
    .filter((test) => (query.get('status') ?? test.status) === test.status)
    .toSorted((a, b) => statuses.indexOf(a.status) - statuses.indexOf(b.status) || a.name.localeCompare(b.name));
  const failing = list.rows.filter((test) => test.status === 'NEEDS_ATTENTION').length;
  return (
    <section aria-labelledby="tests" className="grid min-w-0 content-start gap-3">
      <h2 className="font-semibold" id="tests">
        {list.isLoading ? 'Tests' : `${failing.toLocaleString('en-GB')} of ${count(list.rows.length, 'test')} failing on the records that are in`}
      </h2>
      <ErrorNote error={list.error} />
      {list.rows.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          <FilterInput label="Filter by name" name="q" />
          <FilterChips filters={[{ label: 'Status', name: 'status', options: statuses.map((value) => ({ label: wordOf('test', value).text, value })) }]} />
        </div>
      )}
      {!list.isLoading && rows.length === 0 && !list.error && (
        <EmptyState Icon={FlaskConical} title={list.rows.length === 0 ? 'No tests yet' : 'No test fits these filters'}>
          {list.rows.length === 0 ? 'What each test comes to on the records of this scope would stand here.' : 'Take one away to see more.'}
        </EmptyState>
      )}
      {rows.length > 0 && <Table columns={columns} label="Tests" open={(test) => navigate(`/tests/${test.id}`)} rowKey={(test) => test.id} rows={rows} />}
    </section>
  );
}

/** A framework, where it is bound to this scope. */
function Bound({ framework, scope }: { framework: Schema<'Framework'>; scope: Scope }) {
  const bound = useBoundScope(framework.id);
  if (bound?.id !== scope.slug) return null;
  return (
    <li>
      <Link className="text-accent hover:underline" href={`/frameworks/${encodeURIComponent(framework.id)}`}>
        {framework.displayName}
      </Link>
    </li>
  );
}

/** What the scope is: its filters, and who goes by it. */
function Aside({ scope }: { scope: Scope }) {
  const { nameOf, noteOf } = useResourceNames();
  const frameworks = useGet('/v1/frameworks', { query: { pageSize: 100 } });
  return (
    <aside aria-label="About the scope" className="grid content-start gap-6">
      <Part title="Which records are in">
        <ul className="grid gap-3">
          {scope.filters.map((filter) => (
            <li className="grid gap-1.5 rounded-lg border bg-panel px-3 py-2.5" key={filter.resource}>
              <span>
                <span className="font-medium">{nameOf(filter.resource)}</span> <span className="text-soft text-sm">{noteOf(filter.resource)}</span>
              </span>
              <RuleTree rule={filter.where} />
            </li>
          ))}
        </ul>
        <p className="text-soft text-sm">{scope.others === 'in' ? 'Of every other resource, all records are in.' : 'Of every other resource, no record is in.'}</p>
      </Part>
      <Part title="Frameworks that go by it">
        <ul className="grid gap-1 text-sm">
          {(frameworks.data?.results.data ?? []).map((framework) => (
            <Bound framework={framework} key={framework.id} scope={scope} />
          ))}
        </ul>
        <p className="text-soft text-sm">Bind one on its own page.</p>
      </Part>
      <div className="text-sm">
        <Facts
          rows={[
            ['Changed', <RelativeTime at={scope.updatedDate} key="changed" />],
            ['In files', <code className="font-mono text-xs" key="slug">{scope.slug}</code>],
          ]}
        />
      </div>
    </aside>
  );
}

/** To edit it and to delete it, for those who may. */
function Actions({ scope }: { scope: Scope }) {
  const [, change] = useQueryState();
  const [, navigate] = useLocation();
  const refresh = useRefresh();
  return (
    <>
      <Button onClick={() => change({ edit: '1' }, { push: true })}>
        <Pencil aria-hidden className="size-3.5" />
        Edit
      </Button>
      <ConfirmButton
        look="danger"
        send={async () => {
          await send('DELETE', '/v1/scopes/{scopeId}', { path: { scopeId: scope.slug } });
          navigate('/scopes');
          await refresh('/v1/scopes');
        }}
        text="No framework may be bound to it."
        title={`Delete ${scope.name}`}
        trigger="quiet"
        verb="Delete"
      >
        <Trash2 aria-hidden className="size-3.5" />
        Delete
      </ConfirmButton>
    </>
  );
}

/** /scopes/SLUG: what tests say of its records; ?q= ?status= narrow, ?edit=1 opens the editor. */
export default function ScopePage() {
  const { scopeId = '' } = useParams<{ scopeId: string }>();
  const [query, change] = useQueryState();
  const can = useCan();
  const answer = useGet('/v1/scopes/{scopeId}', { path: { scopeId } });
  const up = { href: '/scopes', label: 'Scopes' };
  if (answer.error?.status === 404) return <NotFound />;
  if (answer.error && !answer.data) return <Page title="Scope" up={up}><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  const scope = answer.data;
  if (!scope || answer.isPlaceholderData) return null;
  const may = can('write controls and frameworks');
  return (
    <Page actions={may && <Actions scope={scope} />} lead={scope.description} title={scope.name} up={up}>
      <div className="grid gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_340px]">
        {can('read tests') ? <Tests scope={scope} /> : <div />}
        <Aside scope={scope} />
      </div>
      {may && query.get('edit') && <ScopeDrawer close={() => change({ edit: '' })} done={() => change({ edit: '' })} scope={scope} />}
    </Page>
  );
}
