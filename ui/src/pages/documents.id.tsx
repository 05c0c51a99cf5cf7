// SPDX-License-Identifier: Apache-2.0

import { ChevronDown, CircleSlash2, Lock, Pencil, Plus, Trash2, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';

import { Button } from '../components/Button';
import { ConfirmButton, ConfirmDialog } from '../components/ConfirmButton';
import { CopyButton } from '../components/CopyField';
import { DocumentFiles, type Rights } from '../components/DocumentFiles';
import { EditDocumentDrawer } from '../components/DocumentForm';
import { ErrorNote } from '../components/ErrorNote';
import { EventList } from '../components/EventList';
import { Facts, Part } from '../components/Facts';
import { Field, TextField } from '../components/Form';
import { type Item, MoreMenu } from '../components/Menu';
import { NotFound } from '../components/NotFound';
import { OwnerPicker } from '../components/OwnerPicker';
import { Page } from '../components/Page';
import { type Choice, Picker } from '../components/Picker';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet, usePages } from '../lib/api';
import { findControls } from '../lib/find';
import { cadenceWords, reminderWords, timeWords } from '../lib/period';
import { gapOf, useWhole } from '../lib/program';
import { useCan, useRefresh, useSession } from '../lib/session';
import { useTask } from '../lib/task';
import { endOfDay } from '../lib/time';
import { wordOf } from '../lib/words';

type Detail = Schema<'DocumentDetail'>;

/** What the user may do: by role, or as the document's owner. */
function useRights(document: Detail | undefined): Rights & { write: boolean } {
  const can = useCan();
  const { mayOwn, user } = useSession();
  const mine = mayOwn && document?.ownerId === user.id;
  return { upload: mine || can('upload files for documents'), work: mine || can('write documents'), write: can('write documents') };
}

const useChanged = () => {
  const refresh = useRefresh();
  return () => refresh('/v1/documents', '/v1/controls', '/v1/frameworks', '/v1/event-logs', '/v1/my-work');
};

/** Who brings it; with a way to say so, for those who may. */
function Owner({ document, may }: { document: Detail; may: boolean }) {
  const can = useCan();
  const changed = useChanged();
  const name = document.owner ? document.owner.displayName || document.owner.emailAddress : 'Nobody';
  if (!may || !can('read users and roles')) return name;
  const set = async (userId: string | null) => {
    await send('POST', '/v1/documents/{documentId}/set-owner', { body: { userId }, path: { documentId: document.id } });
    await changed();
  };
  return (
    <OwnerPicker
      owner={document.owner?.id}
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

/** One control that the document is evidence for. */
function ControlRow({ control, document, may }: { control: Schema<'Control'>; document: Detail; may: boolean }) {
  const changed = useChanged();
  const { busy, error, run } = useTask();
  const remove = async () => {
    await send('DELETE', '/v1/controls/{controlId}/documents/{documentId}', { path: { controlId: control.id, documentId: document.id } });
    await changed();
  };
  return (
    <li className="min-w-0 text-sm">
      <span className="flex items-start gap-2">
        <span className="min-w-0 flex-1">
          <Link className="font-medium hover:text-accent hover:underline" href={`/controls/${control.id}`}>
            {control.name}
          </Link>
          <span className="flex flex-wrap gap-x-3">
            <StatusChip quiet word={wordOf('control', control.status ?? '')} />
            <span className="text-soft">{gapOf(control)}</span>
          </span>
        </span>
        {may && (
          <Button aria-label={`Take it from the evidence of ${control.name}`} busy={busy} look="quiet" onClick={() => run(remove)} shape="square" title="No longer evidence for it">
            <X aria-hidden className="size-4" />
          </Button>
        )}
      </span>
      <ErrorNote error={error} />
    </li>
  );
}

/** What the document is evidence for. */
function Controls({ document }: { document: Detail }) {
  const can = useCan();
  const changed = useChanged();
  const may = can('write controls and frameworks');
  const list = useWhole(usePages('/v1/documents/{documentId}/controls', { path: { documentId: document.id } }, { enabled: can('read controls and frameworks') }));
  if (!can('read controls and frameworks')) return null;
  const add = async (choice: Choice | null) => {
    if (!choice) return;
    await send('POST', '/v1/controls/{controlId}/add-document-to-control', { body: { documentId: document.id }, path: { controlId: choice.id } });
    await changed();
  };
  const picker = may && (
    <Picker
      find={findControls(new Set(list.rows.map((one) => one.id)))}
      label="Control"
      name={`controls-for-${document.id}-${String(list.rows.length)}`}
      pick={add}
      trigger={
        <Button>
          <Plus aria-hidden className="size-3.5" />
          Map a control
        </Button>
      }
    />
  );
  return (
    <Part aside={picker} title="Evidence for">
      <ErrorNote error={list.error} />
      {!list.isLoading && list.rows.length === 0 && !list.error && <p className="text-soft text-sm">No control counts it yet{may ? ': map one, and it does.' : '.'}</p>}
      <ul className="grid gap-3">
        {list.rows.map((control) => (
          <ControlRow control={control} document={document} key={control.id} may={may} />
        ))}
      </ul>
    </Part>
  );
}

/** What stands beside the files. */
function Aside({ document, write }: { document: Detail; write: boolean }) {
  const rows: [string, ReactNode][] = [
    ['Owner', <Owner document={document} key="owner" may={write} />],
    ['Recurs', cadenceWords[document.renewalCadence]],
    ['Reminder', document.renewalCadence === 'P0D' ? null : reminderWords[document.reminderWindow ?? 'P0D']],
    ['Auditors see', timeWords[document.timeSensitivity]],
    ['Submitted', <RelativeTime at={document.submittedDate} key="submitted" none="Not yet" />],
    [
      'Id',
      <span className="flex min-w-0 items-center gap-1" key="id">
        <code className="truncate font-mono text-xs">{document.id}</code>
        <CopyButton label="Copy the id" text={document.id} />
      </span>,
    ],
  ];
  return (
    <aside aria-label="About the document" className="grid content-start gap-6">
      <div className="text-sm">
        <Facts rows={rows} />
      </div>
      {document.note && (
        <Part title="Note">
          <p className="whitespace-pre-line break-words text-soft">{document.note}</p>
        </Part>
      )}
      <Controls document={document} />
    </aside>
  );
}

/** Says that the collection is complete. */
function SubmitButton({ document }: { document: Detail }) {
  const changed = useChanged();
  return (
    <ConfirmButton
      send={async () => {
        await send('POST', '/v1/documents/{documentId}/submit', { path: { documentId: document.id } });
        await changed();
      }}
      text="You say that all that was asked for is here. The evidence ledger keeps the hash of each file with it. What comes later counts all the same."
      title="Submit the collection"
      verb="Submit"
    >
      Submit
    </ConfirmButton>
  );
}

/** Makes the document not relevant, for good or until a day. */
function Deactivate({ document, open, setOpen }: { document: Detail; open: boolean; setOpen: (open: boolean) => void }) {
  const changed = useChanged();
  return (
    <ConfirmDialog
      fields={
        <>
          <TextField data-missing="Say why: auditors read it." label="Reason" name="deactivateReason" required />
          <Field hint="For good, if you leave it empty." label="Until" name="deactivateUntilDate" type="date" />
        </>
      }
      open={open}
      send={async ({ deactivateReason = '', deactivateUntilDate = '' }) => {
        await send('POST', '/v1/documents/{documentId}/deactivate', { body: { deactivateReason, deactivateUntilDate: endOfDay(deactivateUntilDate) }, path: { documentId: document.id } });
        await changed();
      }}
      setOpen={setOpen}
      text="It leaves all counts: its controls no longer wait for it."
      title="Make it not relevant"
      verb="Not relevant"
    />
  );
}

/** Submit, edit, set aside, delete. */
function Actions({ document, rights }: { document: Detail; rights: Rights & { write: boolean } }) {
  const [, change] = useQueryState();
  const [, navigate] = useLocation();
  const changed = useChanged();
  const [asked, setAsked] = useState<'aside' | 'delete' | undefined>();
  const { isDeactivated } = document.deactivatedStatus;
  const items: Item[] = isDeactivated ? [] : [{ Icon: CircleSlash2, act: () => setAsked('aside'), label: 'Not relevant' }];
  items.push({ Icon: Trash2, act: () => setAsked('delete'), danger: true, label: 'Delete' });
  return (
    <>
      {rights.work && !isDeactivated && document.uploadStatus !== 'Needs document' && <SubmitButton document={document} />}
      {rights.write && (
        <>
          <Button onClick={() => change({ edit: '1' }, { push: true })}>
            <Pencil aria-hidden className="size-3.5" />
            Edit
          </Button>
          <MoreMenu items={items} />
        </>
      )}
      <Deactivate document={document} open={asked === 'aside'} setOpen={(is) => setAsked(is ? 'aside' : undefined)} />
      <ConfirmDialog
        look="danger"
        open={asked === 'delete'}
        send={async () => {
          await send('DELETE', '/v1/documents/{documentId}', { path: { documentId: document.id } });
          navigate('/documents');
          await changed();
        }}
        setOpen={(is) => setAsked(is ? 'delete' : undefined)}
        text="Its files and links go with it, and no control counts it any more. The evidence ledger keeps what was said of it."
        title="Delete the document"
        verb="Delete"
      />
    </>
  );
}

/** Says that it is set aside, why and until when; and how to take that back. */
function SetAside({ document, write }: { document: Detail; write: boolean }) {
  const changed = useChanged();
  const { busy, error, run } = useTask();
  const { creationDate, expiration, isDeactivated, reason } = document.deactivatedStatus;
  if (!isDeactivated) return null;
  const back = async () => {
    await send('POST', '/v1/documents/{documentId}/reactivate', { path: { documentId: document.id } });
    await changed();
  };
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center justify-between gap-3 rounded-md bg-sunk px-3 py-2 text-sm">
        <p className="min-w-0 break-words">
          Not relevant since <RelativeTime at={creationDate} />
          {expiration ? <>, ends <RelativeTime at={expiration} /></> : ', for good'}: {reason}
        </p>
        {write && (
          <Button busy={busy} onClick={() => run(back)}>
            Relevant again
          </Button>
        )}
      </div>
      <ErrorNote error={error} />
    </div>
  );
}

/** One line of facts under the title. */
function Lead({ document }: { document: Detail }) {
  return (
    <div className="grid gap-2">
      {document.description && <p className="max-w-prose whitespace-pre-line break-words">{document.description}</p>}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 text-sm">
        <StatusChip word={wordOf('document', document.uploadStatus)} />
        {document.nextRenewalDate && document.uploadStatus !== 'Not relevant' && <RelativeTime as="due" at={document.nextRenewalDate} />}
        {document.isSensitive && (
          <span className="inline-flex items-center gap-1.5" title="Only its owner, Admins and View-only Admins know of it">
            <Lock aria-hidden className="size-3.5" />
            Sensitive
          </span>
        )}
      </div>
    </div>
  );
}

/** /documents/ID: what stands for it, and what it is evidence for; ?edit=1 opens the drawer to edit it. */
export default function DocumentPage() {
  const { documentId = '' } = useParams<{ documentId: string }>();
  const [query, change] = useQueryState();
  const answer = useGet('/v1/documents/{documentId}', { path: { documentId } });
  const rights = useRights(answer.data);
  const up = { href: '/documents', label: 'Documents' };
  if (answer.error?.status === 404) return <NotFound />;
  if (answer.error && !answer.data) return <Page title="Document" up={up}><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  const document = answer.data;
  if (!document || answer.isPlaceholderData) return null;
  return (
    <Page actions={<Actions document={document} rights={rights} />} lead={<Lead document={document} />} title={document.title} up={up}>
      <SetAside document={document} write={rights.write} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-8">
          <DocumentFiles document={document} key={document.id} rights={rights} />
          <EventList targetId={document.id} />
        </div>
        <Aside document={document} write={rights.write} />
      </div>
      {rights.write && query.get('edit') && <EditDocumentDrawer close={() => change({ edit: '' })} document={document} />}
    </Page>
  );
}
