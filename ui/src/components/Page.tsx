// SPDX-License-Identifier: Apache-2.0

import { type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';

/** The frame of a page: title in the browser and on the page, a way up, actions at the right. */
export function Page({ title, up, lead, actions, children, wide = true }: { actions?: ReactNode; children: ReactNode; lead?: ReactNode; title: string; up?: { href: string; label: string }; wide?: boolean }) {
  useEffect(() => {
    document.title = `${title} - Muster`;
  }, [title]);
  return (
    <div className={`mx-auto grid w-full grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 sm:px-6 lg:px-8 ${wide ? 'max-w-[2080px]' : 'max-w-4xl'}`}>
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          {up && (
            <Link className="mb-1 inline-block text-soft text-sm hover:text-text" href={up.href}>
              {up.label} <span aria-hidden>/</span>
            </Link>
          )}
          <h1 className="font-semibold text-xl tracking-tight" tabIndex={-1}>
            {title}
          </h1>
          {lead && <div className="mt-1 max-w-3xl text-soft">{lead}</div>}
        </div>
        {actions && (
          <div className="flex flex-wrap items-center gap-2" data-no-print>
            {actions}
          </div>
        )}
      </header>
      {children}
    </div>
  );
}
