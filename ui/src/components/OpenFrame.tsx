// SPDX-License-Identifier: Apache-2.0

import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation, useSearch } from 'wouter';

import { signInAddress } from '../lib/session';
import { buttonClass } from './Button';
import { Mark } from './Mark';

/** What stands around a page that is open to everybody, for who is not signed in. */
export function OpenFrame({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  useSearch(); // the address to come back to has the filters
  const scroller = useRef<HTMLElement>(null);
  useEffect(() => {
    scroller.current?.scrollTo(0, 0);
  }, [path]);
  return (
    <div className="flex h-dvh flex-col" data-shell>
      <header className="flex h-12 shrink-0 items-center gap-2 border-b px-4 font-semibold" data-bar>
        <Mark size={20} />
        <span className="flex-1">Muster</span>
        <a className={buttonClass()} href={signInAddress()}>
          Sign in
        </a>
      </header>
      <main className="min-h-0 min-w-0 flex-1 overflow-y-auto outline-none [--page:calc(100dvh-3rem)]" data-scroll id="main" ref={scroller} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
