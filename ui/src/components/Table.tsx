// SPDX-License-Identifier: Apache-2.0

import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';

import { usePrinting } from '../lib/print';

/** A column. width is a CSS grid track; from: the width of the table from which on it is shown. */
export type Column<Row> = { align?: 'right'; cell: (row: Row) => ReactNode; from?: number; head: string; key: string; width: string };

const rowHeight = 44;
const paper = { most: 2_000, width: 720 }; // rows that a print has at most; what A4 holds between its margins

/** Follows the width of the table, and where it begins in what scrolls. */
function usePlace() {
  const ref = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ offset: 0, width: 1000 });
  useLayoutEffect(() => {
    const element = ref.current;
    const scroller = element?.closest('[data-scroll]');
    if (!element || !scroller) return;
    const measure = () => {
      const offset = Math.round(element.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop);
      const width = element.clientWidth;
      setPlace((old) => (old.offset === offset && old.width === width ? old : { offset, width }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(scroller);
    if (element.parentElement) observer.observe(element.parentElement);
    return () => observer.disconnect();
  }, []);
  return { ref, ...place };
}

/** Rows that are chosen for something to be done to all of them, by their keys. */
export type Selection = { change: (chosen: Set<string>) => void; chosen: Set<string> };

/** A box that chooses a row; label names the row. */
function Choose({ checked, label, toggle }: { checked: boolean; label: string; toggle: () => void }) {
  return (
    <label className="-my-3 -ml-3 flex cursor-pointer justify-center py-3 pl-3">
      <input aria-label={label} checked={checked} className="size-4 cursor-pointer accent-[var(--color-accent-fill)]" onChange={toggle} tabIndex={-1} type="checkbox" />
    </label>
  );
}

type Props<Row> = {
  columns: Column<Row>[];
  current?: string; // key of the row whose drawer is open
  label: string;
  more?: () => void; // called near the end, when there are more rows to load
  open?: (row: Row) => void;
  rowKey: (row: Row) => string;
  rows: Row[];
  selection?: Selection;
};

/**
 * A table of rows 44 px high that renders only those in sight, so that 100,000 scroll as ten do.
 * On paper all are rendered, in full.
 * Up, Down, J, K, Home and End move; Enter opens; Space or X chooses, where rows can be chosen. It scrolls with the [data-scroll] around it.
 */
export function Table<Row>({ columns, rows, rowKey, open, label, current, more, selection }: Props<Row>) {
  const { ref, offset, width: wide } = usePlace();
  const printing = usePrinting();
  const width = printing ? paper.width : wide;
  const [active, setActive] = useState(0);
  const shown = columns.filter((column) => (column.from ?? 0) <= width);
  const tracks = [...(selection ? ['16px'] : []), ...shown.map((column) => column.width)].join(' ');
  // oxlint-disable-next-line react/incompatible-library -- it changes by itself as one scrolls
  const virtual = useVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    getScrollElement: () => ref.current?.closest('[data-scroll]') ?? null,
    initialRect: { height: 900, width: 1000 },
    overscan: 12,
    scrollMargin: offset + 36,
  });
  const items = printing ? rows.slice(0, paper.most).map((_, index) => ({ index, start: 0 })) : virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useLayoutEffect(() => {
    if (more && rows.length > 0 && last >= rows.length - 20) more();
  }, [last, more, rows.length]);
  const go = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    virtual.scrollToIndex(next, { align: 'auto' });
    const row = () => ref.current?.querySelector<HTMLElement>(`[data-index="${String(next)}"]`);
    // At once where the row is drawn: the next key may follow at any time.
    if (row()) row()?.focus({ preventScroll: true });
    else requestAnimationFrame(() => row()?.focus());
  };
  const toggle = (key: string) => {
    const next = new Set(selection?.chosen);
    if (!next.delete(key)) next.add(key);
    selection?.change(next);
  };
  const pressed = (event: React.KeyboardEvent, index: number, row: Row) => {
    if (event.target !== event.currentTarget) return;
    const moves: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index - 1, End: rows.length - 1, Home: 0, j: index + 1, k: index - 1 };
    const to = moves[event.key];
    if (to !== undefined) go(to);
    else if (event.key === 'Enter' && open) open(row);
    else if ((event.key === ' ' || event.key === 'x') && selection) toggle(rowKey(row));
    else return;
    event.preventDefault();
  };
  return (
    <div aria-colcount={columns.length} aria-label={label} aria-rowcount={rows.length + 1} className="min-w-0" ref={ref} role="grid">
      <div className="sticky top-0 z-10 border-b bg-ground" role="rowgroup">
        <div aria-rowindex={1} className="grid h-9 items-center gap-4 px-3" role="row" style={{ gridTemplateColumns: tracks }}>
          {selection && (
            <div role="columnheader">
              <Choose checked={rows.length > 0 && selection.chosen.size === rows.length} label="All rows" toggle={() => selection.change(new Set(selection.chosen.size === rows.length ? [] : rows.map(rowKey)))} />
            </div>
          )}
          {shown.map((column) => (
            <div className={`truncate font-medium text-soft text-xs ${column.align === 'right' ? 'text-right' : ''}`} key={column.key} role="columnheader">
              {column.head}
            </div>
          ))}
        </div>
      </div>
      <div className="relative" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index] as Row;
          const key = rowKey(row);
          return (
            <div
              aria-rowindex={item.index + 2}
              className={`absolute inset-x-0 top-0 grid items-center gap-4 border-b px-3 -outline-offset-2 ${open ? 'cursor-pointer hover:bg-hover' : ''} ${current === key ? 'row-marker bg-hover' : ''}`}
              data-index={item.index}
              key={key}
              onClick={(event) => {
                if (!open || (event.target as Element).closest('a,button,input,label')) return;
                setActive(item.index);
                open(row);
              }}
              onFocus={() => setActive(item.index)}
              onKeyDown={(event) => pressed(event, item.index, row)}
              role="row"
              style={{ gridTemplateColumns: tracks, height: rowHeight, transform: `translateY(${String(item.start - virtual.options.scrollMargin)}px)` }}
              tabIndex={item.index === Math.min(active, rows.length - 1) ? 0 : -1}
            >
              {selection && (
                <div role="gridcell">
                  <Choose checked={selection.chosen.has(key)} label={`Row ${String(item.index + 1)}`} toggle={() => toggle(key)} />
                </div>
              )}
              {shown.map((column) => (
                <div className={`min-w-0 truncate ${column.align === 'right' ? 'text-right' : ''}`} key={column.key} role="gridcell">
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
