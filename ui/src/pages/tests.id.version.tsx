// SPDX-License-Identifier: Apache-2.0

import { useLocation, useParams } from 'wouter';

import { ErrorNote } from '../components/ErrorNote';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { TestBuilder } from '../components/TestBuilder';
import { type Schema, send, useGet } from '../lib/api';
import { useData } from '../lib/data';
import { type Draft, draftOf } from '../lib/draft';
import { useRefresh } from '../lib/session';

/** /tests/ID/version: writes the next version of a test; ?view=file shows the file. */
export default function NewVersion() {
  const { testId = '' } = useParams<{ testId: string }>();
  const [, navigate] = useLocation();
  const refresh = useRefresh();
  const data = useData();
  const answer = useGet('/v1/tests/{testId}', { path: { testId } });
  if (answer.error?.status === 404) return <NotFound />;
  const up = { href: `/tests/${testId}`, label: answer.data?.name ?? 'Test' };
  const error = data.error ?? answer.error;
  if (error) return <Page title="New version" up={up}><ErrorNote error={error} /></Page>;
  if (!data.ready || !answer.data) return null;
  const save = async (draft: Draft) => {
    await send('POST', '/v1/tests/{testId}/versions', { body: draft as Schema<'TestInput'>, path: { testId } });
    await refresh('/v1/tests', '/v1/home');
    navigate(`/tests/${testId}`);
  };
  const { major, minor } = answer.data.version;
  return (
    <Page lead={`After version ${String(major)}.${String(minor)}. What was said before stays bound to the version that said it.`} title="New version" up={up}>
      <TestBuilder all={data.all} begin={draftOf(answer.data)} save={save} verb="Save the version" version />
    </Page>
  );
}
