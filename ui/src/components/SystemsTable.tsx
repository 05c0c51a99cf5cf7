// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import type { Schema } from '../lib/api';

type Summary = Schema<'AccountSystemSummary'>;
type Values = Record<string, string>;

const few = 6;

/** A number that opens what it counts; none is nothing to open. */
function Figure({ n, open, label, bad = false }: { bad?: boolean; label: string; n: number; open: () => void }) {
  if (n === 0) return <span className="text-faint">0</span>;
  return (
    <button aria-label={label} className={`-mx-1.5 rounded px-1.5 hover:bg-hover hover:underline ${bad ? 'font-medium text-fail' : ''}`} onClick={open} type="button">
      {n.toLocaleString('en-GB')}
    </button>
  );
}

const heads: [text: string, className: string][] = [
  ['Active', ''],
  ['Admins', ''],
  ['No MFA', ''],
  ['No owner', ''],
  ['Deactivated', 'max-sm:hidden'],
];

/** What each system counts; every number narrows the list below to what it counts. */
export function SystemsTable({ systems, chosen, choose }: { choose: (values: Values) => void; chosen: string; systems: Summary[] }) {
  const [whole, setWhole] = useState(false);
  const shown = whole ? systems : systems.slice(0, few);
  return (
    <div className="overflow-hidden rounded-lg border bg-panel">
      <table className="w-full table-fixed">
        <caption className="sr-only">Accounts by system</caption>
        <thead>
          <tr className="border-b text-soft text-xs">
            <th className="h-9 w-[34%] px-3 text-left font-medium sm:w-2/5" scope="col">
              System
            </th>
            {heads.map(([text, hidden]) => (
              <th className={`px-1.5 text-right font-medium last:pr-3 sm:px-3 sm:last:pr-4 ${hidden}`} key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => {
            const { resourceId: system, resourceKind: name, integrationName } = one.system;
            const cell = 'px-1.5 text-right last:pr-3 sm:px-3 sm:last:pr-4';
            return (
              <tr className={`border-b last:border-b-0 ${chosen === system ? 'row-marker bg-hover' : ''}`} key={system}>
                <th className="h-11 px-3 text-left font-normal" scope="row">
                  <button aria-pressed={chosen === system} className="block max-w-full text-left hover:underline" onClick={() => choose({ system: chosen === system ? '' : system })} type="button">
                    <span className="line-clamp-2 font-medium max-sm:text-sm max-sm:leading-4" title={name}>
                      {name}
                    </span>
                  </button>
                  <span className="block truncate text-faint text-xs max-sm:hidden">{integrationName}</span>
                </th>
                <td className={cell}>
                  <Figure label={`${String(one.active)} active accounts of ${name}`} n={one.active} open={() => choose({ status: 'ACTIVE', system })} />
                </td>
                <td className={cell}>
                  <Figure label={`${String(one.activeAdmins)} active admins of ${name}`} n={one.activeAdmins} open={() => choose({ permission: 'ADMIN', status: 'ACTIVE', system })} />
                </td>
                <td className={cell}>
                  <Figure bad label={`${String(one.activeWithoutMfa)} active accounts of ${name} without MFA`} n={one.activeWithoutMfa} open={() => choose({ mfa: 'DISABLED,UNKNOWN', status: 'ACTIVE', system })} />
                </td>
                <td className={cell}>
                  <Figure bad label={`${String(one.unowned)} accounts of ${name} that are nobody’s`} n={one.unowned} open={() => choose({ owner: 'NONE', system })} />
                </td>
                <td className={`${cell} max-sm:hidden`}>
                  <Figure label={`${String(one.deactivated)} deactivated accounts of ${name}`} n={one.deactivated} open={() => choose({ status: 'DEACTIVATED', system })} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {systems.length > few && (
        <button aria-expanded={whole} className="h-9 w-full border-t text-accent text-sm hover:bg-hover" onClick={() => setWhole(!whole)} type="button">
          {whole ? 'Show fewer systems' : `Show all ${String(systems.length)} systems`}
        </button>
      )}
    </div>
  );
}
