// SPDX-License-Identifier: Apache-2.0

import { ExternalLink } from 'lucide-react';

/** A link to the same thing where it came from, in a new window. */
export function OutLink({ href, children }: { children: string; href: string }) {
  return (
    <a className="inline-flex max-w-full items-center gap-1 text-accent hover:underline" href={href} rel="noreferrer noopener" target="_blank">
      <span className="truncate">{children}</span>
      <ExternalLink aria-hidden className="size-3.5 shrink-0" />
      <span className="sr-only">(opens a new window)</span>
    </a>
  );
}

/** The link of a pushed record to where it came from; nothing when its URL is none that a browser opens. */
export function SourceLink({ record }: { record: unknown }) {
  const { externalUrl: url } = (record ?? {}) as { externalUrl?: unknown };
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url)) return null;
  return <OutLink href={url}>{url.replace(/^https?:\/\//i, '')}</OutLink>;
}
