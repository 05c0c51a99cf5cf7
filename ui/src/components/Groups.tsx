// SPDX-License-Identifier: Apache-2.0

import { Pencil, Trash2, UsersRound, X } from 'lucide-react';
import { useState } from 'react';

import { type Schema, send, useGet } from '../lib/api';
import { matching } from '../lib/search';
import { useCan, useRefresh } from '../lib/session';
import { count } from '../lib/words';
import { Button } from './Button';
import { ConfirmDialog } from './ConfirmButton';
import { Drawer } from './Drawer';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { Field } from './Form';
import { Picker } from './Picker';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';
import { type Column, Table } from './Table';

type Group = Schema<'Group'>;
type Person = Schema<'Person'>;

const columns: Column<Group>[] = [
  { cell: (group) => <span className="font-medium">{group.name}</span>, head: 'Group', key: 'name', width: 'minmax(0,1fr)' },
  { align: 'right', cell: (group) => <span className="text-soft"><RelativeTime at={group.creationDate} /></span>, from: 420, head: 'Created', key: 'made', width: '120px' },
];

const command = () => `curl -X POST ${location.origin}/v1/groups \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"name": "Engineering"}'`;

/** Every group, and how to make one. */
export function Groups({ groups, isLoading, more, text, open }: { groups: Group[]; isLoading: boolean; more: () => void; open: (id: string) => void; text: string }) {
  const shown = matching(groups, (group) => group.name, text);
  if (isLoading) return null;
  if (groups.length === 0)
    return (
      <EmptyState Icon={UsersRound} command={command()} title="No groups yet">
        A group is a set of people that tests and owners speak of. It is made here, by a column of an import, or by an identity provider.
      </EmptyState>
    );
  if (shown.length === 0) return <p className="py-10 text-center text-soft">No group has this name.</p>;
  return <Table columns={columns} label="Groups" more={more} open={(group) => open(group.id)} rowKey={(group) => group.id} rows={shown} />;
}

async function findPeople(text: string) {
  const { results } = await send('GET', '/v1/people', { query: { pageSize: 20, q: text || undefined } });
  return results.data.map((person) => ({ id: person.id, label: person.name.display, note: person.emailAddress }));
}

function Member({ group, person, done }: { done: () => Promise<void>; group: Group; person: Person }) {
  const can = useCan();
  const [error, setError] = useState<unknown>(null);
  const remove = () => {
    setError(null);
    send('DELETE', '/v1/groups/{groupId}/people/{personId}', { path: { groupId: group.id, personId: person.id } }).then(done, setError);
  };
  return (
    <li className="grid gap-1 border-b py-1.5 last:border-b-0">
      <span className="flex items-center justify-between gap-3">
        <span className="min-w-0">
          <span className="block truncate">
            <PlaceLink href={`/people?person=${person.id}`}>{person.name.display}</PlaceLink>
          </span>
          <span className="block truncate text-soft text-sm">{person.employment.jobTitle ?? person.emailAddress}</span>
        </span>
        {can('write people') && (
          <Button aria-label={`Take ${person.name.display} out of the group`} look="quiet" onClick={remove} shape="square">
            <X aria-hidden className="size-4" />
          </Button>
        )}
      </span>
      <ErrorNote error={error} />
    </li>
  );
}

/** One group and its members. */
export function GroupDrawer({ groupId, close }: { close: () => void; groupId: string }) {
  const can = useCan();
  const refresh = useRefresh();
  const answer = useGet('/v1/groups/{groupId}', { path: { groupId } });
  const members = useGet('/v1/groups/{groupId}/people', { path: { groupId } });
  const [asked, setAsked] = useState<'delete' | 'name' | undefined>();
  const group = answer.isPlaceholderData ? undefined : answer.data;
  const people = members.isPlaceholderData ? undefined : members.data;
  const done = () => refresh('/v1/groups', '/v1/people');
  const path = { groupId };
  const actions = group && can('write people') && (
    <div className="flex gap-2">
      <Button aria-label="Rename" onClick={() => setAsked('name')} shape="square">
        <Pencil aria-hidden className="size-4" />
      </Button>
      <Button aria-label="Delete" onClick={() => setAsked('delete')} shape="square">
        <Trash2 aria-hidden className="size-4" />
      </Button>
    </div>
  );
  return (
    <Drawer actions={actions} close={close} subtitle={people && count(people.length, 'member')} title={group?.name ?? 'Group'}>
      <div className="grid gap-4">
        <ErrorNote error={answer.error ?? members.error} />
        {can('write people') && group && (
          <div>
            <Picker
              find={findPeople}
              label="Person"
              name="people"
              pick={async (choice) => {
                if (!choice) return;
                await send('POST', '/v1/groups/{groupId}/people', { body: { id: choice.id }, path });
                await done();
              }}
              trigger={<Button>Add a person</Button>}
            />
          </div>
        )}
        {group && people?.length === 0 && <p className="text-soft">Nobody is in this group.</p>}
        <ul>
          {group && people?.map((person) => <Member done={done} group={group} key={person.id} person={person} />)}
        </ul>
      </div>
      {group && (
        <>
          <ConfirmDialog
            fields={<Field autoComplete="off" data-missing="A group needs a name." defaultValue={group.name} label="Name" name="name" required />}
            open={asked === 'name'}
            send={async ({ name = '' }) => {
              await send('PATCH', '/v1/groups/{groupId}', { body: { name }, path });
              await done();
            }}
            setOpen={(is) => setAsked(is ? 'name' : undefined)}
            text="A group of an identity provider is renamed there."
            title="Rename the group"
            verb="Rename"
          />
          <ConfirmDialog
            look="danger"
            open={asked === 'delete'}
            send={async () => {
              await send('DELETE', '/v1/groups/{groupId}', { path });
              close();
              await done();
            }}
            setOpen={(is) => setAsked(is ? 'delete' : undefined)}
            text="Its members stay people of the workspace. A group of an identity provider is deleted there."
            title={`Delete ${group.name}`}
            verb="Delete"
          />
        </>
      )}
    </Drawer>
  );
}
