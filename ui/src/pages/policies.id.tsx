// SPDX-License-Identifier: Apache-2.0

import { Pencil, Settings2, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useLocation, useParams } from 'wouter';

import { Button } from '../components/Button';
import { ConfirmButton, ConfirmDialog } from '../components/ConfirmButton';
import { CopyButton } from '../components/CopyField';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { EventList } from '../components/EventList';
import { Facts } from '../components/Facts';
import { TextField } from '../components/Form';
import { MoreMenu } from '../components/Menu';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { AcceptNote, useOwnPolicies } from '../components/PolicyAccept';
import { PolicyAcceptances } from '../components/PolicyAcceptances';
import { PolicyDraftDrawer } from '../components/PolicyDraft';
import { EditPolicyDrawer } from '../components/PolicyForm';
import { PolicyText } from '../components/PolicyText';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet, usePages } from '../lib/api';
import { renewalWords } from '../lib/period';
import { useWhole } from '../lib/program';
import { useCan, useRefresh, useSession } from '../lib/session';
import { size, wordOf } from '../lib/words';

type Policy = Schema<'Policy'>;
type Settings = Schema<'PolicySettings'>;
type Version = Schema<'PolicyVersion'>;

const up = { href: '/policies', label: 'Policies' };

const useChanged = () => {
  const refresh = useRefresh();
  return () => refresh('/v1/policies', '/v1/account/policies', '/v1/people', '/v1/event-logs', '/v1/my-work');
};

const columns: Column<Version>[] = [
  { cell: (one) => <span className="font-medium">{one.number}</span>, head: 'Version', key: 'number', width: '64px' },
  { cell: (one) => <StatusChip quiet word={wordOf('policy', one.status)} />, head: 'Status', key: 'status', width: '164px' },
  { cell: (one) => <span title={one.changes}>{one.changes || <span className="text-faint">-</span>}{one.minor && <span className="text-soft"> (minor)</span>}</span>, from: 560, head: 'What is new', key: 'changes', width: 'minmax(0,1fr)' },
  { cell: (one) => one.author, from: 420, head: 'Written by', key: 'author', width: '130px' },
  { cell: (one) => (one.approvedBy ? <span className="text-soft">{one.approvedBy}, <RelativeTime at={one.approvedDate} /></span> : <span className="text-faint">-</span>), from: 820, head: 'Approved by', key: 'approved', width: '220px' },
  { cell: (one) => <span className="text-soft">{one.file ? one.file.name : 'Text'}, {size(one.size)}</span>, from: 1000, head: 'Content', key: 'content', width: '180px' },
];

/** What can be done to the version that somebody writes or has to approve. */
function VersionDeeds({ newest, settings }: { newest: Version | undefined; settings: Settings }) {
  const can = useCan();
  const { user } = useSession();
  const [, change] = useQueryState();
  const changed = useChanged();
  const path = { policyId: settings.id };
  if (!can('write policies')) return null;
  const write = (look: 'plain' | 'primary', words: string) => (
    <Button look={look} onClick={() => change({ draft: '1' }, { push: true })}>
      <Pencil aria-hidden className="size-3.5" />
      {words}
    </Button>
  );
  if (!newest) return write('primary', 'Write the first version');
  if (newest.status === 'DRAFT')
    return (
      <>
        {write('plain', 'Go on writing')}
        {/* Keys, so that the dialog of one never turns into that of another while it closes. */}
        <ConfirmButton
          key="submit"
          send={async () => {
            await send('POST', '/v1/policies/{policyId}/submit', { path });
            await changed();
          }}
          text={`From now on version ${String(newest.number)} does not change. ${settings.approver ? settings.approver.displayName : 'Somebody who may write policies'} has to approve it.`}
          title="Ask for approval"
          verb="Ask for approval"
        >
          Ask for approval
        </ConfirmButton>
      </>
    );
  if (newest.status !== 'PENDING_APPROVAL') return write('plain', 'New version');
  if (settings.approverId && settings.approverId !== user.id) return null;
  return (
    <>
      <ConfirmButton
        key="return"
        fields={<TextField data-missing="Say what is missing." label="What is missing" name="reason" required />}
        look="primary"
        send={async ({ reason = '' }) => {
          await send('POST', '/v1/policies/{policyId}/return', { body: { reason }, path });
          await changed();
        }}
        text="It becomes a draft again, and its author goes on."
        title="Return it"
        verb="Return it"
      >
        Return it
      </ConfirmButton>
      <ConfirmButton
        key="approve"
        send={async () => {
          await send('POST', '/v1/policies/{policyId}/approve', { path });
          await changed();
        }}
        text={`Version ${String(newest.number)} counts from now on. ${newest.minor ? 'It is minor: nobody is asked to accept it again.' : settings.groups.length > 0 ? `Everybody in ${settings.groups.map((one) => one.name).join(', ')} is asked to accept it.` : 'Nobody is asked to accept it.'}`}
        title="Approve it"
        verb="Approve"
      >
        Approve
      </ConfirmButton>
    </>
  );
}

function Actions({ newest, settings }: { newest: Version | undefined; settings: Settings }) {
  const can = useCan();
  const changed = useChanged();
  const [, change] = useQueryState();
  const [, navigate] = useLocation();
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <VersionDeeds newest={newest} settings={settings} />
      {can('write policies') && (
        <MoreMenu
          items={[
            { Icon: Settings2, act: () => change({ edit: '1' }, { push: true }), label: 'Edit: owner, groups, renewal' },
            { Icon: Trash2, act: () => setDeleting(true), danger: true, label: 'Delete' },
          ]}
        />
      )}
      <ConfirmDialog
        look="danger"
        open={deleting}
        send={async () => {
          await send('DELETE', '/v1/policies/{policyId}', { path: { policyId: settings.id } });
          navigate('/policies');
          await changed();
        }}
        setOpen={setDeleting}
        text="Its versions and acceptances go with it. The evidence ledger keeps what was said and accepted."
        title="Delete the policy"
        verb="Delete"
      />
    </>
  );
}

/** One line of facts under the title. */
function Lead({ newest, policy }: { newest: Version | undefined; policy: Policy }) {
  const { latestVersion } = policy;
  const counts = policy.approvedAtDate !== null;
  return (
    <div className="grid gap-2">
      {policy.description && <p className="max-w-prose break-words">{policy.description}</p>}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-sm">
        <StatusChip word={wordOf('policy', latestVersion.status)} />
        {newest && <span>Version {newest.number}</span>}
        {counts && (latestVersion.status === 'DRAFT' || latestVersion.status === 'PENDING_APPROVAL') && (
          <span>
            An earlier version {policy.status === 'OK' ? 'counts' : 'has expired'}, approved <RelativeTime at={policy.approvedAtDate} />
          </span>
        )}
        {policy.expiresDate && (
          <span>
            Renewal: <span className="lowercase"><RelativeTime as="due" at={policy.expiresDate} /></span>
          </span>
        )}
      </div>
    </div>
  );
}

const nameOf = (user: Schema<'Owner'> | null, none: string) => (user ? user.displayName || user.emailAddress : none);

function Aside({ settings }: { settings: Settings }) {
  const rows: [string, ReactNode][] = [
    ['Owner', nameOf(settings.owner, 'Nobody')],
    ['Approves', nameOf(settings.approver, 'Whoever may write policies')],
    ['Author', settings.authorMayApprove ? 'May approve what they wrote' : 'Somebody else has to approve'],
    ['Renewal', renewalWords[settings.renewal]],
    ['Accepted by', settings.groups.length === 0 ? 'Nobody is asked' : `${settings.groups.map((one) => one.name).join(', ')}, within ${String(settings.daysToAccept)} days`],
    ['Slug', <code className="font-mono text-xs" key="slug">{settings.slug}</code>],
    [
      'Id',
      <span className="flex min-w-0 items-center gap-1" key="id">
        <code className="truncate font-mono text-xs">{settings.id}</code>
        <CopyButton label="Copy the id" text={settings.id} />
      </span>,
    ],
  ];
  return (
    <aside aria-label="About the policy" className="text-sm">
      <Facts rows={rows} />
    </aside>
  );
}

/** A version with its text. */
function Reading({ number, policyId }: { number: number; policyId: string }) {
  const answer = useGet('/v1/policies/{policyId}/versions/{number}', { path: { number, policyId } });
  if (answer.error) return <div className="pt-4"><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></div>;
  if (!answer.data) return null;
  const { data } = answer;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pt-4">
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-soft text-sm">
        <StatusChip quiet word={wordOf('policy', data.status)} />
        <span>
          Version {data.number} by {data.author}, <RelativeTime at={data.createdDate} />
        </span>
        {data.approvedBy && (
          <span>
            approved by {data.approvedBy} <RelativeTime at={data.approvedDate} />
          </span>
        )}
        {data.changes && <span className="basis-full text-text">{data.changes}</span>}
      </p>
      <PolicyText href={`/v1/policies/${policyId}/versions/${String(number)}/file`} version={data} />
    </div>
  );
}

function Body({ policy, settings, versions }: { policy: Policy; settings: Settings; versions: Version[] }) {
  const [query, change] = useQueryState();
  const can = useCan();
  const [newest] = versions;
  const counting = versions.find((one) => one.status === 'APPROVED' || one.status === 'RENEW_SOON' || one.status === 'EXPIRED');
  const own = useOwnPolicies().rows.find((one) => one.id === policy.id);
  const asked = Number(query.get('version'));
  const shown = versions.find((one) => one.number === asked) ?? (own && !own.acceptedDate ? counting : newest);
  const tabs = [
    { key: 'text', label: 'Text' },
    { count: policy.askedCount, key: 'acceptances', label: 'Who accepts' },
    { count: versions.length, key: 'versions', label: 'Versions' },
  ];
  const tab = tabs.find(({ key }) => key === query.get('tab'))?.key ?? 'text';
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_340px]">
      <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-4">
        <AcceptNote own={own} read={tab === 'text' ? shown?.number : undefined} />
        <div className="min-w-0">
          <Tabs change={(key) => change({ tab: key === 'text' ? '' : key, version: '' })} tabs={tabs} value={tab}>
            {tab === 'text' && shown && <Reading key={shown.number} number={shown.number} policyId={policy.id} />}
            {tab === 'text' && !shown && (
              <EmptyState Icon={Pencil} command={can('write policies') ? `muster admin policy write ${settings.slug} policy.md` : undefined} title="Nothing is written yet">
                Write the first version here, bring it as a file, or send it from a repository.
              </EmptyState>
            )}
            {tab === 'acceptances' && <PolicyAcceptances policy={policy} settings={settings} />}
            {tab === 'versions' && (
              <div className="pt-2">
                {versions.length === 0 && <p className="py-10 text-center text-soft">There is no version yet.</p>}
                {versions.length > 0 && <Table columns={columns} label="Versions" open={(one) => change({ tab: '', version: String(one.number) }, { push: true })} rowKey={(one) => String(one.number)} rows={versions} />}
              </div>
            )}
          </Tabs>
        </div>
        <EventList targetId={policy.id} />
      </div>
      <Aside settings={settings} />
    </div>
  );
}

/** The whole policy, for those who may read policies. */
function Whole({ policyId }: { policyId: string }) {
  const [query, change] = useQueryState();
  const can = useCan();
  const policy = useGet('/v1/policies/{policyId}', { path: { policyId } });
  const settings = useGet('/v1/policies/{policyId}/settings', { path: { policyId } });
  const versions = useWhole(usePages('/v1/policies/{policyId}/versions', { path: { policyId } }));
  const error = policy.error ?? settings.error ?? versions.error;
  if (policy.error?.status === 404) return <NotFound />;
  if (error && !(policy.data && settings.data)) return <Page title="Policy" up={up}><ErrorNote error={error} retry={() => void policy.refetch()} /></Page>;
  if (!policy.data || !settings.data || versions.isLoading || policy.isPlaceholderData || settings.isPlaceholderData) return null;
  const [newest] = versions.rows;
  return (
    <Page actions={<Actions newest={newest} settings={settings.data} />} lead={<Lead newest={newest} policy={policy.data} />} title={policy.data.name} up={up}>
      <Body policy={policy.data} settings={settings.data} versions={versions.rows} />
      {can('write policies') && query.get('edit') && <EditPolicyDrawer close={() => change({ edit: '' })} policy={settings.data} />}
      {can('write policies') && query.get('draft') && <PolicyDraftDrawer before={newest} close={() => change({ draft: '' })} policyId={settings.data.id} />}
    </Page>
  );
}

/** What somebody sees who has to accept the policy and may not read all of them. */
function Mine({ policyId }: { policyId: string }) {
  const own = useOwnPolicies();
  const one = own.rows.find(({ id }) => id === policyId);
  const text = useGet('/v1/account/policies/{policyId}', { path: { policyId } }, { enabled: one !== undefined });
  if (own.loaded && !one) return <NotFound />;
  if (!one) return own.error ? <Page title="Policy" up={up}><ErrorNote error={own.error} /></Page> : null;
  return (
    <Page lead={one.description} title={one.name} up={up} wide={false}>
      <AcceptNote own={one} read={text.data?.number} />
      <ErrorNote error={text.error} retry={() => void text.refetch()} />
      {text.data && <PolicyText href={`/v1/account/policies/${policyId}/file`} version={text.data} />}
    </Page>
  );
}

/** /policies/ID: ?tab= text, acceptances or versions; ?version= which one is read; ?draft=1 and ?edit=1 open a drawer. */
export default function PolicyPage() {
  const { policyId = '' } = useParams<{ policyId: string }>();
  const can = useCan();
  return can('read policies') ? <Whole key={policyId} policyId={policyId} /> : <Mine key={policyId} policyId={policyId} />;
}
