// SPDX-License-Identifier: Apache-2.0

import { Check, Copy } from 'lucide-react';
import { useState } from 'react';

/** Copies text at a press; hidden where the browser does not let pages do so (plain HTTP). */
export function CopyButton({ text, label = 'Copy' }: { label?: string; text: string }) {
  const [done, setDone] = useState(false);
  if (navigator.clipboard === undefined) return null;
  const Icon = done ? Check : Copy;
  return (
    <button
      aria-label={done ? 'Copied' : label}
      className="rounded-md p-1.5 text-soft hover:bg-hover hover:text-text"
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => {
          setDone(true);
          setTimeout(() => setDone(false), 1500);
        });
      }}
      title={done ? 'Copied' : label}
      type="button"
    >
      <Icon aria-hidden className={`size-3.5 ${done ? 'text-pass' : ''}`} />
    </button>
  );
}

/** Something to copy: an id, a secret, a command of one or more lines. */
export function CopyField({ text, label }: { label: string; text: string }) {
  return (
    <div className="flex min-w-0 items-start gap-1 rounded-md border bg-sunk py-1 pr-1 pl-3">
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre aria-label={`${label}: ${text.slice(0, 60)}`} className="min-w-0 flex-1 overflow-x-auto py-1 font-mono text-sm" role="region" tabIndex={0}>
        {text}
      </pre>
      <CopyButton label={`Copy ${label}`} text={text} />
    </div>
  );
}
