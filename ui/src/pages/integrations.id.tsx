// SPDX-License-Identifier: Apache-2.0

import { Boxes, Pencil, Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { useParams } from 'wouter';

import { ApplicationConnections, ApplicationInstallations } from '../components/ApplicationConnections';
import { ApplicationCredentials } from '../components/ApplicationCredentials';
import { ApplicationForm } from '../components/ApplicationForm';
import { ApplicationOverview } from '../components/ApplicationOverview';
import { Button } from '../components/Button';
import { DefinitionForm } from '../components/DefinitionForm';
import { DefinitionPanel } from '../components/DefinitionPanel';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { HeldRemovals } from '../components/HeldRemovals';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { RecordTable } from '../components/RecordTable';
import { useBaseTypes } from '../components/SchemaEditor';
import { SyncTable } from '../components/SyncTable';
import { type Tab, Tabs } from '../components/Tabs';
import { TryIt } from '../components/TryIt';
import { useQueryState } from '../lib/address';
import { type Schema, useGet, usePages } from '../lib/api';
import { useCan } from '../lib/session';
import { kindOf } from './integrations';

type Application = Schema<'Application'>;
type Definition = Schema<'Definition'>;

/** The resources of the application, and the one that is looked at: the chosen one in the URL, else the first. */
function Chooser({ action, children, chosen, definitions }: { action?: ReactNode; children: ReactNode; chosen: Definition; definitions: Definition[] }) {
  const [, change] = useQueryState();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-4 pt-4 lg:grid-cols-[220px_minmax(0,1fr)]">
      <nav aria-label="Resources" className="flex content-start gap-1 overflow-x-auto lg:grid lg:overflow-visible">
        {definitions.map((one) => (
          <button
            aria-current={one.id === chosen.id ? 'true' : undefined}
            className={`flex h-9 shrink-0 items-center justify-between gap-3 rounded-md px-2.5 text-left text-sm ${one.id === chosen.id ? 'bg-accent-soft font-medium text-accent' : 'hover:bg-hover'}`}
            key={one.id}
            onClick={() => change({ q: '', record: '', resource: one.id, state: '', sync: '' })}
            type="button"
          >
            <span className="truncate">{one.name}</span>
            <span className="text-soft text-xs">{one.records.toLocaleString('en-GB')}</span>
          </button>
        ))}
        {action}
      </nav>
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-4">{children}</div>
    </div>
  );
}

function Try({ definition }: { definition: Definition }) {
  const base = useBaseTypes().find((one) => one.type === definition.type);
  return base ? <TryIt base={base} definition={definition} key={definition.id} /> : null;
}

const ofResource = ['resources', 'syncs', 'records', 'try'];

/** One of the tabs that look at one resource at a time. */
function OfResource({ application, definitions, tab }: { application: Application; definitions: Definition[]; tab: string }) {
  const [query, change] = useQueryState();
  const can = useCan();
  const chosen = definitions.find((one) => one.id === query.get('resource')) ?? definitions[0];
  const add = can('write applications and definitions') && (
    <Button className={chosen ? 'justify-start! px-2.5!' : ''} look={chosen ? 'quiet' : 'primary'} onClick={() => change({ add: '1' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      New resource
    </Button>
  );
  if (!chosen)
    return (
      <EmptyState action={add} command={`muster admin resource create --app ${application.id} --name "Internal Server" --base CustomResource --schema schema.json`} Icon={Boxes} title="No resources yet">
        A resource is one kind of record that the application pushes: user accounts, computers, or anything with a schema of your own.
      </EmptyState>
    );
  return (
    <Chooser action={tab === 'resources' && add} chosen={chosen} definitions={definitions}>
      <HeldRemovals definition={chosen} />
      {tab === 'resources' && <DefinitionPanel application={application} definition={chosen} />}
      {tab === 'syncs' && <SyncTable command={`muster push --resource ${chosen.id} records.json`} definitionId={chosen.id} key={chosen.id} />}
      {tab === 'records' && <RecordTable command={`muster push --resource ${chosen.id} records.json`} definitionId={chosen.id} key={chosen.id} />}
      {tab === 'try' && <Try definition={chosen} />}
    </Chooser>
  );
}

/** How an application gets in: an installed one by connections, a public one is installed elsewhere, too. */
const accessOf = (application: Application): Tab[] => {
  if (application.publisher !== null) return [{ key: 'connections', label: 'Connections' }];
  const credentials = { key: 'credentials', label: 'Credentials' };
  return application.distribution === 'public' ? [credentials, { key: 'installations', label: 'Installations' }] : [credentials];
};

const tabsOf = (application: Application, definitions: Definition[]): Tab[] =>
  application.type === 'build'
    ? [
        { key: 'overview', label: 'Overview' },
        ...accessOf(application),
        { count: definitions.length, key: 'resources', label: 'Resources' },
        { key: 'syncs', label: 'Syncs' },
        { count: definitions.reduce((sum, one) => sum + one.records, 0), key: 'records', label: 'Records' },
        // Only its makers hold the secret of one that is installed, and a public one has no token of its own.
        ...(application.publisher !== null || application.distribution === 'public' ? [] : [{ key: 'try', label: 'Try it' }]),
      ]
    : [{ key: 'credentials', label: 'Credentials' }];

/** /integrations/ID: ?tab=, ?resource= which definition, ?sync= ?record= whose drawer is open, ?add=1 the form for a resource, ?edit=1 that for the application. */
export default function ApplicationPage() {
  const { applicationId = '' } = useParams<{ applicationId: string }>();
  const [query, change] = useQueryState();
  const can = useCan();
  const answer = useGet('/v1/applications/{applicationId}', { path: { applicationId } });
  const list = usePages('/v1/definitions', { query: { applicationId } });
  const up = { href: '/integrations', label: 'Integrations' };
  if (answer.error?.status === 404) return <NotFound />;
  if (answer.error && !answer.data) return <Page title="Application" up={up}><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  const application = answer.data;
  if (!application || answer.isPlaceholderData || list.isLoading) return null;
  const writes = can('write applications and definitions');
  const edit = writes && (
    <Button onClick={() => change({ edit: '1' }, { push: true })}>
      <Pencil aria-hidden className="size-3.5" />
      Edit
    </Button>
  );
  const tabs = tabsOf(application, list.rows);
  const tab = tabs.find(({ key }) => key === query.get('tab'))?.key ?? tabs[0]?.key ?? '';
  return (
    <Page actions={edit} lead={<>{kindOf(application)} application{application.publisher !== null && ` of ${application.publisher}`}{application.description && ` · ${application.description}`}</>} title={application.name} up={up}>
      <ErrorNote error={list.error} />
      <Tabs change={(key) => change({ add: '', q: '', record: '', state: '', sync: '', tab: key === tabs[0]?.key ? '' : key })} tabs={tabs} value={tab}>
        {tab === 'overview' && <ApplicationOverview application={application} definitions={list.rows} />}
        {tab === 'credentials' && <div className="pt-5"><ApplicationCredentials application={application} /></div>}
        {tab === 'connections' && <div className="pt-5"><ApplicationConnections application={application} /></div>}
        {tab === 'installations' && <div className="pt-5"><ApplicationInstallations application={application} /></div>}
        {ofResource.includes(tab) && <OfResource application={application} definitions={list.rows} tab={tab} />}
      </Tabs>
      {writes && query.get('edit') && <ApplicationForm application={application} close={() => change({ edit: '' })} />}
      {query.get('add') && <DefinitionForm application={application} close={() => change({ add: '' })} made={(made) => change({ add: '', resource: made.id, tab: 'resources' })} />}
    </Page>
  );
}
