// SPDX-License-Identifier: Apache-2.0

import { Download } from 'lucide-react';

import type { Schema } from '../lib/api';
import { size } from '../lib/words';
import { buttonClass } from './Button';
import { CopyButton } from './CopyField';
import { Markdown } from './Markdown';

/** A version as it is read: its text, or its file to download from an address. */
export function PolicyText({ href, version }: { href: string; version: Schema<'PolicyVersionText'> }) {
  const { file, sha256, text } = version;
  return (
    <article aria-label={`Version ${String(version.number)}`} className="grid grid-cols-[minmax(0,1fr)] gap-4 rounded-xl border bg-panel px-5 py-5 sm:px-7">
      {file ? (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <a className={buttonClass()} download={file.name} href={href}>
            <Download aria-hidden className="size-3.5" />
            <span className="max-w-64 truncate">{file.name}</span>
          </a>
          <span className="text-soft text-sm">{size(version.size)}</span>
        </div>
      ) : (
        <Markdown text={text ?? ''} />
      )}
      <p className="flex items-center border-t pt-2 text-faint text-xs">
        SHA-256 <code className="ml-1 truncate font-mono">{sha256.slice(0, 12)}…</code>
        <CopyButton label="Copy the SHA-256" text={sha256} />
      </p>
    </article>
  );
}
