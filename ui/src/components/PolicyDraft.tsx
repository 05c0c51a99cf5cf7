// SPDX-License-Identifier: Apache-2.0

import { useRef } from 'react';

import { Refusal, type Schema, send, useGet } from '../lib/api';
import { useOutbox } from '../lib/outbox';
import { useRefresh } from '../lib/session';
import { sendFile } from '../lib/upload';
import { size } from '../lib/words';
import { Button } from './Button';
import { Drawer } from './Drawer';
import { DropZone } from './DropZone';
import { ErrorNote } from './ErrorNote';
import { CheckField, Field, Form, TextField, useFormBusy } from './Form';
import { OutboxList } from './OutboxList';

type Version = Schema<'PolicyVersion'>;

const largest = 10 * 1024 * 1024;

function Save() {
  return (
    <Button busy={useFormBusy()} look="primary" type="submit">
      Keep the draft
    </Button>
  );
}

/** Writes the next version, as a text or as a file. before is what it begins from. */
export function PolicyDraftDrawer({ before, close, policyId }: { before: Version | undefined; close: () => void; policyId: string }) {
  const refresh = useRefresh();
  const box = useRef<HTMLDivElement>(null);
  const text = useGet('/v1/policies/{policyId}/versions/{number}', { path: { number: before?.number ?? 0, policyId } }, { enabled: before !== undefined && before.file === null });
  const draft = before?.status === 'DRAFT' ? before : undefined;
  const done = async () => {
    await refresh('/v1/policies', '/v1/event-logs');
    close();
  };
  const outbox = useOutbox(async (file, how) => {
    if (file.size > largest) throw new Refusal(413, `A file may have ${size(largest)}, and this one has ${size(file.size)}.`);
    const values = new FormData(box.current?.querySelector('form') ?? undefined);
    const query = new URLSearchParams({ changes: String(values.get('changes') ?? ''), minor: String(values.get('minor') === 'on'), name: file.name });
    await sendFile(`/v1/policies/${policyId}/draft/file?${query.toString()}`, file, { ...how, method: 'PUT' });
    await done();
  });
  const loading = before !== undefined && before.file === null && (!text.data || text.isPlaceholderData) && !text.error;
  return (
    <Drawer close={close} subtitle="Nobody has to go by it before it is approved" title={draft ? 'Draft' : 'New version'}>
      <ErrorNote error={text.error} retry={() => void text.refetch()} />
      {!loading && (
        <div ref={box}>
          <Form
            send={async ({ changes = '', minor, text: words = '' }) => {
              await send('PUT', '/v1/policies/{policyId}/draft', { body: { changes, minor: minor === 'on', text: words }, path: { policyId } });
              await done();
            }}
          >
            <TextField data-missing="Write the policy, or bring it as a file below." defaultValue={text.data?.text ?? ''} hint="Markdown: # for headings, - for lists, **bold**." label="Text" name="text" required rows={16} spellCheck />
            <Field autoComplete="off" defaultValue={draft?.changes} label="What is new" name="changes" placeholder="Names the new chat" />
            <CheckField defaultChecked={draft?.minor} hint="Nobody is asked to accept it again." label="A minor version" name="minor" />
            <div>
              <Save />
            </div>
          </Form>
        </div>
      )}
      <section className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-2">
        <h3 className="font-semibold text-sm">Or as a file</h3>
        <DropZone label="Choose a file" take={outbox.add}>
          <p className="text-soft text-sm">A PDF or a document, up to {size(largest)}. It takes the place of the text above.</p>
        </DropZone>
        <OutboxList outbox={outbox} />
      </section>
    </Drawer>
  );
}
