// SPDX-License-Identifier: Apache-2.0

import { Lock, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';

import { type Schema, send, usePages } from '../lib/api';
import { findDocuments } from '../lib/find';
import { useWhole } from '../lib/program';
import { useRefresh } from '../lib/session';
import { count, wordOf } from '../lib/words';
import { Button } from './Button';
import { ConfirmDialog } from './ConfirmButton';
import { ErrorNote } from './ErrorNote';
import { type Choice, Picker } from './Picker';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';

type Document = Schema<'Document'>;

/** The documents that prove a control; to map others and take them away, for those who may. */
export function ControlDocuments({ control, may }: { control: Schema<'ControlDetail'>; may: boolean }) {
  const refresh = useRefresh();
  const [leaving, setLeaving] = useState<Document | undefined>();
  const path = { controlId: control.id };
  const list = useWhole(usePages('/v1/controls/{controlId}/documents', { path }));
  const changed = () => refresh('/v1/controls', '/v1/documents', '/v1/frameworks', '/v1/home');
  const add = async (choice: Choice | null) => {
    if (!choice) return;
    await send('POST', '/v1/controls/{controlId}/add-document-to-control', { body: { documentId: choice.id }, path });
    await changed();
  };
  return (
    <section aria-labelledby="documents" className="mt-5 grid min-w-0 content-start gap-2">
      <header className="flex min-h-8 items-center justify-between gap-3">
        <h2 className="font-semibold" id="documents">
          {list.isLoading || list.rows.length === 0 ? 'Documents' : count(list.rows.length, 'document')}
        </h2>
        {may && (
          <Picker
            find={findDocuments(new Set(list.rows.map((one) => one.id)))}
            label="Document"
            name={`documents-for-${control.id}-${String(list.rows.length)}`}
            pick={add}
            trigger={
              <Button>
                <Plus aria-hidden className="size-3.5" />
                Map a document
              </Button>
            }
          />
        )}
      </header>
      <ErrorNote error={list.error} />
      {!list.isLoading && !list.error && list.rows.length === 0 && <p className="text-soft text-sm">No document proves it. Map one for what no system pushes: a report, a contract, minutes.</p>}
      {list.rows.length > 0 && (
        <ul className="rounded-xl border bg-panel">
          {list.rows.map((one) => (
            <li className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-0.5 border-b py-1.5 pr-2 pl-4 last:border-b-0" key={one.id}>
              <Link className="flex min-w-0 flex-1 basis-40 items-center gap-1.5 font-medium hover:text-accent hover:underline" href={`/documents/${one.id}`}>
                <span className="truncate">{one.title}</span>
                {one.isSensitive && <Lock aria-label="Sensitive" className="size-3.5 shrink-0 text-soft" />}
              </Link>
              <StatusChip quiet word={wordOf('document', one.uploadStatus)} />
              {one.nextRenewalDate && one.uploadStatus !== 'Not relevant' && <span className="text-sm"><RelativeTime as="due" at={one.nextRenewalDate} /></span>}
              {may && (
                <Button aria-label={`Take ${one.title} from the control`} look="quiet" onClick={() => setLeaving(one)} shape="square" title="Take it from the control">
                  <X aria-hidden className="size-4" />
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <ConfirmDialog
        open={leaving !== undefined}
        send={async () => {
          await send('DELETE', '/v1/controls/{controlId}/documents/{documentId}', { path: { ...path, documentId: leaving?.id ?? '' } });
          await changed();
        }}
        setOpen={(open) => {
          if (!open) setLeaving(undefined);
        }}
        text={
          <>
            <strong className="font-medium text-text">{leaving?.title}</strong> will no longer be evidence for this control. The document itself stays.
          </>
        }
        title="Take the document from the control"
        verb="Take it away"
      />
    </section>
  );
}
