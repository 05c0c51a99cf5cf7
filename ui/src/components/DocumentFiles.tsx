// SPDX-License-Identifier: Apache-2.0

import { FileText, Link2, Plus, X } from 'lucide-react';
import { useRef } from 'react';

import { Refusal, type Schema, send, usePages } from '../lib/api';
import { useOutbox } from '../lib/outbox';
import { useWhole } from '../lib/program';
import { useRefresh } from '../lib/session';
import { sendFile } from '../lib/upload';
import { count, size } from '../lib/words';
import { ConfirmButton } from './ConfirmButton';
import { CopyButton } from './CopyField';
import { DropZone } from './DropZone';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { Field, TextField } from './Form';
import { OutLink } from './OutLink';
import { OutboxList } from './OutboxList';
import { RelativeTime } from './RelativeTime';

type Detail = Schema<'DocumentDetail'>;
type UploadedFile = Schema<'UploadedFile'>;
type UploadedLink = Schema<'UploadedLink'>;

/** What the user may do with what stands for a document. */
export type Rights = { upload: boolean; work: boolean };

const useChanged = () => {
  const refresh = useRefresh();
  return () => refresh('/v1/documents', '/v1/controls', '/v1/frameworks', '/v1/event-logs', '/v1/my-work');
};

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** From when on a file or link counts, when that is not when it came. */
const since = (effective: string | null, created: string) => (effective && effective.slice(0, 10) !== created.slice(0, 10) ? `counts from ${day.format(new Date(effective))}` : '');

/** Takes files; each counts from a day that may be said before. */
function Uploader({ document }: { document: Detail }) {
  const changed = useChanged();
  const from = useRef<HTMLInputElement>(null);
  const outbox = useOutbox(async (file, how) => {
    if (file.size > document.uploadLimit) throw new Refusal(413, `A file may have ${size(document.uploadLimit)} here, and this one has ${size(file.size)}.`);
    const form = new FormData();
    const date = from.current?.value ?? '';
    if (date !== '') form.append('effectiveAtDate', date);
    form.append('file', file);
    await sendFile(`/v1/documents/${document.id}/uploads`, form, how);
    await changed();
  });
  return (
    <>
      <DropZone label="Choose files" several take={outbox.add}>
        <p className="font-medium">Drop files here</p>
        <p className="text-soft text-sm">Up to {size(document.uploadLimit)} each. None is replaced.</p>
        <label className="mt-2 flex flex-wrap items-center gap-2 text-sm">
          They count from
          <input className="h-7 rounded-md border border-line-strong bg-panel px-2 text-sm" ref={from} type="date" />
          <span className="text-soft">(empty: today)</span>
        </label>
      </DropZone>
      <OutboxList outbox={outbox} />
    </>
  );
}

function FileRow({ document, file, may }: { document: Detail; file: UploadedFile; may: boolean }) {
  const changed = useChanged();
  const name = file.fileName ?? file.title;
  const path = `/v1/documents/${document.id}/uploads/${file.id}/media`;
  const facts = [size(file.size), file.uploaderName ? `by ${file.uploaderName}` : '', since(file.effectiveDate, file.creationDate)].filter(Boolean);
  return (
    <li className="flex items-start gap-3 border-b px-4 py-2.5 last:border-b-0">
      <FileText aria-hidden className="mt-0.5 size-4 shrink-0 text-soft" />
      <div className="min-w-0 flex-1">
        <a className="block max-w-max truncate font-medium hover:text-accent hover:underline" download={name} href={path} title={`Download ${name}`}>
          {name}
        </a>
        <p className="text-soft text-sm">
          <RelativeTime at={file.creationDate} /> · {facts.join(' · ')}
        </p>
        {file.description && <p className="text-sm">{file.description}</p>}
        <p className="flex items-center text-faint text-xs">
          SHA-256 <code className="ml-1 truncate font-mono">{file.sha256.slice(0, 12)}…</code>
          <CopyButton label={`Copy the SHA-256 of ${name}`} text={file.sha256} />
        </p>
      </div>
      {may && (
        <ConfirmButton
          label={`Take ${name} away`}
          look="danger"
          send={async () => {
            await send('DELETE', '/v1/documents/{documentId}/uploads/{uploadedFileId}', { path: { documentId: document.id, uploadedFileId: file.id } });
            await changed();
          }}
          text={
            <>
              <strong className="font-medium text-text">{name}</strong> will no longer stand for this document. The evidence ledger goes on naming it by its hash.
            </>
          }
          title="Take the file away"
          trigger="quiet"
          verb="Take it away"
        >
          <X aria-hidden className="size-4" />
        </ConfirmButton>
      )}
    </li>
  );
}

function LinkRow({ document, link, may }: { document: Detail; link: UploadedLink; may: boolean }) {
  const changed = useChanged();
  const facts = since(link.effectiveDate, link.creationDate);
  return (
    <li className="flex items-start gap-3 border-b px-4 py-2.5 last:border-b-0">
      <Link2 aria-hidden className="mt-0.5 size-4 shrink-0 text-soft" />
      <div className="min-w-0 flex-1">
        <OutLink href={link.url}>{link.title}</OutLink>
        <p className="text-soft text-sm">
          <RelativeTime at={link.creationDate} />
          {facts && ` · ${facts}`}
        </p>
        {link.description && <p className="text-sm">{link.description}</p>}
      </div>
      {may && (
        <ConfirmButton
          label={`Take ${link.title} away`}
          look="danger"
          send={async () => {
            await send('DELETE', '/v1/documents/{documentId}/links/{linkId}', { path: { documentId: document.id, linkId: link.id } });
            await changed();
          }}
          text={
            <>
              <strong className="font-medium text-text">{link.title}</strong> will no longer stand for this document.
            </>
          }
          title="Take the link away"
          trigger="quiet"
          verb="Take it away"
        >
          <X aria-hidden className="size-4" />
        </ConfirmButton>
      )}
    </li>
  );
}

/** A button that lets an address stand for the document. */
function AddLink({ document }: { document: Detail }) {
  const changed = useChanged();
  return (
    <ConfirmButton
      fields={
        <>
          <Field autoComplete="off" data-missing="Paste the address." label="Address" name="url" placeholder="https://" required spellCheck={false} />
          <Field autoComplete="off" data-missing="Say what is behind it." label="Title" maxLength={200} name="title" required />
          <Field hint="Today, if you leave it empty." label="Counts from" name="effectiveDate" type="date" />
          <TextField label="Description (if there is something to say)" name="description" />
        </>
      }
      send={async ({ description = '', effectiveDate = '', title = '', url = '' }) => {
        const body = { description: description || undefined, effectiveDate: effectiveDate ? `${effectiveDate}T00:00:00Z` : undefined, title, url };
        await send('POST', '/v1/documents/{documentId}/links', { body, path: { documentId: document.id } });
        await changed();
      }}
      text="What lies behind it is not kept: where it must not change, upload the file."
      title="Add a link"
      verb="Add it"
    >
      <Plus aria-hidden className="size-3.5" />
      Add a link
    </ConfirmButton>
  );
}

/** The files and links that stand for a document, the newest first, and ways to bring more. */
export function DocumentFiles({ document, rights }: { document: Detail; rights: Rights }) {
  const path = { documentId: document.id };
  const files = useWhole(usePages('/v1/documents/{documentId}/uploads', { path }));
  const links = useWhole(usePages('/v1/documents/{documentId}/links', { path }));
  const loading = files.isLoading || links.isLoading;
  const none = !loading && !files.error && !links.error && files.rows.length + links.rows.length === 0;
  const parts = [files.rows.length > 0 ? count(files.rows.length, 'file') : '', links.rows.length > 0 ? count(links.rows.length, 'link') : ''].filter(Boolean);
  return (
    <section aria-labelledby="files" className="grid grid-cols-[minmax(0,1fr)] content-start gap-3">
      <header className="flex min-h-8 items-center justify-between gap-3">
        <h2 className="font-semibold" id="files">
          {parts.length > 0 ? parts.join(', ') : 'Files and links'}
        </h2>
        {rights.work && <AddLink document={document} />}
      </header>
      {rights.upload && <Uploader document={document} />}
      <ErrorNote error={files.error ?? links.error} />
      {none && (
        <EmptyState Icon={FileText} command={rights.upload ? `muster admin document upload "${document.title.replaceAll(/["$`\\]/g, '\\$&')}" report.pdf` : undefined} title="Nothing stands for it yet">
          {rights.upload ? 'Bring a file or a link, and it is evidence for its controls at once.' : 'Whoever owns it brings a file or a link.'}
        </EmptyState>
      )}
      {files.rows.length + links.rows.length > 0 && (
        <ul aria-label="Files and links" className="rounded-xl border bg-panel">
          {links.rows.toReversed().map((link) => (
            <LinkRow document={document} key={link.id} link={link} may={rights.work} />
          ))}
          {files.rows.toReversed().map((file) => (
            <FileRow document={document} file={file} key={file.id} may={rights.work} />
          ))}
        </ul>
      )}
    </section>
  );
}
