// SPDX-License-Identifier: Apache-2.0

import { Laptop } from 'lucide-react';

import { Check, Checks, ReportIcon, checks, isLate } from '../components/Checks';
import { ComputerDrawer, nameOf, systemOf } from '../components/ComputerDrawer';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { type Filter, FilterChips } from '../components/FilterChips';
import { Figures } from '../components/Figures';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, useGet, usePages } from '../lib/api';
import { useApplications } from '../lib/applications';
import { useNow } from '../lib/now';
import { list } from '../lib/query';

type Computer = Schema<'MonitoredComputer'>;

/** What is wrong with a computer, in words. */
function Wrong({ computer, now }: { computer: Computer; now: Date }) {
  const wrong = checks.filter(({ key }) => computer[key].outcome === 'FAIL').map(({ failing }) => failing);
  if (wrong.length > 0) return <StatusChip quiet word={{ text: wrong.join(', '), tone: 'fail' }} />;
  if (isLate(computer, now)) return <StatusChip quiet word={{ text: 'Silent', tone: 'stale' }} />;
  const open = checks.filter(({ key }) => computer[key].outcome === 'IN_PROGRESS').length;
  return open > 0 ? <StatusChip quiet word={{ text: `${String(open)} not known`, tone: 'risk' }} /> : <StatusChip quiet word={{ text: 'All pass', tone: 'pass' }} />;
}

const columnsAt = (now: Date): Column<Computer>[] => [
  {
    cell: (computer) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="max-w-full shrink-0 truncate font-medium">{nameOf(computer)}</span>
        <span className="truncate text-faint text-sm max-sm:hidden">{systemOf(computer)}</span>
      </span>
    ),
    head: 'Computer',
    key: 'computer',
    width: 'minmax(0,1fr)',
  },
  { cell: ({ owner }) => (owner ? owner.displayName || owner.emailAddress : <StatusChip quiet word={{ text: 'Nobody', tone: 'risk' }} />), from: 620, head: 'Owner', key: 'owner', width: 'minmax(0,0.8fr)' },
  { cell: (computer) => <Wrong computer={computer} now={now} />, head: 'Result', key: 'result', width: 'minmax(0,0.8fr)' },
  {
    cell: (computer) => (
      <span className="inline-flex items-center gap-2 align-middle">
        <Checks computer={computer} />
        <Check Icon={ReportIcon} outcome={isLate(computer, now) ? 'FAIL' : 'PASS'} text="Reported in the last 14 days" />
      </span>
    ),
    from: 720,
    head: 'Checks',
    key: 'checks',
    width: '196px',
  },
  { align: 'right', cell: (computer) => <span className={isLate(computer, now) ? 'text-stale' : 'text-soft'}><RelativeTime at={computer.lastCheckDate} none="Never" /></span>, from: 880, head: 'Last seen', key: 'seen', width: '108px' },
];

const late = 'LAST_CHECK_OVER_14_DAYS';

const command = () => `curl -X PUT ${location.origin}/v1/resources/macos_user_computer \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d @computers.json    # {"resourceId": "…", "resources": [ … ]}`;

function Summary({ summary, chosen, choose }: { choose: (check: string) => void; chosen: string; summary: Schema<'ComputerSummary'> }) {
  const toggle = (value: string) => () => choose(chosen === value ? '' : value);
  const { byOperatingSystem: by } = summary;
  const kinds = [`${String(by.macOS)} macOS`, `${String(by.windows)} Windows`, ...(by.linux ? [`${String(by.linux)} Linux`] : []), ...(by.other ? [`${String(by.other)} other`] : [])].join(', ');
  return (
    <Figures
      figures={[
        { choose: () => choose(''), chosen: chosen === '', label: 'All computers', note: kinds, value: summary.total },
        ...checks.map(({ failing, filter, key }) => ({
          bad: true,
          choose: toggle(filter),
          chosen: chosen === filter,
          label: failing,
          note: `${summary[key].PASS.toLocaleString('en-GB')} pass${summary[key].IN_PROGRESS ? `, ${String(summary[key].IN_PROGRESS)} not known` : ''}`,
          value: summary[key].FAIL,
        })),
        { bad: true, choose: toggle(late), chosen: chosen === late, label: 'Silent', note: 'over 14 days', value: summary.lastCheckOver14Days },
      ]}
      label="Computers by check"
    />
  );
}

/** The filters: by check, and by application where there is more than one. */
function useFilters(): Filter[] {
  const { all } = useApplications();
  const filters: Filter[] = [{ label: 'Check', name: 'check', options: [...checks.map(({ failing, filter }) => ({ label: failing, value: filter })), { label: 'Silent', value: late }] }];
  if (all.length > 1) filters.push({ label: 'Application', name: 'application', options: all.map((one) => ({ label: one.name, value: one.id })) });
  return filters;
}

/** /computers: every computer; ?check= ?application= narrow it, ?computer= opens one. */
export default function Computers() {
  const [query, change] = useQueryState();
  const now = useNow();
  const filters = useFilters();
  const summary = useGet('/v1/monitored-computers/summary', undefined);
  const computers = usePages('/v1/monitored-computers', { query: { complianceStatusFilterMatchesAny: list(query, 'check'), integrationId: list(query, 'application') } });
  const open = query.get('computer') ?? undefined;
  const total = summary.data?.total;
  return (
    <Page title="Computers">
      <ErrorNote error={summary.error} retry={() => void summary.refetch()} />
      {total === 0 && (
        <EmptyState Icon={Laptop} command={command()} title="No computers yet">
          Push what your device management knows as records of the base type macos_user_computer or windows_user_computer. Any other resource can be shown here by a mapping.
        </EmptyState>
      )}
      {summary.data && total !== 0 && (
        <>
          <Summary choose={(check) => change({ check })} chosen={query.get('check') ?? ''} summary={summary.data} />
          <div className="grid gap-3">
            <FilterChips filters={filters} />
            <ErrorNote error={computers.error} />
            {!computers.isLoading && !computers.error && computers.rows.length === 0 && (
              <EmptyState Icon={Laptop} title="No computer fits these filters">
                That is good news for a check; take a filter away to see more.
              </EmptyState>
            )}
            {computers.rows.length > 0 && <Table columns={columnsAt(now)} current={open} label="Computers" more={computers.more} open={(computer) => change({ computer: computer.id }, { push: true })} rowKey={(computer) => computer.id} rows={computers.rows} />}
          </div>
        </>
      )}
      {open && <ComputerDrawer close={() => change({ computer: '' })} computerId={open} />}
    </Page>
  );
}
