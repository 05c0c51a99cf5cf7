// SPDX-License-Identifier: Apache-2.0

import { type ReactNode, useId } from 'react';

import { useQueryState } from '../lib/address';
import { type Schema, useGet } from '../lib/api';
import { fieldWord, kindWord, placeOf, valueWord } from '../lib/events';
import { absolute, readable } from '../lib/time';
import { CopyButton, CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { Facts, Part } from './Facts';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';

type Event = Schema<'EventLog'>;

/** What each field was and is. */
function Changes({ changes }: { changes: Event['changes'] }) {
  const id = useId();
  if (changes.length === 0) return null;
  return (
    <Part title="What changed">
      <table aria-label="What changed" className="w-full table-fixed text-sm" id={id}>
        <thead>
          <tr className="border-b text-left text-soft text-xs">
            <th className="w-[30%] py-1.5 pr-3 font-medium">Field</th>
            <th className="py-1.5 pr-3 font-medium">Before</th>
            <th className="py-1.5 font-medium">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((one) => (
            <tr className="border-b align-top last:border-b-0" key={one.field}>
              <td className="break-words py-1.5 pr-3">{fieldWord(one.field)}</td>
              <td className="break-words py-1.5 pr-3 text-soft">{valueWord(one.before)}</td>
              <td className="break-words py-1.5">{valueWord(one.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}

/** A way to see what else has to do with the same person or thing. */
function Only({ children, name, value }: { children: ReactNode; name: 'actor' | 'target'; value: string }) {
  const [, change] = useQueryState();
  return (
    <button className="min-h-6 text-accent text-sm hover:underline" onClick={() => change({ event: '', [name]: value })} type="button">
      {children}
    </button>
  );
}

function Body({ event }: { event: Event }) {
  const { actor, address, position } = event;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <p className="break-words text-lg">{readable(event.summary)}.</p>
      <Facts
        rows={[
          ['When', <span key="when">{absolute(new Date(event.date))}, <RelativeTime at={event.date} /></span>],
          [
            'Who',
            <span className="flex flex-wrap items-baseline gap-x-3" key="who">
              <span>{actor.type === 'user' ? <PlaceLink href={`/settings/members?user=${actor.id}`}>{actor.name}</PlaceLink> : actor.name || kindWord(actor.type)}</span>
              <Only name="actor" value={actor.id}>
                Only what they did
              </Only>
            </span>,
          ],
          ['From', address === '' ? 'No network' : address],
          ['Action', <code className="font-mono text-xs" key="action">{event.action}</code>],
        ]}
      />
      <Changes changes={event.changes} />
      <Part title="What it was done to">
        <ul className="grid gap-2 text-sm">
          {event.targets.map((one) => {
            const place = placeOf(one);
            const name = one.name || one.id;
            return (
              <li className="grid gap-0.5 border-b pb-2 last:border-b-0 last:pb-0" key={`${one.type} ${one.id}`}>
                <span className="min-w-0 break-words">{place ? <PlaceLink href={place}>{name}</PlaceLink> : name}</span>
                <span className="flex flex-wrap items-center gap-x-3 text-soft">
                  {kindWord(one.type)}
                  <Only name="target" value={one.id}>
                    Only what was done to it
                  </Only>
                </span>
              </li>
            );
          })}
        </ul>
      </Part>
      <Part title="Proof">
        {position === null ? (
          <p className="text-soft text-sm">It gets its place in the evidence tree within a second.</p>
        ) : (
          <p className="text-sm">
            Entry <strong className="font-semibold">{position.toLocaleString('en-GB')}</strong> of the evidence tree. Nobody can change or drop it unseen: whoever has an export can check that without this server.
          </p>
        )}
        <CopyField label="command" text={'muster admin evidence export -o evidence.ndjson\nmuster verify evidence.ndjson'} />
        <p className="flex items-center text-faint text-xs">
          Id <code className="ml-1 truncate font-mono">{event.id}</code>
          <CopyButton label="Copy the id" text={event.id} />
        </p>
      </Part>
    </div>
  );
}

/** One event: what changed, to what, by whom, and where it stands in the evidence. */
export function EventDrawer({ close, id }: { close: () => void; id: string }) {
  const answer = useGet('/v1/event-logs/{eventId}', { path: { eventId: id } });
  const event = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer close={close} subtitle={event && kindWord(event.targets[0]?.type ?? '')} title={event ? (event.targets[0]?.name ?? 'Event') : 'Event'}>
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {event && <Body event={event} />}
    </Drawer>
  );
}
