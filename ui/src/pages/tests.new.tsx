// SPDX-License-Identifier: Apache-2.0

import { Database } from 'lucide-react';
import { Link, useLocation } from 'wouter';

import { buttonClass } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { ErrorNote } from '../components/ErrorNote';
import { Page } from '../components/Page';
import { TestBuilder } from '../components/TestBuilder';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet } from '../lib/api';
import { useData } from '../lib/data';
import { type Draft, draftOf } from '../lib/draft';
import { leafOn } from '../lib/rule';
import { useRefresh } from '../lib/session';

const up = { href: '/tests', label: 'Tests' };

/** /tests/new: ?from=TEST begins as a copy of it, ?resource=ID with that data, ?view=file shows the file. */
export default function NewTest() {
  const [query] = useQueryState();
  const [, navigate] = useLocation();
  const refresh = useRefresh();
  const data = useData();
  const from = query.get('from') ?? '';
  const original = useGet('/v1/tests/{testId}', { path: { testId: from } }, { enabled: from !== '' });
  const error = data.error ?? original.error;
  if (error) return <Page title="New test" up={up}><ErrorNote error={error} /></Page>;
  if (!data.ready || (from !== '' && !original.data)) return null;
  const filled = data.all.filter((one) => (one.records ?? 0) > 0);
  const chosen = data.all.find((one) => one.definition?.id === query.get('resource')) ?? (filled.length === 1 ? filled[0] : undefined);
  const begin: Draft = original.data
    ? { ...draftOf(original.data), name: `${original.data.name} (copy)` }
    : chosen
      ? { application: chosen.application, passWhen: { all: [leafOn(chosen.fields[0])] }, resource: chosen.resource }
      : {};
  const save = async (draft: Draft) => {
    const body = draft as Schema<'TestInput'>;
    const made = original.data ? await send('POST', '/v1/tests/{testId}/copy', { body, path: { testId: original.data.id } }) : await send('POST', '/v1/tests', { body });
    await refresh('/v1/tests', '/v1/home');
    navigate(`/tests/${made.id}`);
  };
  return (
    <Page lead={original.data ? `Begins as ${original.data.name} is.` : undefined} title={original.data ? 'Copy of a test' : 'New test'} up={up}>
      {filled.length > 0 || original.data ? (
        <TestBuilder all={data.all} begin={begin} save={save} verb="Create the test" />
      ) : (
        <EmptyState
          action={
            <Link className={buttonClass('primary')} href="/integrations">
              Go to Integrations
            </Link>
          }
          command="muster push --resource ID records.json"
          Icon={Database}
          title="There is nothing to test yet"
        >
          A test is about the records of a resource, and no resource has a record. Push some first.
        </EmptyState>
      )}
    </Page>
  );
}
