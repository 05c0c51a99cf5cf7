// SPDX-License-Identifier: Apache-2.0

import { Menu as Base } from '@base-ui/react/menu';
import { EllipsisVertical, type LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

import { Button } from './Button';

/** One entry of a menu; chosen marks the one of several that holds. */
export type Item = { Icon?: LucideIcon; act: () => void; chosen?: boolean; danger?: boolean; label: string } | { heading: string } | 'line';

/** A menu below its trigger, which is an element that takes a ref and props (a button). */
export function Menu({ trigger, items, label, header }: { header?: ReactNode; items: Item[]; label: string; trigger: ReactElement }) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal render={<section aria-label={label} />}>
        <Base.Positioner align="start" className="z-50 outline-none" sideOffset={6}>
          <Base.Popup aria-label={label} className="min-w-48 rounded-lg border bg-raised p-1 shadow-raised outline-none">
            {header}
            {items.map((item, i) => {
              if (item === 'line') return <Base.Separator className="my-1 h-px bg-line" key={`line-${String(i)}`} />;
              if ('heading' in item)
                return (
                  <div className="px-2 pt-1.5 pb-1 text-faint text-xs" key={item.heading} role="presentation">
                    {item.heading}
                  </div>
                );
              const { Icon } = item;
              return (
                <Base.Item
                  className={`flex h-8 cursor-pointer items-center gap-2 rounded-md px-2 text-sm outline-none data-highlighted:bg-hover ${item.danger ? 'text-fail' : ''}`}
                  key={item.label}
                  onClick={item.act}
                >
                  {Icon && <Icon aria-hidden className="size-4 text-soft" />}
                  <span className="flex-1">{item.label}</span>
                  {item.chosen && (
                    <span aria-hidden className="text-accent">
                      ✓
                    </span>
                  )}
                  {item.chosen && <span className="sr-only">(chosen)</span>}
                </Base.Item>
              );
            })}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** What else can be done, behind three dots. */
export const MoreMenu = ({ items }: { items: Item[] }) => (
  <Menu
    items={items}
    label="More actions"
    trigger={
      <Button aria-label="More actions" shape="square">
        <EllipsisVertical aria-hidden className="size-4" />
      </Button>
    }
  />
);
