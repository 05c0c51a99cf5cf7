// SPDX-License-Identifier: Apache-2.0

import { Plus, X } from 'lucide-react';
import { Link } from 'wouter';

import type { Schema } from '../lib/api';
import { findTests } from '../lib/find';
import { useReach } from '../lib/places';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { Section } from './ApplicationCredentials';
import { Button } from './Button';
import { ErrorNote } from './ErrorNote';
import { type Choice, Picker } from './Picker';
import { StatusChip } from './StatusChip';
import { chooseTest } from './TestNotice';

function Row({ one }: { one: Schema<'NotificationTestChoice'> }) {
  const refresh = useRefresh();
  const { busy, error, run } = useTask();
  const reaches = useReach();
  const page = `/tests/${one.testId}`;
  const name = one.name || 'A test that is gone, or that you may not read';
  const forget = async () => {
    await chooseTest(one.testId, '');
    await refresh('/v1/notifications/preferences');
  };
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-2 border-b px-4 py-2 last:border-b-0">
      <div className="flex items-center gap-3">
        {one.name && reaches(page) ? (
          <Link className="min-w-0 flex-1 truncate py-1 text-accent hover:underline" href={page}>
            {name}
          </Link>
        ) : (
          <span className="min-w-0 flex-1 truncate text-soft">{name}</span>
        )}
        <StatusChip quiet word={one.choice === 'follow' ? { text: 'Followed', tone: 'pass' } : { text: 'Muted', tone: 'none' }} />
        <Button aria-label={`${one.choice === 'follow' ? 'Follow no more' : 'Mute no more'}: ${name}`} busy={busy} look="quiet" onClick={() => run(forget)} shape="square" title="Take it back">
          <X aria-hidden className="size-4" />
        </Button>
      </div>
      <ErrorNote error={error} />
    </li>
  );
}

/** The tests that the user follows or mutes. */
export function NotificationTests({ tests }: { tests: Schema<'NotificationTestChoice'>[] }) {
  const can = useCan();
  const refresh = useRefresh();
  if (tests.length === 0 && !can('read tests')) return null;
  const pick = async (choice: Choice | null) => {
    if (choice) await chooseTest(choice.id, 'follow');
    await refresh('/v1/notifications/preferences');
  };
  const add = can('read tests') && (
    <Picker
      find={findTests(new Set(tests.map((one) => one.testId)))}
      label="Test to follow"
      name={`tests beside ${tests.map((one) => one.testId).join()}`}
      pick={pick}
      trigger={
        <Button>
          <Plus aria-hidden className="size-3.5" />
          Follow a test
        </Button>
      }
    />
  );
  return (
    <Section actions={add} lead="Who owns or subscribes to a test hears of it unasked. Follow others, or mute one, here or on its page." title="Tests that you follow or mute">
      {tests.length === 0 ? (
        <p className="rounded-lg border bg-panel px-4 py-3 text-soft text-sm">None yet. Of a test that you follow you hear as if it were yours; of one that you mute you hear nothing.</p>
      ) : (
        <ul className="rounded-lg border bg-panel">
          {tests.map((one) => (
            <Row key={one.testId} one={one} />
          ))}
        </ul>
      )}
    </Section>
  );
}
