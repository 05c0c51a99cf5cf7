// SPDX-License-Identifier: Apache-2.0

import { type Schema, send, usePages } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { count } from '../lib/words';
import { Section } from './ApplicationCredentials';
import { ConfirmButton } from './ConfirmButton';
import { ErrorNote } from './ErrorNote';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';
import { type Column, Table } from './Table';

type Application = Schema<'Application'>;
type Connection = Schema<'ApplicationConnection'>;
type Installation = Schema<'ApplicationInstallation'>;

const words = {
  connected: { text: 'Connected', tone: 'pass' },
  disconnected: { text: 'Disconnected', tone: 'fail' },
} as const;

/** Ends what the application's makers may do by one connection. */
function Disconnect({ application, connection }: { application: Application; connection: Connection }) {
  const refresh = useRefresh();
  const end = async () => {
    await send('DELETE', '/v1/applications/{applicationId}/connections/{connectionId}', { path: { applicationId: application.id, connectionId: connection.id } });
    await refresh('/v1/applications', '/v1/definitions', '/v1/integrations');
  };
  return (
    <ConfirmButton
      look="danger"
      send={end}
      text={<>{application.name} can push nothing more to <strong className="font-medium text-text">{connection.source}</strong>. The records that it pushed there leave every test; their history stays.</>}
      title="Disconnect"
      trigger="quiet"
      verb="Disconnect it"
    >
      Disconnect
    </ConfirmButton>
  );
}

const columns: Column<Connection>[] = [
  {
    cell: (one) => (
      <span className="grid min-w-0">
        <span className="truncate font-medium leading-5">{one.source}</span>
        <span className="truncate text-soft text-xs">{one.reasonText ?? `Allowed by ${one.allowedByName}`}</span>
      </span>
    ),
    head: 'Connection', key: 'source', width: 'minmax(0,1fr)',
  },
  { cell: (one) => <StatusChip quiet word={words[one.state]} />, head: 'Status', key: 'state', width: '128px' },
  { cell: (one) => <RelativeTime at={one.connectedDate} />, from: 640, head: 'Connected', key: 'connected', width: '128px' },
  { cell: (one) => (one.lastUsedDate ? <RelativeTime at={one.lastUsedDate} /> : <span className="text-faint">Never</span>), from: 560, head: 'Last call', key: 'used', width: '120px' },
];

const endOf = (application: Application): Column<Connection> => ({
  align: 'right', cell: (one) => one.state === 'connected' && <Disconnect application={application} connection={one} />, head: 'Disconnect', key: 'end', width: '108px',
});

/** What the makers of an installed application may push, source by source, and its end. */
export function ApplicationConnections({ application }: { application: Application }) {
  const can = useCan();
  const list = usePages('/v1/applications/{applicationId}/connections', { path: { applicationId: application.id } });
  return (
    <Section lead={`Made by ${application.publisher ?? 'another workspace'}. Each connection keeps its own records, and goes on until somebody ends it here or there.`} title="Connections">
      <ErrorNote error={list.error} />
      {!list.isLoading && !list.error && list.rows.length === 0 && <p className="text-soft text-sm">Nothing is connected. The application's own pages begin a connection, and ask here for consent.</p>}
      {list.rows.length > 0 && <Table columns={can('write applications and definitions') ? [...columns, endOf(application)] : columns} label="Connections" more={list.more} rowKey={(one) => one.id} rows={list.rows} />}
    </Section>
  );
}

const installed: Column<Installation>[] = [
  { cell: (one) => <span className="truncate font-medium">{one.workspaceName}</span>, head: 'Workspace', key: 'workspace', width: 'minmax(0,1fr)' },
  { cell: (one) => <StatusChip quiet word={words[one.state]} />, head: 'Status', key: 'state', width: '128px' },
  { cell: (one) => `${String(one.connected)} of ${count(one.connections, 'connection')}`, from: 640, head: 'Connections', key: 'connections', width: '150px' },
  { cell: (one) => (one.lastUsedDate ? <RelativeTime at={one.lastUsedDate} /> : <span className="text-faint">Never</span>), from: 560, head: 'Last call', key: 'used', width: '120px' },
];

/** Which workspaces have installed a public application of this one; nothing of their data. */
export function ApplicationInstallations({ application }: { application: Application }) {
  const list = usePages('/v1/applications/{applicationId}/installations', { path: { applicationId: application.id } });
  return (
    <Section lead="Workspaces of this server that let the application in. What it pushes for them is theirs, and not shown here." title="Installations">
      <ErrorNote error={list.error} />
      {!list.isLoading && !list.error && list.rows.length === 0 && (
        <p className="text-soft text-sm">Nobody has installed it yet. Send people to <code className="font-mono">/oauth/authorize</code> with its client id.</p>
      )}
      {list.rows.length > 0 && <Table columns={installed} label="Installations" more={list.more} rowKey={(one) => one.id} rows={list.rows} />}
    </Section>
  );
}
