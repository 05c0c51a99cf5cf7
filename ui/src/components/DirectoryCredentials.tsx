// SPDX-License-Identifier: Apache-2.0

import { KeyRound } from 'lucide-react';

import { send } from '../lib/api';
import type { Directory } from '../lib/guide';
import { providerOf } from '../lib/provider';
import { keepSecret, useSecret } from '../lib/secrets';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { count } from '../lib/words';
import { Button } from './Button';
import { CopyField } from './CopyField';
import { ErrorNote } from './ErrorNote';
import { RelativeTime } from './RelativeTime';

/** A secret that was just made, to be copied now. */
export function Fresh({ label, text }: { label: string; text: string }) {
  return (
    <div className="grid gap-2 rounded-md border border-risk-mark bg-risk-soft p-3">
      <p className="text-sm">
        <strong className="font-semibold">Copy the {label} now.</strong> It is gone when you leave or reload this page.
      </p>
      <CopyField label={label} text={text} />
    </div>
  );
}

/** Makes another token; the old ones go on working. */
export function MakeToken({ directory, first = false }: { directory: Directory; first?: boolean }) {
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const make = async () => {
    const made = await send('POST', '/v1/directories/{directoryId}/tokens', { body: {}, path: { directoryId: directory.id } });
    keepSecret(directory.id, made.token);
    await refresh('/v1/directories');
  };
  return (
    <>
      <div>
        <Button busy={busy} look={first ? 'primary' : 'plain'} onClick={() => run(make)}>
          <KeyRound aria-hidden className="size-3.5" />
          {directory.tokens.length > 0 ? 'Make another token' : 'Make a token'}
        </Button>
      </div>
      <ErrorNote error={error} />
    </>
  );
}

/** The two values that the provider wants, in its words. */
export function DirectoryCredentials({ directory }: { directory: Directory }) {
  const can = useCan();
  const secret = useSecret(directory.id);
  const { address, token } = providerOf(directory.provider);
  const url = directory.tenantUrl ?? directory.baseUrl;
  const last = directory.tokens.map(({ lastUsedAt }) => lastUsedAt ?? '').toSorted().at(-1);
  return (
    <div className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-4">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-1">
        <p className="font-medium text-sm">{address}</p>
        <CopyField label={address} text={url} />
        {!url.startsWith('https://') && <p className="rounded-md bg-risk-soft px-3 py-2 text-risk text-sm">A provider on the internet wants an address that begins with https:// and that it can reach. Start the server with --base-url.</p>}
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <p className="font-medium text-sm">{token}</p>
        {secret ? (
          <Fresh label={token} text={secret} />
        ) : (
          <p className="text-soft text-sm">
            {directory.tokens.length === 0 ? 'There is none.' : `${count(directory.tokens.length, 'token works', 'tokens work')}, and none can be shown again.`} {last && <>Last used <RelativeTime at={last} />.</>}
          </p>
        )}
        {can('manage provisioning') && !secret && <MakeToken directory={directory} />}
      </div>
    </div>
  );
}
