// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { useLocation } from 'wouter';

import { type Schema, send, useGet } from '../lib/api';
import type { Directory } from '../lib/guide';
import { providerOf } from '../lib/provider';
import { useSecret } from '../lib/secrets';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { count } from '../lib/words';
import { Section } from './ApplicationCredentials';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { CopyField } from './CopyField';
import { Fresh, MakeToken } from './DirectoryCredentials';
import { DirectorySwitch } from './DirectorySwitch';
import { ErrorNote } from './ErrorNote';
import { Field, Form, useFormBusy } from './Form';
import { RelativeTime } from './RelativeTime';
import { Switch } from './Switch';

/** One credential or link: how it begins, what is known of it, and its end. */
function Line({ children, end, hint }: { children: React.ReactNode; end?: React.ReactNode; hint: string }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b px-3 py-2 last:border-b-0">
      <code className="min-w-0 break-all font-mono text-sm">{hint}</code>
      <span className="min-w-0 flex-1 basis-56 text-soft text-sm">{children}</span>
      {end}
    </li>
  );
}

const box = 'rounded-lg border bg-panel';

function Tokens({ directory }: { directory: Directory }) {
  const can = useCan();
  const refresh = useRefresh();
  const secret = useSecret(directory.id);
  const may = can('manage provisioning');
  const revoke = (tokenId: string) => async () => {
    await send('DELETE', '/v1/directories/{directoryId}/tokens/{tokenId}', { path: { directoryId: directory.id, tokenId } });
    await refresh('/v1/directories');
  };
  return (
    <Section lead="To change the token without a gap: make another, paste it at the provider, wait until it is used, then revoke the old one. Up to ten work at a time." title="Tokens">
      {secret && <Fresh label={providerOf(directory.provider).token} text={secret} />}
      {directory.tokens.length > 0 && (
        <ul aria-label="Tokens" className={box}>
          {directory.tokens.map((token) => (
            <Line
              end={
                may && (
                  <ConfirmButton look="danger" send={revoke(token.id)} text={token.lastUsedAt ? 'What comes with it is refused at once.' : 'It was not used yet.'} title="Revoke the token" trigger="quiet" verb="Revoke it">
                    Revoke
                  </ConfirmButton>
                )
              }
              hint={`${token.hint}…`}
              key={token.id}
            >
              Made <RelativeTime at={token.createdAt} />, {token.lastUsedAt ? <>last used <RelativeTime at={token.lastUsedAt} /></> : 'not used yet'}
              {token.expiresAt && <>, ends <RelativeTime at={token.expiresAt} /></>}
            </Line>
          ))}
        </ul>
      )}
      {may && <MakeToken directory={directory} />}
    </Section>
  );
}

function Clients({ directory }: { directory: Directory }) {
  const can = useCan();
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const [made, setMade] = useState<{ id: string; secret: string }>();
  const may = can('manage provisioning');
  const path = { directoryId: directory.id };
  const make = async () => {
    const one = await send('POST', '/v1/directories/{directoryId}/clients', { body: {}, path });
    setMade({ id: one.clientId, secret: one.clientSecret ?? '' });
    await refresh('/v1/directories');
  };
  const remove = (clientId: string) => async () => {
    await send('DELETE', '/v1/directories/{directoryId}/clients/{clientId}', { path: { ...path, clientId } });
    await refresh('/v1/directories');
  };
  return (
    <Section lead="For a provider that gets its tokens by itself (OAuth 2.0 client credentials), such as an application of Entra ID’s gallery: it wants a client id, a secret and the token URL." title="Clients">
      <CopyField label="token URL" text={directory.tokenUrl} />
      {made && (
        <>
          <CopyField label="client id" text={made.id} />
          <Fresh label="client secret" text={made.secret} />
        </>
      )}
      {directory.clients.length > 0 && (
        <ul aria-label="Clients" className={box}>
          {directory.clients.map((client) => (
            <Line
              end={
                may && (
                  <ConfirmButton look="danger" send={remove(client.clientId)} text="Its tokens end at once." title="Delete the client" trigger="quiet" verb="Delete it">
                    Delete
                  </ConfirmButton>
                )
              }
              hint={client.clientId}
              key={client.clientId}
            >
              {client.name}, made <RelativeTime at={client.createdAt} />, {client.lastUsedAt ? <>last used <RelativeTime at={client.lastUsedAt} /></> : 'not used yet'}
            </Line>
          ))}
        </ul>
      )}
      {may && (
        <div>
          <Button busy={busy} onClick={() => run(make)}>
            Make a client
          </Button>
        </div>
      )}
      <ErrorNote error={error} />
    </Section>
  );
}

function Links({ directory }: { directory: Directory }) {
  const can = useCan();
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const [url, setUrl] = useState('');
  const [names, setNames] = useState(true);
  const may = can('manage provisioning');
  const path = { directoryId: directory.id };
  const list = useGet('/v1/directories/{directoryId}/links', { path });
  const make = async () => {
    const made = await send('POST', '/v1/directories/{directoryId}/link', { body: { mayNameAttribute: names }, path });
    setUrl(made.url);
    await refresh('/v1/directories');
  };
  const drop = (linkId: string) => async () => {
    await send('DELETE', '/v1/directories/{directoryId}/links/{linkId}', { path: { ...path, linkId } });
    await refresh('/v1/directories');
  };
  return (
    <Section lead="Where another team, or another company, runs the identity provider: a link instead of an account. It opens once, works in that browser only, shows this directory’s steps and log, makes tokens, and ends after seven days." title="Hand over by link">
      <ErrorNote error={list.error} />
      {url && <Fresh label="link" text={url} />}
      {list.data && list.data.links.length > 0 && (
        <ul aria-label="Links" className={box}>
          {list.data.links.map((link) => (
            <Line
              end={
                may && (
                  <ConfirmButton look="danger" send={drop(link.id)} text="Whoever holds it sees nothing any more." title="Take the link back" trigger="quiet" verb="Take it back">
                    Take back
                  </ConfirmButton>
                )
              }
              hint={link.openedAt ? 'Opened' : 'Not opened'}
              key={link.id}
            >
              {link.openedAt && <><RelativeTime at={link.openedAt} />, </>}by {link.createdBy}, ends <RelativeTime at={link.expiresAt} />
              {!link.mayNameAttribute && ', may not name the attribute'}
            </Line>
          ))}
        </ul>
      )}
      {may && (
        <>
          <label className="flex items-start gap-2 text-sm">
            <input checked={names} className="mt-0.5 size-4 accent-[var(--color-accent-fill)]" onChange={(event) => setNames(event.target.checked)} type="checkbox" />
            <span>
              Its holder may name the attribute that carries the role
              <span className="block text-soft">Who does so decides, with the provider’s help, who becomes Admin.</span>
            </span>
          </label>
          <div>
            <Button busy={busy} onClick={() => run(make)}>
              Create a link
            </Button>
          </div>
        </>
      )}
      <ErrorNote error={error} />
    </Section>
  );
}

function Save() {
  return (
    <Button busy={useFormBusy()} type="submit">
      Save
    </Button>
  );
}

function General({ directory }: { directory: Directory }) {
  const can = useCan();
  const refresh = useRefresh();
  const { error, run } = useTask();
  const may = can('manage provisioning');
  const patch = async (body: Schema<'DirectoryPatch'>) => {
    await send('PATCH', '/v1/directories/{directoryId}', { body, path: { directoryId: directory.id } });
    await refresh('/v1/directories');
  };
  return (
    <Section title="Directory">
      {may && (
        <Form className="flex max-w-md items-end gap-2 [&>div:first-of-type]:flex-1" send={({ name = '' }) => patch({ name })}>
          <Field defaultValue={directory.name} key={directory.name} label="Name" name="name" required />
          <Save />
        </Form>
      )}
      <div className="flex items-start gap-3">
        <DirectorySwitch directory={directory} />
        <span className="text-sm">
          SCIM is {directory.state === 'unlinked' ? 'off' : 'on'}
          <span className="block text-soft">Off: its requests are refused and its accounts cannot sign in, until it is switched on again.</span>
        </span>
      </div>
      <div className="flex items-start gap-3">
        <Switch disabled={!may} label="Strict mode" on={directory.strict} set={(strict) => run(() => patch({ strict }))} />
        <span className="text-sm">
          Strict mode
          <span className="block text-soft">
            The interop profile to the letter. Okta and Entra ID need it off. {directory.tolerances.length > 0 ? 'Of what came, it would not take:' : 'Nothing that came so far would be refused.'}
          </span>
          {directory.tolerances.map((one) => (
            <span className="block text-soft" key={one.name}>
              · {one.words} ({count(one.count, 'request')})
            </span>
          ))}
        </span>
      </div>
      <ErrorNote error={error} />
    </Section>
  );
}

/** Name, switches, credentials, links, and the end of a directory. */
export function DirectorySettings({ directory }: { directory: Directory }) {
  const can = useCan();
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  const end = async () => {
    await send('DELETE', '/v1/directories/{directoryId}', { path: { directoryId: directory.id } });
    navigate('/settings/security?tab=provisioning');
    await refresh('/v1/directories');
  };
  return (
    <div className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-8">
      <General directory={directory} />
      <Tokens directory={directory} />
      <Clients directory={directory} />
      <div className="scroll-mt-4" id="hand-over">
        <Links directory={directory} />
      </div>
      {can('manage provisioning') && (
        <Section
          actions={
            <ConfirmButton
              look="danger"
              send={end}
              text={<>What <strong className="font-medium text-text">{directory.name}</strong> granted is revoked: {count(directory.counts.activeUsers, 'active user')} can no longer sign in. People and their history stay.</>}
              title="Delete the directory"
              trigger="danger"
              verb="Delete it"
            >
              Delete
            </ConfirmButton>
          }
          lead="Its users and groups are taken back. To pause it, switch it off instead."
          title="Delete the directory"
        >
          {null}
        </Section>
      )}
    </div>
  );
}
