// SPDX-License-Identifier: Apache-2.0

import { LogIn, Plus } from 'lucide-react';

import { useQueryState } from '../lib/address';
import { type Schema, send, usePages } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { Section } from './ApplicationCredentials';
import { Button } from './Button';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { SsoDrawer } from './SsoDrawer';
import { StatusChip } from './StatusChip';
import { Switch } from './Switch';

type Provider = Schema<'SSOProvider'>;

/** What a kind of single sign-on is called. */
export const kindName = (kind: string): string => (kind === 'oidc' ? 'OpenID Connect' : 'SAML');

function Row({ edit, provider }: { edit: () => void; provider: Provider }) {
  const can = useCan();
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const set = async (enabled: boolean) => {
    await send('PATCH', '/v1/sso/providers/{providerId}', { body: { enabled }, path: { providerId: provider.id } });
    await refresh('/v1/sso', '/v1/sign-in');
  };
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-2 border-b px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <p className="flex flex-wrap items-center gap-2">
            <span className="font-medium">{provider.name}</span>
            {provider.missing.length > 0 && <StatusChip quiet word={{ text: 'Not complete', tone: 'risk' }} />}
          </p>
          <p className="text-soft text-sm">
            {kindName(provider.kind)}
            {provider.domains.length > 0 && ` · ${provider.domains.join(', ')}`}
            {provider.createUsers && ' · unknown people become Employees'}
          </p>
        </div>
        <Switch disabled={busy || !can('manage sign-in')} label={`Sign-in through ${provider.name}`} on={provider.enabled} set={(on) => run(() => set(on))} />
        <Button aria-label={`Look at ${provider.name}`} onClick={edit}>
          {can('manage sign-in') ? 'Edit' : 'Look'}
        </Button>
      </div>
      <ErrorNote error={error} />
    </li>
  );
}

/** Identity providers that people sign in through; ?sso= whose drawer is open, "new" for another. */
export function SsoList() {
  const [query, change] = useQueryState();
  const can = useCan();
  const list = usePages('/v1/sso/providers');
  const may = can('manage sign-in');
  const chosen = query.get('sso');
  const none = !list.isLoading && list.rows.length === 0 && !list.error;
  const add = may && (
    <Button look={none ? 'primary' : 'plain'} onClick={() => change({ sso: 'new' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      Add a provider
    </Button>
  );
  const one = list.rows.find(({ id }) => id === chosen);
  return (
    <Section actions={!none && add} lead="People sign in through your identity provider, by OpenID Connect or SAML. Whom it vouches for is found by e-mail." title="Single sign-on">
      <ErrorNote error={list.error} />
      {none && (
        <EmptyState action={add} Icon={LogIn} title="No providers yet">
          Register this server with your identity provider as an application: the drawer has the addresses that it asks for.
        </EmptyState>
      )}
      {list.rows.length > 0 && (
        <ul className="rounded-lg border bg-panel">
          {list.rows.map((provider) => (
            <Row edit={() => change({ sso: provider.id }, { push: true })} key={provider.id} provider={provider} />
          ))}
        </ul>
      )}
      {chosen && (one || (chosen === 'new' && may)) && <SsoDrawer close={() => change({ sso: '' })} key={chosen} made={(id) => change({ sso: id })} provider={one} />}
    </Section>
  );
}
