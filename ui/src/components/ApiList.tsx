// SPDX-License-Identifier: Apache-2.0

import { ChevronRight } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';

import type { Operation } from '../lib/openapi';

const tones: Record<string, string> = { DELETE: 'text-fail', GET: 'text-soft' };

/** The method of a request: quiet for what only reads, red for what takes away. */
export function Method({ method }: { method: string }) {
  return <span className={`font-mono font-semibold text-xs ${tones[method] ?? 'text-accent'}`}>{method}</span>;
}

/** The address of an operation; the filters stay. */
export const hrefOf = (operationId: string, search: string) => `/docs/api/${operationId}${search === '' ? '' : `?${search}`}`;

function Row({ chosen, operation, path, search }: { chosen: boolean; operation: Operation; path: boolean; search: string }) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (chosen) link.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <li>
      <Link
        aria-current={chosen ? 'page' : undefined}
        className={`grid min-h-8 grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-2 rounded-md px-2 py-1 text-sm ${chosen ? 'bg-accent-soft text-accent' : 'hover:bg-hover'}`}
        href={hrefOf(operation.operationId, search)}
        ref={link}
        title={operation.summary}
      >
        <span className="line-clamp-2">{operation.summary}</span>
        <Method method={operation.method} />
        {path && <span className="col-span-2 truncate font-mono text-soft text-xs">{operation.path}</span>}
      </Link>
    </li>
  );
}

type Props = { chosen: Operation | undefined; operations: Operation[]; search: string; searching: boolean; tags: string[] };

/** The operations by tag. A group is open when it is pressed, has the chosen one, or something is looked for. Kept while somebody types ahead of it. */
export const ApiList = memo(function ApiList({ chosen, operations, search, searching, tags }: Props) {
  const [pressed, setPressed] = useState<Record<string, boolean>>({});
  const groups = tags.map((tag) => ({ mine: operations.filter((one) => one.tag === tag), tag })).filter(({ mine }) => mine.length > 0);
  return (
    <ul className="grid gap-0.5">
      {groups.map(({ mine, tag }) => {
        const open = pressed[`${tag} ${String(searching)}`] ?? (searching || chosen?.tag === tag);
        return (
          <li key={tag}>
            <button aria-expanded={open} className="flex h-8 w-full items-center gap-1.5 rounded-md px-1.5 text-left font-medium text-sm hover:bg-hover" onClick={() => setPressed({ ...pressed, [`${tag} ${String(searching)}`]: !open })} type="button">
              <ChevronRight aria-hidden className={`size-3.5 shrink-0 text-faint transition-transform ${open ? 'rotate-90' : ''}`} />
              <span className="min-w-0 flex-1 truncate">{tag}</span>
              <span className="text-soft text-xs">{mine.length}</span>
            </button>
            {open && (
              <ul className="mb-1 ml-3 border-l pl-1.5">
                {mine.map((one) => (
                  <Row chosen={one === chosen} key={one.operationId} operation={one} path={searching} search={search} />
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ul>
  );
});
