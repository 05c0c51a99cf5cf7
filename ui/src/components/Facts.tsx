// SPDX-License-Identifier: Apache-2.0

import { Fragment, type ReactNode } from 'react';

/** What is known of one thing: a list of names and values. A value of null leaves its line out. */
export function Facts({ rows }: { rows: [name: string, value: ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[112px_minmax(0,1fr)] gap-x-4 gap-y-2">
      {rows.map(([name, value]) =>
        value === null || value === undefined ? null : (
          <Fragment key={name}>
            <dt className="text-soft">{name}</dt>
            <dd className="min-w-0 break-words">{value === '' ? <span className="text-faint">-</span> : value}</dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}

/** A part of a drawer: a heading over what belongs to it. */
export function Part({ title, children, aside }: { aside?: ReactNode; children: ReactNode; title: string }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2.5">
      <div className="flex items-center justify-between gap-3">
        <h3 className="font-semibold text-sm">{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}
