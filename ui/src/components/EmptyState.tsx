// SPDX-License-Identifier: Apache-2.0

import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

import { CopyField } from './CopyField';

/** An empty list: says what would be here and how to fill it, with a command to copy or a link. */
export function EmptyState({ Icon, title, children, command, action }: { Icon: LucideIcon; action?: ReactNode; children: ReactNode; command?: string; title: string }) {
  return (
    <div className="mx-auto grid max-w-xl grid-cols-[minmax(0,1fr)] justify-items-center gap-3 px-4 py-14 text-center">
      <span className="grid size-10 place-items-center rounded-lg border bg-panel text-soft">
        <Icon aria-hidden className="size-5" />
      </span>
      <h2 className="font-semibold text-lg">{title}</h2>
      <div className="text-pretty text-soft">{children}</div>
      {command && (
        <div className="mt-1 w-full min-w-0 text-left">
          <CopyField label="command" text={command} />
        </div>
      )}
      {action}
    </div>
  );
}
