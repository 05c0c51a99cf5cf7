// SPDX-License-Identifier: Apache-2.0

import { Link, useParams } from 'wouter';

import { DefinitionPanel } from '../components/DefinitionPanel';
import { baseName } from '../components/DefinitionForm';
import { ErrorNote } from '../components/ErrorNote';
import { HeldRemovals } from '../components/HeldRemovals';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { RecordTable } from '../components/RecordTable';
import { RelativeTime } from '../components/RelativeTime';
import { SyncTable } from '../components/SyncTable';
import { Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { useGet } from '../lib/api';
import { count } from '../lib/words';

/** /resources/ID: ?tab= records, syncs or setup; ?record= ?sync= whose drawer is open; ?q= ?state= narrow the records. */
export default function ResourcePage() {
  const { resourceId = '' } = useParams<{ resourceId: string }>();
  const [query, change] = useQueryState();
  const answer = useGet('/v1/definitions/{resourceId}', { path: { resourceId } });
  const definition = answer.isPlaceholderData ? undefined : answer.data;
  const application = useGet('/v1/applications/{applicationId}', { path: { applicationId: definition?.applicationId ?? '' } }, { enabled: definition !== undefined });
  const up = { href: '/resources', label: 'Resources' };
  if (answer.error?.status === 404) return <NotFound />;
  if (answer.error && !answer.data) return <Page title="Resource" up={up}><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  if (!definition) return null;
  const tab = ['setup', 'syncs'].find((key) => key === query.get('tab')) ?? 'records';
  const command = `muster push --resource ${definition.id} records.json`;
  const lead = (
    <span className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      <span>{baseName(definition.type)}</span>
      {application.data && (
        <span>
          pushed by{' '}
          <Link className="text-accent hover:underline" href={`/integrations/${application.data.id}`}>
            {application.data.name}
          </Link>
        </span>
      )}
      <span>{count(definition.records, 'record')}</span>
      <span>{definition.lastPush ? <>last push <RelativeTime at={definition.lastPush.date} /></> : 'never pushed'}</span>
    </span>
  );
  return (
    <Page lead={lead} title={definition.name} up={up}>
      <HeldRemovals definition={definition} />
      <Tabs
        change={(key) => change({ q: '', record: '', state: '', sync: '', tab: key === 'records' ? '' : key })}
        tabs={[
          { count: definition.records, key: 'records', label: 'Records' },
          { key: 'syncs', label: 'Syncs' },
          { key: 'setup', label: 'Push and schema' },
        ]}
        value={tab}
      >
        {tab === 'records' && <RecordTable command={command} definitionId={definition.id} />}
        {tab === 'syncs' && <SyncTable command={command} definitionId={definition.id} />}
        {tab === 'setup' && application.data && (
          <div className="max-w-4xl pt-5">
            <DefinitionPanel application={application.data} definition={definition} />
          </div>
        )}
      </Tabs>
    </Page>
  );
}
