// SPDX-License-Identifier: Apache-2.0

import { Bell, BellOff, BellRing } from 'lucide-react';

import { type Schema, send, useGet } from '../lib/api';
import { useCan, useRefresh, useSession } from '../lib/session';
import { useTask } from '../lib/task';
import { Changeable } from './Changeable';
import { ErrorNote } from './ErrorNote';
import { Menu } from './Menu';

/** Says that the user follows or mutes a test, or neither ("" takes either back). */
export async function chooseTest(testId: string, choice: 'follow' | 'mute' | ''): Promise<void> {
  const path = { testId };
  if (choice === '') await send('DELETE', '/v1/notifications/preferences/tests/{testId}', { path });
  else await send('PUT', '/v1/notifications/preferences/tests/{testId}', { body: { choice }, path });
}

/** Whether the user hears of a test, with a way to follow or mute it. */
export function TestNotice({ test }: { test: Schema<'Test'> }) {
  const can = useCan();
  const refresh = useRefresh();
  const { user } = useSession();
  const { error, run } = useTask();
  const may = can("use an account of one's own");
  const answer = useGet('/v1/notifications/preferences', undefined, { enabled: may });
  if (!may || !answer.data) return '-';
  const choice = answer.data.tests.find(({ testId }) => testId === test.id)?.choice ?? '';
  const unasked = test.owner?.id === user.id ? 'As its owner' : 'Only what concerns you';
  const set = (to: 'follow' | 'mute' | '') => () =>
    run(async () => {
      await chooseTest(test.id, to);
      await refresh('/v1/notifications/preferences');
    });
  return (
    <>
      <Menu
        items={[
          { Icon: BellRing, act: set('follow'), chosen: choice === 'follow', label: 'Follow the test' },
          { Icon: BellOff, act: set('mute'), chosen: choice === 'mute', label: 'Mute the test' },
          { Icon: Bell, act: set(''), chosen: choice === '', label: unasked },
        ]}
        label="Notifications of this test"
        trigger={<Changeable label="Notifications">{{ '': unasked, follow: 'You follow it', mute: 'Muted' }[choice]}</Changeable>}
      />
      <ErrorNote error={error} />
    </>
  );
}
