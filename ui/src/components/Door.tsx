// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';

import { Mark } from './Mark';

/** The frame of the pages before a sign-in: one card in the middle. */
export function Door({ title, lead, children }: { children?: ReactNode; lead?: ReactNode; title: string }) {
  return (
    <div className="grid content-start justify-items-center gap-8 px-4 py-10 sm:pt-[14vh]">
      <header className="flex items-center gap-2 font-semibold text-lg tracking-tight">
        <Mark size={26} />
        Muster
      </header>
      <main className="grid w-full max-w-sm gap-5 rounded-xl border bg-panel p-6 shadow-[0_1px_2px_rgb(0_0_0/0.04)] sm:p-8">
        <div>
          <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
          {lead && <div className="mt-1 text-soft">{lead}</div>}
        </div>
        {children}
      </main>
    </div>
  );
}
