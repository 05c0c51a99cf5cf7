// SPDX-License-Identifier: Apache-2.0

import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { Bug } from 'lucide-react';
import { useState } from 'react';

import { BulkBar } from '../components/BulkBar';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { type Filter, FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { Figures } from '../components/Figures';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { Severity, SeverityMark, severities } from '../components/Severity';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { Tabs } from '../components/Tabs';
import { Deactivate, Reactivate } from '../components/VulnerabilityActions';
import { AssetDrawer, VulnerabilityDrawer } from '../components/VulnerabilityDrawer';
import { Assets, Remediations } from '../components/VulnerabilityTables';
import { useQueryState } from '../lib/address';
import { type Schema, keyOf, send, useGet, usePages } from '../lib/api';
import { useApplications } from '../lib/applications';
import { pieces } from '../lib/bulk';
import { list, only } from '../lib/query';
import { useCan } from '../lib/session';
import { count, plain } from '../lib/words';

type Vulnerability = Schema<'Vulnerability'>;

const columnsWith = (assetOf: (id: string) => string | undefined): Column<Vulnerability>[] => [
  { cell: (one) => <Severity severity={one.severity} />, from: 480, head: 'Severity', key: 'severity', width: '84px' },
  {
    cell: (one) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="self-center sm:hidden">
          <SeverityMark severity={one.severity} />
          <span className="sr-only">{plain(one.severity)}</span>
        </span>
        <span className="max-w-full truncate font-medium sm:shrink-0">{one.name}</span>
        <span className="truncate text-faint text-sm max-sm:hidden" title={one.description}>
          {one.description}
        </span>
      </span>
    ),
    head: 'Vulnerability',
    key: 'name',
    width: 'minmax(0,1.8fr)',
  },
  { cell: (one) => one.packageIdentifier ?? <span className="text-faint">-</span>, from: 640, head: 'Component', key: 'package', width: 'minmax(0,0.7fr)' },
  { cell: (one) => <span className="text-soft">{assetOf(one.targetId) ?? '-'}</span>, from: 820, head: 'On', key: 'asset', width: 'minmax(0,0.7fr)' },
  { cell: (one) => <StatusChip quiet word={one.isFixable ? { text: 'Fix', tone: 'pass' } : { text: 'No fix', tone: 'none' }} />, from: 560, head: 'Fix', key: 'fix', width: '78px' },
  { cell: (one) => (one.deactivateMetadata ? <StatusChip quiet word={{ text: 'Deactivated', tone: 'none' }} /> : <RelativeTime as="due" at={one.remediateByDate} none="No deadline" />), head: 'Due', key: 'due', width: '124px' },
];

const day = 86_400_000;

/** What the filters in the URL ask of the API: without a filter, what is looked after, by deadline. */
function asked(query: URLSearchParams, now: number) {
  const within: Record<string, number> = { late: 0, month: 30, week: 7 };
  const due = within[query.get('due') ?? ''];
  const state = query.get('state');
  return {
    includeVulnerabilitiesWithoutSlas: due === undefined ? 'true' : undefined,
    integrationId: list(query, 'application'),
    isDeactivated: state === 'all' ? undefined : String(state === 'off'),
    isFixAvailable: only(query, 'fix'),
    q: only(query, 'q'),
    severity: list(query, 'severity'),
    slaDeadlineAfterDate: '2000-01-01',
    slaDeadlineBeforeDate: due === undefined ? undefined : new Date(now + due * day).toISOString(),
    vulnerableAssetId: only(query, 'on'),
  };
}

/** Names of assets: findings know them by id only. A page of findings asks for its own, in one call. */
function useAssetNames(ids: string[]): (id: string) => string | undefined {
  const answers = useQueries({
    queries: pieces([...new Set(ids)], 100).map((idMatchesAny) => {
      const request = { query: { idMatchesAny, pageSize: 100 } };
      return { placeholderData: keepPreviousData as never, queryFn: () => send('GET', '/v1/vulnerable-assets', request), queryKey: keyOf('/v1/vulnerable-assets', request), staleTime: 60_000 };
    }),
  });
  const names = new Map(answers.flatMap(({ data }) => (data?.results.data ?? []).map((one): [string, string] => [one.id, one.name])));
  return (id) => names.get(id);
}

function useFilters(asset: string, assetOf: (id: string) => string | undefined): Filter[] {
  const { all } = useApplications();
  const filters: Filter[] = [
    { label: 'Severity', name: 'severity', options: severities.map((value) => ({ label: plain(value), value })) },
    { label: 'Due', name: 'due', options: [{ label: 'Overdue', value: 'late' }, { label: 'Within a week', value: 'week' }, { label: 'Within a month', value: 'month' }] },
    { label: 'Fix', name: 'fix', options: [{ label: 'There is a fix', value: 'true' }, { label: 'No fix yet', value: 'false' }] },
    { label: 'Status', name: 'state', options: [{ label: 'Deactivated', value: 'off' }, { label: 'All', value: 'all' }] },
  ];
  if (all.length > 1) filters.push({ label: 'Application', name: 'application', options: all.map((one) => ({ label: one.name, value: one.id })) });
  if (asset) filters.push({ label: 'On', name: 'on', options: [{ label: assetOf(asset) ?? 'one asset', value: asset }] });
  return filters;
}

function Summary({ query, change }: { change: (values: Record<string, string>) => void; query: URLSearchParams }) {
  const live = useGet('/v1/vulnerabilities/summary', { query: { isDeactivated: 'false' } });
  const off = useGet('/v1/vulnerabilities/summary', { query: { isDeactivated: 'true' } });
  if (!live.data || !off.data) return null;
  const is = (name: string, value: string) => query.get(name) === value;
  const toggle = (name: string, value: string) => () => change({ [name]: is(name, value) ? '' : value });
  const { bySeverity, fixable, total } = live.data;
  return (
    <Figures
      figures={[
        ...severities.map((value) => ({
          bad: value === 'CRITICAL' || value === 'HIGH',
          choose: toggle('severity', value),
          chosen: is('severity', value),
          label: plain(value),
          mark: <SeverityMark severity={value} />,
          value: bySeverity[value as keyof typeof bySeverity],
        })),
        { choose: toggle('fix', 'true'), chosen: is('fix', 'true'), label: 'With a fix', note: `of ${count(total, 'finding')}`, value: fixable },
        { choose: toggle('state', 'off'), chosen: is('state', 'off'), label: 'Deactivated', note: 'not looked after', value: off.data.total },
      ]}
      label="Vulnerabilities by severity"
    />
  );
}

const command = () => `curl -X PUT ${location.origin}/v1/resources/package_vulnerability_connectors \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"resourceId": "'$RESOURCE_ID'", "resources": [{
    "uniqueId": "f1", "displayName": "CVE-2026-1234", "severity": 9.1,
    "packageName": "openssl", "packageVersion": "3.0.1",
    "vulnerableComponentUniqueId": "host_1",
    "description": "Reads past its end", "isResolvable": true,
    "remediationInstructions": "Update to 3.0.2",
    "externalUrl": "https://scanner.example.com/f1"
  }]}'`;

function Findings({ query }: { query: URLSearchParams }) {
  const can = useCan();
  const [, change] = useQueryState();
  const [now] = useState(() => Date.now());
  const [chosen, setChosen] = useState(new Set<string>());
  const found = usePages('/v1/vulnerabilities', { query: asked(query, now) });
  const asset = query.get('on') ?? '';
  const assetOf = useAssetNames([...(asset ? [asset] : []), ...found.rows.map((one) => one.targetId)]);
  const filters = useFilters(asset, assetOf);
  const filtered = ['severity', 'due', 'fix', 'state', 'application', 'on', 'q'].some((name) => query.get(name));
  const none = !found.isLoading && !found.error && found.rows.length === 0;
  const picked = found.rows.filter((one) => chosen.has(one.id));
  const on = picked.filter((one) => !one.deactivateMetadata);
  const off = picked.filter((one) => one.deactivateMetadata);
  const clear = () => setChosen(new Set());
  return (
    <>
      {(filtered || !none) && (
        <>
          <Summary change={change} query={query} />
          <div className="flex flex-wrap items-center gap-2 pt-1">
            <FilterInput label="Name, package or id" name="q" />
            <FilterChips filters={filters} />
          </div>
        </>
      )}
      <ErrorNote error={found.error} />
      {none && filtered && (
        <EmptyState Icon={Bug} title="No vulnerability fits these filters">
          Take one away to see more.
        </EmptyState>
      )}
      {none && !filtered && (
        <EmptyState command={command()} Icon={Bug} title="No vulnerabilities">
          Push what a scanner finds. Each finding gets a deadline by the SLA of its severity, and is remediated when a push leaves it out.
        </EmptyState>
      )}
      {found.rows.length > 0 && (
        <Table
          columns={columnsWith(assetOf)}
          current={query.get('vulnerability') ?? undefined}
          label="Vulnerabilities"
          more={found.more}
          open={(one) => change({ vulnerability: one.id }, { push: true })}
          rowKey={(one) => one.id}
          rows={found.rows}
          selection={can('write vulnerabilities') ? { change: setChosen, chosen } : undefined}
        />
      )}
      {picked.length > 0 && (
        <BulkBar clear={clear} text={`${count(picked.length, 'vulnerability', 'vulnerabilities')} chosen`}>
          {on.length > 0 && <Deactivate done={clear} list={on} />}
          {off.length > 0 && <Reactivate done={clear} list={off} />}
        </BulkBar>
      )}
    </>
  );
}

const tabs = [
  { key: 'findings', label: 'Findings' },
  { key: 'assets', label: 'Assets' },
  { key: 'remediations', label: 'Remediations' },
];

/** Filters that belong to one tab only. */
const cleared = Object.fromEntries(['application', 'due', 'fix', 'intime', 'kind', 'on', 'q', 'severity', 'state'].map((name) => [name, '']));

/** /vulnerabilities: ?tab= findings, assets or remediations; the filters of each; ?vulnerability= or ?asset= opens one. */
export default function Vulnerabilities() {
  const [query, change] = useQueryState();
  const tab = tabs.find(({ key }) => key === query.get('tab'))?.key ?? 'findings';
  const one = query.get('vulnerability');
  const asset = query.get('asset');
  return (
    <Page title="Vulnerabilities">
      <div className="min-w-0">
        <Tabs change={(key) => change({ ...cleared, tab: key === 'findings' ? '' : key })} tabs={tabs} value={tab}>
          <div className="grid gap-3 pt-4">
            {tab === 'findings' && <Findings query={query} />}
            {tab === 'assets' && <Assets query={query} />}
            {tab === 'remediations' && <Remediations query={query} />}
          </div>
        </Tabs>
      </div>
      {one && <VulnerabilityDrawer close={() => change({ vulnerability: '' })} vulnerabilityId={one} />}
      {!one && asset && <AssetDrawer assetId={asset} close={() => change({ asset: '' })} />}
    </Page>
  );
}
