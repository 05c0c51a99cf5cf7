// SPDX-License-Identifier: Apache-2.0

import type { ReactElement } from 'react';

import { send } from '../lib/api';
import { type Choice, Picker } from './Picker';

/** Finds users by name or e-mail. */
async function findUsers(text: string): Promise<Choice[]> {
  const { results } = await send('GET', '/v1/users', { query: { pageSize: 20, q: text || undefined } });
  return results.data.filter((user) => user.status !== 'deactivated').map((user) => ({ id: user.id, label: user.displayName || user.email, note: user.displayName ? user.email : undefined }));
}

/** Picks the user who owns something, or nobody. */
export function OwnerPicker({ owner, set, trigger }: { owner?: string; set: (userId: string | null, name?: string) => Promise<void>; trigger: ReactElement }) {
  return <Picker chosen={owner} find={findUsers} label="Owner" name="users" none="Nobody" pick={(choice) => set(choice?.id ?? null, choice?.label)} trigger={trigger} />;
}
