// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import type { Schema } from '../lib/api';
import { requirementPath } from '../lib/program';
import { PlaceLink } from './PlaceLink';

const most = 6;

/** Requirements by framework, each one click away; the first few, and the rest on demand. */
export function RequirementLinks({ requirements }: { requirements: Schema<'RequirementOfTests'>[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? requirements : requirements.slice(0, most);
  return (
    <>
      <ul className="grid gap-1 text-sm">
        {shown.map(({ framework, requirement }) => (
          <li className="flex min-w-0 gap-2" key={framework.id + requirement.id}>
            <span className="shrink-0 text-soft">{framework.name}</span>
            <span className="truncate" title={requirement.name}>
              <PlaceLink href={requirementPath(framework.id, requirement.id)}>
                {requirement.id} {requirement.name}
              </PlaceLink>
            </span>
          </li>
        ))}
      </ul>
      {requirements.length > most && (
        <button aria-expanded={all} className="justify-self-start text-accent text-sm hover:underline" onClick={() => setAll(!all)} type="button">
          {all ? 'Show fewer' : `Show ${String(requirements.length - most)} more`}
        </button>
      )}
    </>
  );
}
