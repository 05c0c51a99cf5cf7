// SPDX-License-Identifier: Apache-2.0

import { KeyRound } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';

import { type Schema, send, usePages } from '../lib/api';
import { keepSecret, useSecret } from '../lib/secrets';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { count } from '../lib/words';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { CopyField } from './CopyField';
import { ErrorNote } from './ErrorNote';
import { Field } from './Form';
import { RelativeTime } from './RelativeTime';
import { type Column, Table } from './Table';

type Application = Schema<'Application'>;
type Token = Schema<'ApplicationToken'>;

/** A titled part of a page, with what can be done to it at the right. */
export function Section({ actions, children, lead, title }: { actions?: ReactNode; children: ReactNode; lead?: ReactNode; title: string }) {
  return (
    <section className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-3">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div>
          <h2 className="font-semibold">{title}</h2>
          {lead && <p className="max-w-prose text-soft text-sm">{lead}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

// One function for all drawings: it is called when the group appears, and not each time that something is read anew.
const takeFocus = (element: HTMLElement | null) => element?.focus({ preventScroll: true });

/** The secret: made, shown once, made anew with a grace. */
function Secret({ application }: { application: Application }) {
  const can = useCan();
  const refresh = useRefresh();
  const secret = useSecret(application.id);
  const { busy, error, run } = useTask();
  const [fresh, setFresh] = useState(false); // made just now: the button that had the focus may be gone
  const path = { applicationId: application.id };
  const make = async () => {
    setFresh(true);
    const made = await send('POST', '/v1/applications/{applicationId}/secret', { path });
    keepSecret(application.id, made.clientSecret);
    await refresh('/v1/applications');
  };
  const rotate = async ({ rotationGraceSeconds = '0' }: Record<string, string>) => {
    await send('PATCH', '/v1/applications/{applicationId}', { body: { rotationGraceSeconds: Number(rotationGraceSeconds) * 60 }, path });
    await make();
  };
  const may = can("manage applications' secrets");
  return (
    <Section
      actions={
        may &&
        (application.secretDate ? (
          <ConfirmButton
            fields={<Field defaultValue={String(application.rotationGraceSeconds / 60)} hint="Minutes for which the old secret and its tokens still work. 0: they end at once." label="Grace" min={0} name="rotationGraceSeconds" type="number" />}
            send={rotate}
            text="A new secret is made and shown once. What was pushed stays."
            title="Rotate the secret"
            verb="Rotate"
          >
            Rotate
          </ConfirmButton>
        ) : (
          <Button busy={busy} look="primary" onClick={() => run(make)}>
            <KeyRound aria-hidden className="size-3.5" />
            Create the secret
          </Button>
        ))
      }
      lead={application.secretDate ? <>Created <RelativeTime at={application.secretDate} />. It is kept as a digest, so nobody can read it again.</> : 'There is none yet. It is shown once, when it is made.'}
      title="Client secret"
    >
      <ErrorNote error={error} />
      {secret && (
        <div aria-label="The new secret" className="grid gap-2 rounded-md border border-risk-mark bg-risk-soft p-3" ref={fresh ? takeFocus : undefined} role="group" tabIndex={-1}>
          <p className="text-sm">
            <strong className="font-semibold">Copy it now.</strong> It is gone when you leave or reload this page.
          </p>
          <CopyField label="client secret" text={secret} />
        </div>
      )}
    </Section>
  );
}

const columns: Column<Token>[] = [
  { cell: (token) => <code className="font-mono text-sm">{token.hint}…</code>, head: 'Token', key: 'token', width: 'minmax(0,1fr)' },
  { cell: (token) => <RelativeTime at={token.createdDate} />, from: 560, head: 'Created', key: 'made', width: '130px' },
  { cell: (token) => (token.lastUsedDate ? <RelativeTime at={token.lastUsedDate} /> : <span className="text-faint">Never</span>), head: 'Last used', key: 'used', width: '120px' },
  { cell: (token) => <RelativeTime at={token.expiresDate} />, from: 640, head: 'Ends', key: 'ends', width: '130px' },
];

/** Ends one token before its hour is over. */
function End({ applicationId, tokenId }: { applicationId: string; tokenId: string }) {
  const refresh = useRefresh();
  const end = async () => {
    await send('DELETE', '/v1/applications/{applicationId}/tokens/{tokenId}', { path: { applicationId, tokenId } });
    await refresh('/v1/applications');
  };
  return (
    <ConfirmButton look="danger" send={end} text="A push that uses it is refused from now on. The application can ask for another." title="Revoke the token" trigger="quiet" verb="Revoke it">
      Revoke
    </ConfirmButton>
  );
}

const endOf = (applicationId: string): Column<Token> => ({ align: 'right', cell: (token) => <End applicationId={applicationId} tokenId={token.id} />, head: 'Revoke', key: 'revoke', width: '84px' });

function Tokens({ application }: { application: Application }) {
  const can = useCan();
  const list = usePages('/v1/applications/{applicationId}/tokens', { path: { applicationId: application.id } });
  return (
    <Section lead={`Each lasts an hour. At most ${count(application.overlappingTokens, 'token')} at once: a new one ends the oldest.`} title="Tokens">
      <ErrorNote error={list.error} />
      {!list.isLoading && list.rows.length === 0 && <p className="text-soft text-sm">No token is alive. An integration asks for one at the start of each run.</p>}
      {list.rows.length > 0 && <Table columns={can("manage applications' secrets") ? [...columns, endOf(application.id)] : columns} label="Tokens" more={list.more} rowKey={(token) => token.id} rows={list.rows} />}
    </Section>
  );
}

/** Client id, secret, tokens, and the end of an application. */
export function ApplicationCredentials({ application }: { application: Application }) {
  const can = useCan();
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  return (
    <div className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-8">
      <Section title="Client id">
        <CopyField label="client id" text={application.clientId} />
      </Section>
      <Secret application={application} />
      <Tokens application={application} />
      <Section lead="What its tokens may hold, whoever asks for them." title="Scopes">
        <ul className="flex flex-wrap gap-1.5">
          {application.scopes.map((scope) => (
            <li className="rounded-md border bg-sunk px-1.5 font-mono text-sm" key={scope}>
              {scope}
            </li>
          ))}
        </ul>
      </Section>
      {can("manage applications' secrets") && can('write applications and definitions') && (
        <Section
          actions={
            <ConfirmButton
              look="danger"
              send={async () => {
                await send('DELETE', '/v1/applications/{applicationId}', { path: { applicationId: application.id } });
                navigate('/integrations');
                await refresh('/v1/applications', '/v1/definitions');
              }}
              text={<>The credentials and tokens of <strong className="font-medium text-text">{application.name}</strong> end. One that has pushed is refused: its records are evidence.</>}
              title="Delete the application"
              verb="Delete it"
            >
              Delete
            </ConfirmButton>
          }
          lead="Only an application that nothing depends on can go."
          title="Delete the application"
        >
          {null}
        </Section>
      )}
    </div>
  );
}
