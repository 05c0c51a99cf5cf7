// SPDX-License-Identifier: Apache-2.0

import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

/** One tab: key stands in the URL, count beside the label. */
export type Tab = { count?: number; key: string; label: string };

/** Tabs over one panel. Which is open is the page's business, so that it can stand in the URL. */
export function Tabs({ tabs, value, change, children }: { change: (key: string) => void; children: ReactNode; tabs: Tab[]; value: string }) {
  return (
    <Base.Root onValueChange={(next) => change(String(next))} value={value}>
      <Base.List className="flex gap-5 overflow-x-auto overflow-y-hidden border-b">
        {tabs.map((tab) => (
          <Base.Tab
            className="-mb-px flex h-9 shrink-0 items-center gap-1.5 border-transparent border-b-2 font-medium text-soft text-sm hover:text-text data-active:border-accent data-active:text-text"
            key={tab.key}
            value={tab.key}
          >
            {tab.label}
            {tab.count !== undefined && <span className="rounded bg-sunk px-1.5 text-soft text-xs">{tab.count.toLocaleString('en-GB')}</span>}
          </Base.Tab>
        ))}
      </Base.List>
      <Base.Panel key={value} value={value}>
        {children}
      </Base.Panel>
    </Base.Root>
  );
}
