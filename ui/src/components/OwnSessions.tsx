// SPDX-License-Identifier: Apache-2.0

import { KeyRound, Monitor } from 'lucide-react';

import { type Schema, send, useGet } from '../lib/api';
import { useRefresh } from '../lib/session';
import { Section } from './ApplicationCredentials';
import { buttonClass } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { ErrorNote } from './ErrorNote';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';

const browsers: [sign: RegExp, name: string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: [sign: RegExp, name: string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** What a browser calls itself, as people know it. */
export function browserOf(agent: string): string {
  const of = (list: [RegExp, string][]) => list.find(([sign]) => sign.test(agent))?.[1];
  const [browser, system] = [of(browsers), of(systems)];
  if (browser) return system ? `${browser} on ${system}` : browser;
  return agent.split('/')[0] || 'Unknown';
}

const ways: Record<string, string> = { invitation: 'by invitation', magic_link: 'by a mailed link', oidc: 'by single sign-on', passkey: 'by passkey', password: 'by password', saml: 'by single sign-on', set_up: 'by the set-up link' };

function Row({ session }: { session: Schema<'SessionSummary'> }) {
  const refresh = useRefresh();
  const end = async () => {
    await send('DELETE', '/v1/sessions/{sessionId}', { path: { sessionId: session.id } });
    await refresh('/v1/sessions');
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b px-4 py-3 last:border-b-0">
      <Monitor aria-hidden className="size-4 shrink-0 text-soft" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium" title={session.agent}>
            {browserOf(session.agent)}
          </span>
          {session.current && <StatusChip quiet word={{ text: 'This one', tone: 'pass' }} />}
        </p>
        <p className="text-soft text-sm">
          {session.address} · signed in {session.provider ? `through ${session.provider}` : (ways[session.method] ?? '')} <RelativeTime at={session.createdAt} /> · last seen <RelativeTime at={session.lastSeenAt} />
        </p>
      </div>
      {!session.current && (
        <ConfirmButton look="danger" send={end} text="That browser is signed out at once." title="End the session" trigger="quiet" verb="End it">
          End
        </ConfirmButton>
      )}
    </li>
  );
}

/** Where one is signed in oneself, and one's passkeys. */
export function OwnSessions() {
  const refresh = useRefresh();
  const answer = useGet('/v1/sessions');
  const passkeys = useGet('/v1/passkeys');
  const sessions = answer.data?.sessions ?? [];
  const others = sessions.filter((session) => !session.current).length;
  const endOthers = async () => {
    await send('DELETE', '/v1/sessions');
    await refresh('/v1/sessions');
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      <Section
        actions={
          others > 0 && (
            <ConfirmButton look="danger" send={endOthers} text="Every other browser is signed out at once; this one stays." title="End all others" verb="End them">
              End all others
            </ConfirmButton>
          )
        }
        lead="Where you are signed in to this workspace. End what you do not know, and change your password then."
        title="Your sessions"
      >
        <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
        {sessions.length > 0 && (
          <ul className="rounded-lg border bg-panel">
            {sessions.map((session) => (
              <Row key={session.id} session={session} />
            ))}
          </ul>
        )}
      </Section>
      <Section
        actions={
          <a className={buttonClass()} href="/account">
            Password, second factor, passkeys
          </a>
        }
        lead="A passkey signs you in with fingerprint, face, PIN or security key. They are added and removed on the page of your account, where you also have password and second factor."
        title="Your passkeys"
      >
        <ErrorNote error={passkeys.error} />
        {passkeys.data && passkeys.data.results.data.length === 0 && <p className="text-soft text-sm">You have none yet.</p>}
        {passkeys.data && passkeys.data.results.data.length > 0 && (
          <ul className="rounded-lg border bg-panel">
            {passkeys.data.results.data.map((one) => (
              <li className="flex flex-wrap items-center gap-x-3 border-b px-4 py-3 last:border-b-0" key={one.id}>
                <KeyRound aria-hidden className="size-4 shrink-0 text-soft" />
                <span className="font-medium">{one.name}</span>
                <span className="text-soft text-sm">
                  added <RelativeTime at={one.createdAt} />, {one.lastUsedAt ? <>last used <RelativeTime at={one.lastUsedAt} /></> : 'not used yet'}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </div>
  );
}
