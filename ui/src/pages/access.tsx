// SPDX-License-Identifier: Apache-2.0

import { Download, KeyRound } from 'lucide-react';
import { useState } from 'react';

import { AccountDrawer } from '../components/AccountDrawer';
import { AccountOwnerMenu } from '../components/AccountOwnerMenu';
import { BulkBar } from '../components/BulkBar';
import { Button } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { type Filter, FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { Menu } from '../components/Menu';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { SystemsTable } from '../components/SystemsTable';
import { type Column, Table } from '../components/Table';
import { useQueryState } from '../lib/address';
import { type Schema, useGet, usePages } from '../lib/api';
import { download, list, only } from '../lib/query';
import { useCan } from '../lib/session';
import { count, wordOf } from '../lib/words';

type Account = Schema<'AccessAccount'>;

const names = ['system', 'status', 'owner', 'mfa', 'permission'];

const columns: Column<Account>[] = [
  {
    cell: (account) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="max-w-full shrink-0 truncate font-medium">{account.displayName || account.uniqueId}</span>
        <span className="truncate text-faint text-sm max-sm:hidden">{account.accountName || account.emailAddress}</span>
      </span>
    ),
    head: 'Account',
    key: 'account',
    width: 'minmax(0,1.3fr)',
  },
  {
    cell: ({ owner }) =>
      owner ? (
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate">{owner.displayName}</span>
          {owner.kind !== 'PERSON' && <span className="shrink-0 text-faint text-sm">{owner.kind === 'SERVICE' ? 'service' : 'external'}</span>}
          {owner.employmentStatus && owner.employmentStatus !== 'CURRENT' && <StatusChip quiet word={wordOf('employment', owner.employmentStatus)} />}
        </span>
      ) : (
        <StatusChip quiet word={{ text: 'Nobody', tone: 'risk' }} />
      ),
    from: 560,
    head: 'Person',
    key: 'owner',
    width: 'minmax(0,1fr)',
  },
  { cell: ({ system }) => <span className="text-soft" title={system.integrationName}>{system.resourceKind}</span>, from: 860, head: 'System', key: 'system', width: '150px' },
  { cell: (account) => <span className={account.permissionLevel === 'ADMIN' ? 'font-medium' : 'text-soft'}>{wordOf('level', account.permissionLevel).text}</span>, from: 760, head: 'Permission', key: 'permission', width: '76px' },
  { cell: (account) => <StatusChip quiet word={wordOf('account', account.status)} />, head: 'Status', key: 'status', width: '108px' },
  { cell: (account) => <StatusChip quiet word={wordOf('mfa', account.mfaStatus)} />, from: 680, head: 'MFA', key: 'mfa', width: '118px' },
  { align: 'right', cell: (account) => <span className="text-soft"><RelativeTime at={account.lastLoginDate} none="Not known" /></span>, from: 980, head: 'Last login', key: 'login', width: '100px' },
];

const options = (kind: 'account' | 'level' | 'mfa' | 'owner', values: string[]) => values.map((value) => ({ label: wordOf(kind, value).text, value }));

/** What the filters in the URL ask of the API. */
function asked(query: URLSearchParams) {
  return {
    mfaMatchesAny: list(query, 'mfa'),
    ownerKindMatchesAny: list(query, 'owner'),
    permissionLevelMatchesAny: list(query, 'permission'),
    q: only(query, 'q'),
    resourceId: list(query, 'system'),
    statusMatchesAny: list(query, 'status'),
  };
}

function filtersOf(systems: Schema<'AccountSystemSummary'>[]): Filter[] {
  return [
    { label: 'System', name: 'system', options: systems.map(({ system }) => ({ label: system.resourceKind, value: system.resourceId })) },
    { label: 'Status', name: 'status', options: options('account', ['ACTIVE', 'DEACTIVATED']) },
    { label: 'Owner', name: 'owner', options: options('owner', ['NONE', 'PERSON', 'EXTERNAL', 'SERVICE']) },
    { label: 'MFA', name: 'mfa', options: [...options('mfa', ['ENABLED', 'DISABLED', 'UNKNOWN', 'NOT_REQUIRED']), { label: 'Off or not known', value: 'DISABLED,UNKNOWN' }] },
    { label: 'Permission', name: 'permission', options: options('level', ['ADMIN', 'EDITOR', 'BASE']) },
  ];
}

/** The accounts as a file, of just those that the filters let through. */
function Export({ query }: { query: URLSearchParams }) {
  const save = (format: 'csv' | 'xlsx') => download('/v1/accounts/export', { ...asked(query), format }, `accounts.${format}`);
  return (
    <Menu
      items={[
        { act: () => save('xlsx'), label: 'Spreadsheet (XLSX)' },
        { act: () => save('csv'), label: 'CSV' },
      ]}
      label="Export"
      trigger={
        <Button>
          <Download aria-hidden className="size-4" />
          Export
        </Button>
      }
    />
  );
}

function Rows({ query, open }: { open: (id: string) => void; query: URLSearchParams }) {
  const can = useCan();
  const accounts = usePages('/v1/accounts', { query: asked(query) });
  const [chosen, setChosen] = useState(new Set<string>());
  const picked = accounts.rows.filter((one) => chosen.has(one.id));
  const clear = () => setChosen(new Set());
  return (
    <>
      <ErrorNote error={accounts.error} />
      {!accounts.isLoading && !accounts.error && accounts.rows.length === 0 && (
        <EmptyState Icon={KeyRound} title="No account fits these filters">
          Take one away to see more.
        </EmptyState>
      )}
      {accounts.rows.length > 0 && (
        <Table
          columns={columns}
          current={query.get('account') ?? undefined}
          label="Accounts"
          more={accounts.more}
          open={(account) => open(account.id)}
          rowKey={(account) => account.id}
          rows={accounts.rows}
          selection={can('write accounts') ? { change: setChosen, chosen } : undefined}
        />
      )}
      {picked.length > 0 && (
        <BulkBar clear={clear} text={`${count(picked.length, 'account')} chosen`}>
          <AccountOwnerMenu accounts={picked} done={clear} trigger={<Button>Say whose they are</Button>} />
        </BulkBar>
      )}
    </>
  );
}

const command = () => `curl -X PUT ${location.origin}/v1/resources/user_account \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"resourceId": "'$RESOURCE_ID'", "resources": [{
    "uniqueId": "u1", "displayName": "Ada", "fullName": "Ada Lovelace",
    "accountName": "ada", "email": "ada@example.com",
    "permissionLevel": "ADMIN", "status": "ACTIVE",
    "authMethod": "PASSWORD", "mfaEnabled": true, "mfaMethods": ["OTP"],
    "externalUrl": "https://git.example.com/ada",
    "createdTimestamp": "2026-01-01T00:00:00Z"
  }]}'`;

/** /access: every account; ?system= ?status= ?owner= ?mfa= ?permission= ?q= narrow it, ?account= opens one. */
export default function Access() {
  const [query, change] = useQueryState();
  const summary = useGet('/v1/accounts/summary', { query: {} });
  const filtered = [...names, 'q'].some((name) => query.get(name));
  const total = summary.data?.total;
  return (
    <Page actions={total ? <Export query={query} /> : undefined} title="Access">
      <ErrorNote error={summary.error} retry={() => void summary.refetch()} />
      {total === 0 && (
        <EmptyState Icon={KeyRound} command={command()} title="No accounts yet">
          Push the accounts of a system as records of the base type user_account. Each is linked to a person by its e-mail, and tests ask whether it should still be there.
        </EmptyState>
      )}
      {summary.data && total !== 0 && (
        <>
          <SystemsTable choose={(values) => change({ ...Object.fromEntries(names.map((name) => [name, ''])), ...values }, { push: true })} chosen={query.get('system') ?? ''} systems={summary.data.systems} />
          <div className="grid gap-3">
            <div className="flex flex-wrap items-center gap-2">
              <FilterInput label="Name or e-mail" name="q" />
              <FilterChips filters={filtersOf(summary.data.systems)} />
            </div>
            <Rows key={filtered ? query.toString().replace(/&?account=[^&]*/, '') : ''} open={(account) => change({ account }, { push: true })} query={query} />
          </div>
        </>
      )}
      {query.get('account') && <AccountDrawer accountId={query.get('account') ?? ''} close={() => change({ account: '' })} />}
    </Page>
  );
}
