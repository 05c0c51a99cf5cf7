// SPDX-License-Identifier: Apache-2.0

import { CircleAlert, ShieldAlert, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

import { Refusal, type Schema, send } from '../lib/api';
import type { Directory } from '../lib/guide';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { count } from '../lib/words';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { said } from './DirectoryLog';
import { ErrorNote } from './ErrorNote';
import { RelativeTime } from './RelativeTime';

/** A card beside the steps. */
export function Card({ actions, children, title }: { actions?: ReactNode; children: ReactNode; title: string }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-3 rounded-xl border bg-panel p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** Requests of the last two weeks, a bar a day, the refused ones below. */
function Days({ days }: { days: Directory['requestsByDay'] }) {
  const most = Math.max(1, ...days.map((day) => day.requests));
  const [high, step] = [44, 10];
  const total = days.reduce((sum, day) => sum + day.requests, 0);
  const failed = days.reduce((sum, day) => sum + day.failed, 0);
  const size = (n: number) => (n === 0 ? 0 : Math.max(2, (n / most) * high));
  const words = `${count(total, 'request')} in ${String(days.length)} days${failed > 0 ? `, ${failed.toLocaleString('en-GB')} refused` : ''}`;
  return (
    <div className="grid gap-1.5">
      <svg aria-label={words} className="h-11 w-full" preserveAspectRatio="none" role="img" viewBox={`0 0 ${String(days.length * step)} ${String(high)}`}>
        {days.map((day, i) => (
          <g key={day.day}>
            <title>{`${day.day}: ${count(day.requests, 'request')}, ${String(day.failed)} refused`}</title>
            <rect className={day.requests === 0 ? 'fill-none-soft' : 'fill-pass-mark'} height={size(day.requests) || 2} width={step - 3} x={i * step + 1.5} y={high - (size(day.requests) || 2)} />
            <rect className="fill-fail-mark" height={size(day.failed)} width={step - 3} x={i * step + 1.5} y={high - size(day.failed)} />
          </g>
        ))}
      </svg>
      <p className="text-soft text-sm">{words}</p>
    </div>
  );
}

/** What has arrived, and when something last did. */
export function Arrived({ directory, last }: { directory: Directory; last: string | undefined }) {
  const { activeUsers, groups, users } = directory.counts;
  const figures: [n: number, one: string, many: string][] = [
    [users, 'user', 'users'],
    [activeUsers, 'active', 'active'],
    [groups, 'group', 'groups'],
  ];
  return (
    <Card title="What has arrived">
      <dl className="grid grid-cols-3 gap-2">
        {figures.map(([n, one, many]) => (
          <div className="flex flex-col-reverse" key={one}>
            <dt className="text-soft text-sm">{n === 1 ? one : many}</dt>
            <dd className="font-semibold text-xl">{n.toLocaleString('en-GB')}</dd>
          </div>
        ))}
      </dl>
      <Days days={directory.requestsByDay} />
      <p className="text-soft text-sm">{last ? <>Last heard <RelativeTime at={last} />.</> : 'Nothing has been heard yet.'}</p>
    </Card>
  );
}

const day = 86_400_000;

type Logged = Schema<'DirectoryRequest'>;

/** Says whether what was refused has gone well since: any request after a wrong token, otherwise a change of the same user or group. */
function isMended(error: NonNullable<Directory['lastError']>, rows: Logged[]): boolean {
  const later = rows.slice(0, Math.max(0, rows.findIndex(({ id }) => id === error.requestId))).filter(({ status }) => status < 400);
  const refused = rows.find(({ id }) => id === error.requestId);
  if (error.status === 401) return later.length > 0;
  return later.some((one) => one.method !== 'GET' && refused !== undefined && (refused.resourceId ? one.resourceId === refused.resourceId : refused.subject !== '' && one.subject === refused.subject));
}

/** The last request that was refused, for a day, with what to do, unless it has gone well since. rows: the newest requests. */
export function LastError({ directory, now, open, rows }: { directory: Directory; now: Date; open: (id: string) => void; rows: Logged[] }) {
  const error = directory.lastError;
  if (!error || now.getTime() - new Date(error.at).getTime() > day || isMended(error, rows)) return null;
  return (
    <section aria-label="Last error" className="grid grid-cols-[minmax(0,1fr)] gap-1.5 rounded-xl border border-fail bg-fail-soft p-4 text-sm">
      <h2 className="flex items-center gap-2 font-semibold text-base text-fail">
        <CircleAlert aria-hidden className="size-4" />
        Last error
      </h2>
      <p className="break-words">{said(directory, error.words)}</p>
      {error.whatToDo && (
        <p className="break-words">
          <strong className="font-semibold">What to do:</strong> {error.whatToDo}
        </p>
      )}
      <p className="text-soft">
        <RelativeTime at={error.at} /> · {error.status} ·{' '}
        <button className="text-accent hover:underline" onClick={() => open(error.requestId)} type="button">
          Look at it
        </button>
      </p>
    </section>
  );
}

/** Finds the user of a name by what the log says of it. Two of one name are not told apart. */
async function userOf(directoryId: string, subject: string): Promise<string> {
  const { results } = await send('GET', '/v1/directories/{directoryId}/requests', { path: { directoryId }, query: { pageSize: 100, subject } });
  const ids = new Set(results.data.filter((one) => one.subject === subject && one.resourceId && /^\/?users/i.test(one.path)).map((one) => one.resourceId));
  const [id, another] = ids;
  if (id && !another) return id;
  throw new Refusal(409, `${another ? 'Several users are' : 'No request of the last 30 days is about a user'} called ${subject}: ask the role simulator for the user name or e-mail, and hand the account over there.`);
}

/** What the lock-out guard says, as a sentence about whom it is. */
const refusal = ({ message, subject }: Schema<'DirectoryWarning'>): string => (/^[a-z]/.test(message) ? `A change of ${subject} was refused: ${message}.` : message);

function Warning({ directory, warning }: { directory: Directory; warning: Schema<'DirectoryWarning'> }) {
  const can = useCan();
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const path = { directoryId: directory.id };
  const dismiss = async () => {
    await send('DELETE', '/v1/directories/{directoryId}/warnings/{warningId}', { path: { ...path, warningId: warning.id } });
    await refresh('/v1/directories');
  };
  const adopt = async () => {
    const userId = await userOf(directory.id, warning.subject);
    await send('POST', '/v1/directories/{directoryId}/users/{userId}/adopt', { path: { ...path, userId } });
    await refresh('/v1/directories', '/v1/users');
  };
  const lockout = warning.kind === 'lockout';
  const Icon = lockout ? ShieldAlert : TriangleAlert;
  return (
    <li className="flex items-start gap-2.5 border-b py-3 first:pt-0 last:border-b-0 last:pb-0">
      <Icon aria-label={lockout ? 'Lock-out' : 'Warning'} className={`mt-0.5 size-4 shrink-0 ${lockout ? 'text-fail' : 'text-risk'}`} />
      <div className="grid min-w-0 flex-1 gap-1.5 text-sm">
        <p className="break-words">{refusal(warning)}</p>
        <p className="text-soft">
          <RelativeTime at={warning.lastAt} />
          {warning.count > 1 && ` · ${count(warning.count, 'time')}`}
        </p>
        <ErrorNote error={error} />
        {can('manage provisioning') && (
          <div className="flex flex-wrap gap-2">
            {warning.kind === 'local_account' && (
              <ConfirmButton send={adopt} text={`From then on ${directory.name} decides on the name, the role and the status of this account.`} title={`Hand ${warning.subject} over`} verb="Hand it over">
                Hand the account over
              </ConfirmButton>
            )}
            <Button busy={busy} look="quiet" onClick={() => run(dismiss)}>
              Dismiss
            </Button>
          </div>
        )}
      </div>
    </li>
  );
}

/** What went through but wants a look; each comes again when its cause does. */
export function Warnings({ directory }: { directory: Directory }) {
  if (directory.warnings.length === 0) return null;
  return (
    <Card title="Worth a look">
      <ul className="grid grid-cols-[minmax(0,1fr)]">
        {directory.warnings.map((warning) => (
          <Warning directory={directory} key={warning.id} warning={warning} />
        ))}
      </ul>
    </Card>
  );
}
