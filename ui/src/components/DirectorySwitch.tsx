// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import { type Schema, send } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { count } from '../lib/words';
import { ConfirmDialog } from './ConfirmButton';
import { ErrorNote } from './ErrorNote';
import { Switch } from './Switch';

/** Switches the SCIM of a directory off, which it asks about, and on again. */
export function DirectorySwitch({ directory }: { directory: Schema<'DirectorySummary'> | Schema<'Directory'> }) {
  const can = useCan();
  const refresh = useRefresh();
  const [asking, setAsking] = useState(false);
  const { busy, error, run } = useTask();
  const change = async (state: 'linked' | 'unlinked') => {
    await send('PATCH', '/v1/directories/{directoryId}', { body: { state }, path: { directoryId: directory.id } });
    await refresh('/v1/directories');
  };
  const on = directory.state !== 'unlinked' && directory.state !== 'deleting';
  return (
    <>
      <Switch disabled={busy || directory.state === 'deleting' || !can('manage provisioning')} label={`SCIM of ${directory.name}`} on={on} set={(to) => (to ? run(() => change('linked')) : setAsking(true))} />
      <ErrorNote error={error} />
      <ConfirmDialog
        look="danger"
        open={asking}
        send={() => change('unlinked')}
        setOpen={setAsking}
        text={`Its requests are refused from now on, and the accounts that came from it cannot sign in: ${count(directory.counts.activeUsers, 'active user')}. Nothing is deleted; switching it on undoes this.`}
        title={`Switch ${directory.name} off`}
        verb="Switch off"
      />
    </>
  );
}
