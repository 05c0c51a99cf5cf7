// SPDX-License-Identifier: Apache-2.0

import { Download, Plus, Upload, UserRound } from 'lucide-react';
import { useEffect, useState } from 'react';

import { BulkBar } from '../components/BulkBar';
import { Button } from '../components/Button';
import { ConfirmButton, ConfirmDialog } from '../components/ConfirmButton';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { type Filter, FilterChips } from '../components/FilterChips';
import { FilterInput } from '../components/FilterInput';
import { Field, TextField } from '../components/Form';
import { GroupDrawer, Groups } from '../components/Groups';
import { MoreMenu } from '../components/Menu';
import { Page } from '../components/Page';
import { PeopleImport } from '../components/PeopleImport';
import { PersonDrawer } from '../components/PersonDrawer';
import { PersonFields, personOf } from '../components/PersonForm';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { type Schema, send, usePages } from '../lib/api';
import { inPieces } from '../lib/bulk';
import { download, list, only } from '../lib/query';
import { useCan, useRefresh } from '../lib/session';
import { count, wordOf } from '../lib/words';

type Person = Schema<'Person'>;
type Group = Schema<'Group'>;

const columnsWith = (groups: Group[]): Column<Person>[] => [
  {
    cell: (person) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="max-w-full shrink-0 truncate font-medium">{person.name.display || person.emailAddress}</span>
        <span className="truncate text-faint text-sm max-sm:hidden">{person.emailAddress}</span>
      </span>
    ),
    head: 'Person',
    key: 'person',
    width: 'minmax(0,1.5fr)',
  },
  { cell: (person) => <StatusChip quiet word={wordOf('employment', person.employment.status)} />, head: 'Status', key: 'status', width: '112px' },
  { cell: (person) => <span className="text-soft">{person.employment.jobTitle ?? '-'}</span>, from: 680, head: 'Job title', key: 'title', width: 'minmax(0,1fr)' },
  { cell: (person) => <span className="text-soft">{groups.filter((one) => person.groupIds.includes(one.id)).map((one) => one.name).join(', ') || '-'}</span>, from: 1000, head: 'Groups', key: 'groups', width: '140px' },
  { cell: ({ tasksSummary }) => (tasksSummary.status === 'NONE' ? <span className="text-faint">-</span> : <StatusChip quiet word={wordOf('tasks', tasksSummary.status)} />), from: 560, head: 'To do', key: 'tasks', width: '140px' },
  { cell: ({ tasksSummary }) => (tasksSummary.completionDate ? <span className="text-soft">Done</span> : <RelativeTime as="due" at={tasksSummary.dueDate} />), from: 820, head: 'Due', key: 'due', width: '136px' },
];

const employment = ['CURRENT', 'UPCOMING', 'ON_LEAVE', 'INACTIVE', 'FORMER'];
const tasks = ['OFFBOARDING_OVERDUE', 'OFFBOARDING_DUE_SOON', 'OFFBOARDING_COMPLETE', 'OVERDUE', 'DUE_SOON', 'COMPLETE', 'NONE', 'PAUSED'];

function filtersOf(groups: Group[]): Filter[] {
  const filters: Filter[] = [
    { label: 'Status', name: 'status', options: employment.map((value) => ({ label: wordOf('employment', value).text, value })) },
    { label: 'To do', name: 'tasks', options: tasks.map((value) => ({ label: wordOf('tasks', value).text, value })) },
  ];
  if (groups.length > 0) filters.push({ label: 'Group', name: 'in', options: groups.map((one) => ({ label: one.name, value: one.id })) });
  return filters;
}

/** What can be done to all chosen people, or to all chosen who are none. */
function Bulk({ chosen, clear, not }: { chosen: string[]; clear: () => void; not: boolean }) {
  const refresh = useRefresh();
  const act = async (deed: (piece: string[]) => ReturnType<typeof send<'POST', '/v1/people/mark-as-people'>>) => {
    try {
      await inPieces(chosen, deed);
    } finally {
      await refresh('/v1/people', '/v1/accounts');
    }
    clear();
  };
  return (
    <BulkBar clear={clear} text={`${count(chosen.length, not ? 'entry' : 'person', not ? 'entries' : 'people')} chosen`}>
      {not ? (
        <ConfirmButton send={() => act((piece) => send('POST', '/v1/people/mark-as-people', { body: { updates: piece.map((id) => ({ id })) } }))} text="Tests ask about them again." title="Mark as people" verb="Mark">
          Mark as people
        </ConfirmButton>
      ) : (
        <ConfirmButton
          fields={<TextField data-missing="Say what they are instead." label="Reason" name="reason" placeholder="Mailboxes of teams" required />}
          send={({ reason = '' }) => act((piece) => send('POST', '/v1/people/mark-as-not-people', { body: { updates: piece.map((id) => ({ id, reason })) } }))}
          text="For service mailboxes and the like: they are left out of every test of people."
          title="Mark as not people"
          verb="Mark"
        >
          Mark as not people
        </ConfirmButton>
      )}
    </BulkBar>
  );
}

const command = () => `curl -X POST ${location.origin}/v1/people \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"emailAddress": "ada@example.com", "name": {"first": "Ada", "last": "Lovelace"},
       "employment": {"jobTitle": "Engineer", "startDate": "2026-01-01T00:00:00Z"}}'`;

function People({ groups, not, query, open }: { groups: Group[]; not: boolean; open: (id: string) => void; query: URLSearchParams }) {
  const can = useCan();
  const people = usePages(
    '/v1/people',
    { query: { employmentStatus: list(query, 'status'), groupId: only(query, 'in'), notPerson: not ? true : undefined, q: only(query, 'q'), tasksSummaryStatusMatchesAny: list(query, 'tasks') } },
  );
  const [chosen, setChosen] = useState(new Set<string>());
  const filtered = ['status', 'tasks', 'in', 'q'].some((name) => query.get(name));
  const none = !people.isLoading && !people.error && people.rows.length === 0;
  const picked = people.rows.filter((one) => chosen.has(one.id)).map((one) => one.id);
  return (
    <>
      {(filtered || !none) && (
        <div className="flex flex-wrap items-center gap-2">
          <FilterInput label="Name or e-mail" name="q" />
          {!not && <FilterChips filters={filtersOf(groups)} />}
        </div>
      )}
      <ErrorNote error={people.error} />
      {none && filtered && (
        <EmptyState Icon={UserRound} title="Nobody fits these filters">
          Take one away to see more.
        </EmptyState>
      )}
      {none && !filtered && not && <p className="py-10 text-center text-soft">Nothing is marked as not a person.</p>}
      {none && !filtered && !not && (
        <EmptyState Icon={UserRound} command={command()} title="Nobody is here yet">
          People come from an identity provider, from a CSV file, or are added here. Accounts and computers are linked to them by e-mail.
        </EmptyState>
      )}
      {people.rows.length > 0 && (
        <Table
          columns={columnsWith(groups)}
          current={query.get('person') ?? undefined}
          label={not ? 'Not people' : 'People'}
          more={people.more}
          open={(person) => open(person.id)}
          rowKey={(person) => person.id}
          rows={people.rows}
          selection={can('write people') ? { change: setChosen, chosen } : undefined}
        />
      )}
      {picked.length > 0 && <Bulk chosen={picked} clear={() => setChosen(new Set())} not={not} />}
    </>
  );
}

/** Adding, importing, exporting. */
function Actions({ groups, made }: { groups: boolean; made: (what: 'group' | 'person', id: string) => void }) {
  const can = useCan();
  const refresh = useRefresh();
  const [asked, setAsked] = useState<'group' | 'import' | 'person' | undefined>();
  const open = (what: typeof asked) => (is: boolean) => setAsked(is ? what : undefined);
  const save = () => download('/v1/people/export', {}, 'people.csv');
  if (!can('write people'))
    return (
      <Button onClick={save}>
        <Download aria-hidden className="size-4" />
        Export
      </Button>
    );
  return (
    <>
      <MoreMenu
        items={[
          { Icon: Upload, act: () => setAsked('import'), label: 'Import a CSV file' },
          { Icon: Download, act: save, label: 'Export as CSV' },
        ]}
      />
      <Button look="primary" onClick={() => setAsked(groups ? 'group' : 'person')}>
        <Plus aria-hidden className="size-3.5" />
        {groups ? 'New group' : 'Add a person'}
      </Button>
      <PeopleImport open={asked === 'import'} setOpen={open('import')} />
      <ConfirmDialog
        fields={<PersonFields />}
        open={asked === 'person'}
        send={async (values) => {
          const person = await send('POST', '/v1/people', { body: personOf(values) });
          await refresh('/v1/people', '/v1/accounts');
          made('person', person.id);
        }}
        setOpen={open('person')}
        text="Their accounts and computers are linked by the e-mail, as soon as they are pushed."
        title="Add a person"
        verb="Add"
      />
      <ConfirmDialog
        fields={<Field autoComplete="off" data-missing="A group needs a name." label="Name" name="name" required />}
        open={asked === 'group'}
        send={async ({ name = '' }) => {
          const group = await send('POST', '/v1/groups', { body: { name } });
          await refresh('/v1/groups');
          made('group', group.id);
        }}
        setOpen={open('group')}
        text="A set of people, such as a team."
        title="New group"
        verb="Create the group"
      />
    </>
  );
}

const tabs = [
  { key: 'people', label: 'People' },
  { key: 'not-people', label: 'Not people' },
  { key: 'groups', label: 'Groups' },
];

/** /people: ?tab= people, not-people or groups; ?status= ?tasks= ?in= (a group) ?q= narrow; ?person= or ?group= opens one. */
export default function PeoplePage() {
  const [query, change] = useQueryState();
  const groups = usePages('/v1/groups', { query: {} });
  const { hasMore, more } = groups;
  useEffect(() => {
    if (hasMore) more();
  });
  const tab = tabs.find(({ key }) => key === query.get('tab'))?.key ?? 'people';
  const person = query.get('person');
  const group = query.get('group');
  return (
    <Page actions={<Actions groups={tab === 'groups'} made={(what, id) => change({ [what]: id }, { push: true })} />} title="People">
      <div className="min-w-0">
        <Tabs change={(key) => change({ in: '', q: '', status: '', tab: key === 'people' ? '' : key, tasks: '' })} tabs={tabs} value={tab}>
          <div className="grid gap-3 pt-4">
            {tab === 'groups' ? (
              <>
                {groups.rows.length > 0 && (
                  <div>
                    <FilterInput label="Filter by name" name="q" />
                  </div>
                )}
                <ErrorNote error={groups.error} />
                <Groups groups={groups.rows} isLoading={groups.isLoading} more={more} open={(id) => change({ group: id }, { push: true })} text={query.get('q') ?? ''} />
              </>
            ) : (
              <People groups={groups.rows} key={tab} not={tab === 'not-people'} open={(id) => change({ person: id }, { push: true })} query={query} />
            )}
          </div>
        </Tabs>
      </div>
      {person && <PersonDrawer close={() => change({ person: '' })} groups={groups.rows} personId={person} />}
      {!person && group && <GroupDrawer close={() => change({ group: '' })} groupId={group} />}
    </Page>
  );
}
