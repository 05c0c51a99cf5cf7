// SPDX-License-Identifier: Apache-2.0

import { ChevronDown, Download, Pencil, Trash2 } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';

import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmButton';
import { EditControlDrawer, domainWord, domainsOf } from '../components/ControlDrawers';
import { ControlDocuments } from '../components/ControlDocuments';
import { ControlTests } from '../components/ControlTests';
import { CopyButton } from '../components/CopyField';
import { ErrorNote } from '../components/ErrorNote';
import { Facts, Part } from '../components/Facts';
import { MoreMenu } from '../components/Menu';
import { NotFound } from '../components/NotFound';
import { OwnerPicker } from '../components/OwnerPicker';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet, usePages } from '../lib/api';
import { coverage, coverageWords, gapOf, requirementPath, useWhole } from '../lib/program';
import { useCan, useRefresh, useSession } from '../lib/session';
import { count, wordOf } from '../lib/words';

type Control = Schema<'ControlDetail'>;

/** Says whether the user may work on a control: by role, or as its owner. */
function useMay(control: Control | undefined): boolean {
  const can = useCan();
  const { mayOwn, user } = useSession();
  return can('write controls and frameworks') || (mayOwn && control?.owner?.id === user.id);
}

/** The names of a framework's requirements by reference. */
const namesOf = ({ requirementCategories }: Schema<'FrameworkDetail'>) => new Map(requirementCategories.flatMap(({ requirements }) => requirements.map(({ id, name }) => [id, name])));

/** What the control serves of one framework: one call for all names, however many there are. */
function Served({ frameworkId, sections }: { frameworkId: string; sections: string[] }) {
  const answer = useGet('/v1/frameworks/{frameworkId}', { path: { frameworkId } }, { staleTime: 300_000 });
  const framework = answer.isPlaceholderData ? undefined : answer.data;
  const names = useMemo(() => framework && namesOf(framework), [framework]);
  return (
    <li className="min-w-0 text-sm">
      <Link className="font-medium text-soft hover:text-text hover:underline" href={`/frameworks/${encodeURIComponent(frameworkId)}`}>
        {framework?.displayName ?? frameworkId}
      </Link>
      <ul className="mt-1 border-l-2 pl-3">
        {sections.map((id) => (
          <li key={id}>
            <Link className="flex min-w-0 gap-2 py-0.5 hover:text-accent hover:underline" href={requirementPath(frameworkId, id)}>
              <span className="shrink-0 font-medium">{id}</span>
              <span className="truncate text-soft" title={names?.get(id)}>
                {names?.get(id) ?? ''}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </li>
  );
}

/** The requirements that a control helps to meet, by framework. */
function Requirements({ control }: { control: Control }) {
  const groups = new Map<string, string[]>();
  for (const { frameworkId, sectionId } of control.requirements) groups.set(frameworkId, [...(groups.get(frameworkId) ?? []), sectionId]);
  return (
    <Part title={control.requirements.length === 0 ? 'Requirements' : `Serves ${count(control.requirements.length, 'requirement')}`}>
      {groups.size === 0 && <p className="text-soft text-sm">It serves no requirement yet. Open a requirement and map the control there.</p>}
      <ul className="grid gap-3">
        {[...groups].map(([frameworkId, sections]) => (
          <Served frameworkId={frameworkId} key={frameworkId} sections={sections} />
        ))}
      </ul>
    </Part>
  );
}

/** Who answers for the control; with a way to say so, for those who may. */
function Owner({ control }: { control: Control }) {
  const can = useCan();
  const refresh = useRefresh();
  const name = control.owner ? control.owner.displayName || control.owner.emailAddress : 'Nobody';
  if (!can('write controls and frameworks') || !can('read users and roles')) return name;
  const set = async (userId: string | null) => {
    await send('POST', '/v1/controls/{controlId}/set-owner', { body: { userId }, path: { controlId: control.id } });
    await refresh('/v1/controls', '/v1/frameworks');
  };
  return (
    <OwnerPicker
      owner={control.owner?.id}
      set={set}
      trigger={
        <button className="-mx-1.5 inline-flex max-w-full items-center gap-1 rounded-md px-1.5 text-left hover:bg-hover" type="button">
          <span className="sr-only">Owner: </span>
          <span className="truncate">{name}</span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0 text-faint" />
        </button>
      }
    />
  );
}

const roles = { BOTH: 'Controller and processor', CONTROLLER: 'Controller', PROCESSOR: 'Processor' } as const;

/** What stands beside the tests. */
function Aside({ control }: { control: Control }) {
  const custom = control.customFields.map(({ label, value }): [string, ReactNode] => [label, Array.isArray(value) ? value.join(', ') : String(value)]);
  return (
    <aside aria-label="About the control" className="grid content-start gap-6">
      <div className="text-sm">
        <Facts
          rows={[
            ['Owner', <Owner control={control} key="owner" />],
            ['Domains', control.domains.map(domainWord).join(', ')],
            ['Role', control.role && roles[control.role]],
            ['From', control.source === 'Custom' ? 'Your own' : 'The library'],
            ['In force since', control.effectiveDate && <RelativeTime at={control.effectiveDate} key="since" />],
            ['Changed', <RelativeTime at={control.modificationDate} key="changed" />],
            [
              'Id',
              <span className="flex min-w-0 items-center gap-1" key="id">
                <code className="truncate font-mono text-xs">{control.externalId ?? control.id}</code>
                <CopyButton label="Copy the id" text={control.externalId ?? control.id} />
              </span>,
            ],
            ...custom,
          ]}
        />
      </div>
      {control.note && (
        <Part title="Note">
          <p className="whitespace-pre-line break-words text-soft">{control.note}</p>
        </Part>
      )}
      <Requirements control={control} />
    </aside>
  );
}

/** Edit, export, stop using. */
function Actions({ control }: { control: Control }) {
  const can = useCan();
  const refresh = useRefresh();
  const may = useMay(control);
  const [, change] = useQueryState();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);
  const exported = { Icon: Download, act: () => location.assign(`/v1/controls/${control.id}/export`), label: 'Open as a file' };
  return (
    <>
      {may && (
        <Button onClick={() => change({ edit: '1' }, { push: true })}>
          <Pencil aria-hidden className="size-3.5" />
          Edit
        </Button>
      )}
      <MoreMenu items={can('write controls and frameworks') ? [exported, { Icon: Trash2, act: () => setAsking(true), danger: true, label: 'Stop using it' }] : [exported]} />
      <ConfirmDialog
        look="danger"
        open={asking}
        send={async () => {
          await send('DELETE', '/v1/controls/{controlId}', { path: { controlId: control.id } });
          navigate('/controls');
          await refresh('/v1/controls', '/v1/frameworks', '/v1/home');
        }}
        setOpen={setAsking}
        text="Its mappings to requirements and tests go with it. The tests themselves stay."
        title="Stop using the control"
        verb="Stop using it"
      />
    </>
  );
}

/** One line of facts under the title. */
function Lead({ control }: { control: Control }) {
  const grade = coverage(control);
  return (
    <div className="grid gap-2">
      {control.description && <p className="max-w-prose">{control.description}</p>}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-sm">
        <StatusChip word={wordOf('control', control.status)} />
        <span>{gapOf(control)}</span>
        <span>{grade === 'none' ? 'No evidence covers it' : `${coverageWords[grade].text} evidence`}</span>
      </div>
    </div>
  );
}

/** The drawer to edit a control, with the domains that others have. */
function Edit({ control, close }: { close: () => void; control: Control }) {
  const all = useWhole(usePages('/v1/controls'));
  if (all.isLoading) return null;
  return <EditControlDrawer close={close} control={control} domains={[...new Set([...domainsOf(all.rows), ...control.domains])]} />;
}

/** /controls/ID: its tests, and what it serves; ?edit=1 opens the drawer to edit it. */
export default function ControlPage() {
  const { controlId = '' } = useParams<{ controlId: string }>();
  const [query, change] = useQueryState();
  const can = useCan();
  const answer = useGet('/v1/controls/{controlId}', { path: { controlId } });
  const may = useMay(answer.data);
  const up = { href: '/controls', label: 'Controls' };
  if (answer.error?.status === 404) return <NotFound />;
  if (answer.error && !answer.data) return <Page title="Control" up={up}><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  const control = answer.data;
  if (!control || answer.isPlaceholderData) return null;
  return (
    <Page actions={<Actions control={control} />} lead={<Lead control={control} />} title={control.name} up={up}>
      <div className="grid gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="min-w-0">
          {can('read tests') && <ControlTests control={control} may={can('write controls and frameworks')} />}
          {can('read documents') && <ControlDocuments control={control} may={can('write controls and frameworks')} />}
        </div>
        <Aside control={control} />
      </div>
      {may && query.get('edit') && <Edit close={() => change({ edit: '' })} control={control} />}
    </Page>
  );
}
