// SPDX-License-Identifier: Apache-2.0

import { GripVertical, Plus, Trash2 } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';

import { type Schema, send, useGet } from '../lib/api';
import type { Directory } from '../lib/guide';
import { providerOf } from '../lib/provider';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { Button } from './Button';
import { ErrorNote } from './ErrorNote';

type Given = { group: string; name: string; role: string };

const moved = (rows: Given[], from: number, to: number): Given[] => {
  const next = [...rows];
  const [row] = next.splice(from, 1);
  if (row) next.splice(to, 0, row);
  return next;
};

/** Answers the place in a list of elements that a height on screen is at. */
function placeAt(list: Element | null, y: number): number {
  const boxes = [...(list?.children ?? [])].map((one) => one.getBoundingClientRect());
  const over = boxes.findIndex((box) => y < box.bottom);
  return over < 0 ? boxes.length - 1 : over;
}

const select = 'h-8 min-w-0 rounded-md border border-line-strong bg-panel px-2 text-sm';

type RowProps = { all: Given[]; at: number; grab: () => void; held: boolean; move: (to: number) => void; put: (row: Given | null) => void; roles: Directory['roles'] };

/** One group with its role: moved by its handle, by dragging or by the arrow keys. */
function Row({ all, at, grab, held, move, put, roles }: RowProps) {
  const row = all[at] as Given;
  const pressed = (event: KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, End: all.length - 1, Home: 0 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(Math.max(0, Math.min(all.length - 1, to)));
  };
  return (
    <li className={`flex flex-wrap items-center gap-x-2 gap-y-1.5 border-b px-2 py-1.5 last:border-b-0 ${held ? 'bg-accent-soft' : 'bg-panel'}`}>
      <button
        aria-label={`Move ${row.name}, priority ${String(at + 1)} of ${String(all.length)}`}
        className="grid size-8 shrink-0 cursor-grab touch-none place-items-center rounded-md text-faint hover:bg-hover active:cursor-grabbing"
        data-handle={row.group}
        onKeyDown={pressed}
        onPointerDown={grab}
        title="Drag it, or press the arrow keys"
        type="button"
      >
        <GripVertical aria-hidden className="size-4" />
      </button>
      <span className="w-4 text-right text-soft text-sm">{at + 1}</span>
      <span className="min-w-24 flex-1 truncate font-medium">{row.name}</span>
      <select aria-label={`Role of ${row.name}`} className={`${select} w-40`} onChange={(event) => put({ ...row, role: event.target.value })} value={row.role}>
        {roles.map((role) => (
          <option key={role.id} value={role.id}>
            {role.name}
          </option>
        ))}
      </select>
      <Button aria-label={`Take ${row.name} out`} look="quiet" onClick={() => put(null)} shape="square">
        <Trash2 aria-hidden className="size-3.5" />
      </Button>
    </li>
  );
}

/** Adds a group that has no role yet. */
function Add({ add, groups, roles }: { add: (row: Given) => void; groups: Schema<'DirectoryGroup'>[]; roles: Directory['roles'] }) {
  const [group, setGroup] = useState('');
  const chosen = groups.find(({ id }) => id === group) ?? groups[0];
  const employee = roles.find((role) => role.name === 'Employee') ?? roles[0];
  if (!chosen || !employee) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <select aria-label="Group to add" className={`${select} max-w-full`} onChange={(event) => setGroup(event.target.value)} value={chosen.id}>
        {groups.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </select>
      <Button onClick={() => add({ group: chosen.id, name: chosen.name, role: employee.id })}>
        <Plus aria-hidden className="size-3.5" />
        Add the group
      </Button>
    </div>
  );
}

type Answered = Schema<'DirectoryMapping'>;
const given = (answer: Answered): Given[] => answer.mapping.map((one) => ({ group: one.groupId, name: one.groupName, role: one.role.id }));

function Editor({ answer, directory }: { answer: Answered; directory: Directory }) {
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const [draft, setDraft] = useState<Given[]>();
  const [held, setHeld] = useState('');
  const [said, setSaid] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const rows = draft ?? given(answer);
  const change = (how: (rows: Given[]) => Given[]) => setDraft((old) => how(old ?? given(answer)));
  const move = (at: number, to: number) => {
    const row = rows[at];
    if (!row) return;
    change((old) => moved(old, at, to));
    setSaid(`${row.name}: priority ${String(to + 1)} of ${String(rows.length)}.`);
    // The handle keeps the keyboard wherever its row goes.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-handle="${row.group}"]`)?.focus());
  };
  const grab = (group: string) => {
    setHeld(group);
    const follow = ({ clientY }: PointerEvent) =>
      change((old) => {
        const [from, to] = [old.findIndex((row) => row.group === group), placeAt(list.current, clientY)];
        return from === to || from < 0 ? old : moved(old, from, to);
      });
    const events = ['pointerup', 'pointercancel'] as const;
    const end = () => {
      setHeld('');
      removeEventListener('pointermove', follow);
      for (const event of events) removeEventListener(event, end);
    };
    addEventListener('pointermove', follow);
    for (const event of events) addEventListener(event, end);
  };
  const save = async () => {
    await send('PUT', '/v1/directories/{directoryId}/mapping', { body: { mapping: rows.map((row) => ({ groupId: row.group, role: row.role })) }, path: { directoryId: directory.id } });
    await refresh('/v1/directories');
    setDraft(undefined);
    setSaid('Saved.');
  };
  const put = (at: number) => (row: Given | null) => change((old) => old.flatMap((one, i) => (i === at ? (row ? [row] : []) : [one])));
  const free = answer.groups.filter(({ id }) => !rows.some((row) => row.group === id));
  const dirty = draft !== undefined && JSON.stringify(draft) !== JSON.stringify(given(answer));
  return (
    <div className="grid max-w-xl grid-cols-[minmax(0,1fr)] gap-3">
      {rows.length === 0 && <p className="text-soft text-sm">No group gives a role yet.</p>}
      {rows.length > 0 && (
        <ol aria-label="Groups with a role, the first that somebody is in decides" className="overflow-hidden rounded-lg border" ref={list}>
          {rows.map((row, at) => (
            <Row all={rows} at={at} grab={() => grab(row.group)} held={held === row.group} key={row.group} move={(to) => move(at, to)} put={put(at)} roles={directory.roles} />
          ))}
        </ol>
      )}
      <Add add={(row) => change((old) => [...old, row])} groups={free} roles={directory.roles} />
      <ErrorNote error={error} />
      <div className="flex flex-wrap items-center gap-3">
        {(dirty || rows.length > 0) && (
          <Button busy={busy} disabled={!dirty} look={dirty ? 'primary' : 'plain'} onClick={() => run(save)}>
            Save the order and the roles
          </Button>
        )}
        {dirty && (
          <Button look="quiet" onClick={() => setDraft(undefined)}>
            Undo
          </Button>
        )}
        <span aria-live="polite" className="text-soft text-sm">
          {said}
        </span>
      </div>
    </div>
  );
}

/** Which pushed group gives which role, in order of priority. */
export function DirectoryMapping({ directory }: { directory: Directory }) {
  const can = useCan();
  const answer = useGet('/v1/directories/{directoryId}/mapping', { path: { directoryId: directory.id } });
  if (answer.error && !answer.data) return <ErrorNote error={answer.error} retry={() => void answer.refetch()} />;
  if (!answer.data) return null;
  const { groups, mapping } = answer.data;
  if (groups.length === 0) return <p className="text-soft text-sm">No group has been pushed yet. Each that {providerOf(directory.provider).short} pushes can be given a role here.</p>;
  if (can('manage provisioning')) return <Editor answer={answer.data} directory={directory} />;
  if (mapping.length === 0) return <p className="text-sm">No group gives a role.</p>;
  return (
    <ol className="grid list-inside list-decimal gap-1 text-sm">
      {mapping.map((one) => (
        <li key={one.groupId}>
          {one.groupName}: {one.role.name}
        </li>
      ))}
    </ol>
  );
}
