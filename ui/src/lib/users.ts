// SPDX-License-Identifier: Apache-2.0

import { usePages } from './api';
import { useWhole } from './program';
import { useCan, useSession } from './session';

/** Who can be given something: users who sign in, by name; without the right to read users, oneself. */
export function useUsers(): { id: string; label: string }[] {
  const can = useCan();
  const { user } = useSession();
  const users = useWhole(usePages('/v1/users', { query: {} }, { enabled: can('read users and roles') }));
  const found = users.rows.filter((one) => one.status !== 'deactivated').map((one) => ({ id: one.id, label: one.displayName || one.email }));
  return found.length > 0 ? found.toSorted((a, b) => a.label.localeCompare(b.label)) : [{ id: user.id, label: user.displayName || user.email }];
}
