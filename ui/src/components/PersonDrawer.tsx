// SPDX-License-Identifier: Apache-2.0

import { CircleCheck, CircleDashed, Palmtree, Trash2, UserX } from 'lucide-react';
import { useState } from 'react';

import { type Schema, send, useGet, usePages } from '../lib/api';
import { settle } from '../lib/bulk';
import { useWhole } from '../lib/program';
import { useCan, useRefresh, useSession } from '../lib/session';
import { wordOf } from '../lib/words';
import { Button } from './Button';
import { Checks } from './Checks';
import { ConfirmButton, ConfirmDialog } from './ConfirmButton';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { Facts, Part } from './Facts';
import { Field, TextField } from './Form';
import { type Item, MoreMenu } from './Menu';
import { PersonFields, personOf } from './PersonForm';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';

type Person = Schema<'Person'>;
type Source = Schema<'PersonInfoSource'>;

/** A day, written out. */
function Day({ at }: { at: string | null }) {
  if (!at) return <span className="text-faint">-</span>;
  return <time dateTime={at}>{new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(at))}</time>;
}

/** Where a field comes from, and so where it is changed. */
function Origin({ source }: { source: Source }) {
  const can = useCan();
  const id = source.integrationId ?? '';
  const known = source.type === 'INTEGRATION' && id !== '' && can('read applications and definitions');
  const app = useGet('/v1/applications/{applicationId}', { path: { applicationId: id } }, { enabled: known, retry: false });
  if (source.type === 'VANTA') return <span className="text-faint text-sm">typed here</span>;
  if (source.type === 'SCIM') return <span className="text-faint text-sm">from the identity provider, changed only there</span>;
  return <span className="text-faint text-sm">from {app.data?.name ? <PlaceLink href={`/integrations/${id}`}>{app.data.name}</PlaceLink> : 'an integration'}, changed only there</span>;
}

const steps: Record<Schema<'OffboardingCondition'>['kind'], string> = {
  ACCOUNTS_REMOVED: 'Accounts are removed',
  COMPUTERS_RETURNED: 'Computers are returned',
  DEPARTURE_ACKNOWLEDGED: 'Somebody has acknowledged the departure',
};

/** What a departure takes, step by step. */
function Offboarding({ person }: { person: Person }) {
  const can = useCan();
  const refresh = useRefresh();
  const { user } = useSession();
  const answer = useGet('/v1/people/{personId}/offboarding', { path: { personId: person.id } });
  const left = answer.isPlaceholderData ? undefined : answer.data;
  const acknowledge = async () => {
    settle((await send('POST', '/v1/people/offboard', { body: { updates: [{ acknowledgerId: user.id, id: person.id }] } })).results);
    await refresh('/v1/people');
  };
  return (
    <Part title="Offboarding">
      <ErrorNote error={answer.error} />
      {left && (
        <>
          <p className="text-soft text-sm">
            Left <RelativeTime at={left.leftDate} />
            {left.status === 'COMPLETE' ? '. Everything is done.' : <>. <RelativeTime as="due" at={left.dueDate} /></>}
          </p>
          <ul className="grid gap-2">
            {left.conditions.map((one) => (
              <li className="flex gap-2" key={one.kind}>
                {one.isMet ? <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-pass" /> : <CircleDashed aria-hidden className="mt-0.5 size-4 shrink-0 text-risk" />}
                <span className="min-w-0">
                  {steps[one.kind]}
                  <span className="sr-only">{one.isMet ? ': done' : ': open'}</span>
                  {one.open.map((item) => (
                    <span className="block truncate text-soft text-sm" key={item.id}>
                      {one.kind === 'ACCOUNTS_REMOVED' ? <PlaceLink href={`/access?account=${item.id}`}>{item.displayName}</PlaceLink> : <PlaceLink href={`/computers?computer=${item.id}`}>{item.displayName}</PlaceLink>}
                      {item.resourceKind && ` in ${item.resourceKind}`}
                    </span>
                  ))}
                </span>
              </li>
            ))}
          </ul>
          {can('write people') && left.conditions.some((one) => one.kind === 'DEPARTURE_ACKNOWLEDGED' && !one.isMet) && (
            <div>
              <ConfirmButton send={acknowledge} text="You vouch that they are gone. Accounts and computers close by themselves, when a push shows it." title="Acknowledge the departure" verb="Acknowledge">
                Acknowledge the departure
              </ConfirmButton>
            </div>
          )}
        </>
      )}
    </Part>
  );
}

function Accounts({ person }: { person: Person }) {
  const list = usePages('/v1/accounts', { query: { ownerId: person.id } }, { pageSize: 50 });
  return (
    <Part title="Accounts">
      <ErrorNote error={list.error} />
      {!list.isLoading && list.rows.length === 0 && <p className="text-soft">None that has been pushed.</p>}
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
        {list.rows.map((one) => (
          <li className="flex items-center justify-between gap-3" key={one.id}>
            <span className="min-w-0 truncate">
              <PlaceLink href={`/access?account=${one.id}`}>{one.system.resourceKind}</PlaceLink> <span className="text-soft">{one.accountName || one.uniqueId}</span>
            </span>
            <span className="flex shrink-0 items-center gap-3">
              {one.permissionLevel === 'ADMIN' && <span className="font-medium text-sm">Admin</span>}
              <StatusChip quiet word={wordOf('account', one.status)} />
            </span>
          </li>
        ))}
      </ul>
      {list.hasMore && (
        <div>
          <Button look="quiet" onClick={list.more}>
            Show more
          </Button>
        </div>
      )}
    </Part>
  );
}

/** The computers that name the person as owner. */
function Computers({ person }: { person: Person }) {
  const list = useWhole(usePages('/v1/monitored-computers', { query: { ownerId: person.id } }));
  return (
    <Part title="Computers">
      <ErrorNote error={list.error} />
      {!list.isLoading && list.rows.length === 0 && <p className="text-soft">None that has been pushed.</p>}
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
        {list.rows.map((one) => (
          <li className="flex items-center justify-between gap-3" key={one.id}>
            <span className="min-w-0 truncate">
              <PlaceLink href={`/computers?computer=${one.id}`}>{one.serialNumber ?? one.udid ?? 'Computer'}</PlaceLink>{' '}
              <span className="text-soft">{one.operatingSystem && `${one.operatingSystem.type} ${one.operatingSystem.version ?? ''}`}</span>
            </span>
            <Checks computer={one} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** What can be done to a person. */
function Actions({ person, close }: { close: () => void; person: Person }) {
  const refresh = useRefresh();
  const [asked, setAsked] = useState<'back' | 'delete' | 'edit' | 'leave' | 'not' | undefined>();
  const open = (what: typeof asked) => (is: boolean) => setAsked(is ? what : undefined);
  const done = () => refresh('/v1/people', '/v1/accounts', '/v1/groups');
  const path = { personId: person.id };
  const items: Item[] = [{ Icon: Palmtree, act: () => setAsked('leave'), label: person.leaveInfo ? 'Change the leave' : 'Set a leave' }];
  if (person.leaveInfo) items.push({ act: () => setAsked('back'), label: 'End the leave' });
  items.push('line', { Icon: UserX, act: () => setAsked('not'), label: 'Mark as not a person' }, { Icon: Trash2, act: () => setAsked('delete'), danger: true, label: 'Delete' });
  return (
    <>
      <Button onClick={() => setAsked('edit')}>Edit</Button>
      <MoreMenu items={items} />
      <ConfirmDialog
        fields={<PersonFields person={person} />}
        open={asked === 'edit'}
        send={async (values) => {
          await send('PATCH', '/v1/people/{personId}', { body: personOf(values, person), path });
          await done();
        }}
        setOpen={open('edit')}
        text="What is typed here stays, unless an identity provider or an integration decides on it."
        title={`Edit ${person.name.display}`}
        verb="Save"
      />
      <ConfirmDialog
        fields={
          <div className="grid items-start gap-4 sm:grid-cols-2">
            <Field data-missing="Say from when." defaultValue={person.leaveInfo?.startDate.slice(0, 10)} label="From" name="startDate" required type="date" />
            <Field defaultValue={person.leaveInfo?.endDate?.slice(0, 10)} hint="Back on this day; open without." label="Until" name="endDate" type="date" />
          </div>
        }
        open={asked === 'leave'}
        send={async ({ startDate = '', endDate = '' }) => {
          await send('POST', '/v1/people/{personId}/set-leave', { body: { endDate: endDate === '' ? undefined : `${endDate}T00:00:00Z`, startDate: `${startDate}T00:00:00Z` }, path });
          await done();
        }}
        setOpen={open('leave')}
        text="Somebody on leave is a person still; their tasks pause."
        title="Leave"
        verb="Save"
      />
      <ConfirmDialog
        open={asked === 'back'}
        send={async () => {
          await send('POST', '/v1/people/{personId}/clear-leave', { path });
          await done();
        }}
        setOpen={open('back')}
        text={`${person.name.display} works here again, as of now.`}
        title="End the leave"
        verb="End it"
      />
      <ConfirmDialog
        fields={<TextField data-missing="Say what it is instead." label="Reason" name="reason" placeholder="A mailbox of the support team" required />}
        open={asked === 'not'}
        send={async ({ reason = '' }) => {
          settle((await send('POST', '/v1/people/mark-as-not-people', { body: { updates: [{ id: person.id, reason }] } })).results);
          close();
          await done();
        }}
        setOpen={open('not')}
        text="For service mailboxes and the like: it is left out of every test of people. You find it under Not people."
        title="Mark as not a person"
        verb="Mark"
      />
      <ConfirmDialog
        look="danger"
        open={asked === 'delete'}
        send={async () => {
          await send('DELETE', '/v1/people/{personId}', { path });
          close();
          await done();
        }}
        setOpen={open('delete')}
        text="Only for somebody who was typed in by mistake. Who leaves gets a last day instead, so that it is followed whether their access goes."
        title={`Delete ${person.name.display}`}
        verb="Delete"
      />
    </>
  );
}

function Body({ person, groups }: { groups: Schema<'Group'>[]; person: Person }) {
  const can = useCan();
  const { employment, leaveInfo, sources, tasksSummary } = person;
  const gone = employment.status === 'FORMER' || employment.status === 'INACTIVE';
  const mine = groups.filter((one) => person.groupIds.includes(one.id));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-7">
      <div className="flex flex-wrap items-center gap-2">
        <StatusChip word={wordOf('employment', employment.status)} />
        {tasksSummary.status !== 'NONE' && <StatusChip word={wordOf('tasks', tasksSummary.status)} />}
        {leaveInfo && (
          <span className="text-soft text-sm">
            {leaveInfo.status === 'ACTIVE' ? 'On leave' : 'Leave'} from <Day at={leaveInfo.startDate} />
            {leaveInfo.endDate ? <> until <Day at={leaveInfo.endDate} /></> : ', open'}
          </span>
        )}
      </div>
      {gone && <Offboarding person={person} />}
      <Part title="Employment">
        <Facts
          rows={[
            ['E-mail', <span key="e">{person.emailAddress} <Origin source={sources.emailAddress} /></span>],
            ['Job title', employment.jobTitle ?? ''],
            ['First day', <span key="s"><Day at={employment.startDate} /> <Origin source={sources.employment.startDate} /></span>],
            ['Left on', employment.endDate ? <span key="l"><Day at={employment.endDate} /> <Origin source={sources.employment.endDate} /></span> : null],
            ['Groups', mine.length === 0 ? '' : <span className="flex flex-wrap gap-x-3" key="g">{mine.map((one) => <PlaceLink href={`/people?tab=groups&group=${one.id}`} key={one.id}>{one.name}</PlaceLink>)}</span>],
          ]}
        />
      </Part>
      {can('read accounts') && <Accounts person={person} />}
      {can('read computers') && <Computers person={person} />}
    </div>
  );
}

/** One person: what they hold, what is open, and where each fact comes from. */
export function PersonDrawer({ personId, groups, close }: { close: () => void; groups: Schema<'Group'>[]; personId: string }) {
  const can = useCan();
  const answer = useGet('/v1/people/{personId}', { path: { personId } });
  const person = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer actions={person && can('write people') && <div className="flex gap-2"><Actions close={close} person={person} /></div>} close={close} subtitle={person?.employment.jobTitle ?? person?.emailAddress} title={person?.name.display ?? 'Person'}>
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {person && <Body groups={groups} person={person} />}
    </Drawer>
  );
}
