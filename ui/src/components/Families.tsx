// SPDX-License-Identifier: Apache-2.0

import { ChevronRight } from 'lucide-react';
import { Link } from 'wouter';

import { useQueryState } from '../lib/address';
import type { Schema } from '../lib/api';
import { requirementPath, shares, urgency } from '../lib/program';
import { matching } from '../lib/search';
import { count } from '../lib/words';
import { ControlPill, type PillControl } from './ControlPill';
import { StackedBar } from './StackedBar';

type Family = Schema<'RequirementCategory'>;
type Requirement = Schema<'Requirement'>;

/** The controls of a framework by id, with what each comes to. */
export type Known = Map<string, PillControl>;

const most = 6;

/** The controls behind a requirement, what needs somebody first. */
function behind({ controls }: Requirement, known: Known): PillControl[] {
  return controls.map((one): PillControl => known.get(one.id) ?? one).toSorted((a, b) => urgency(a.status) - urgency(b.status));
}

/** A requirement with its controls as pills. */
function Row({ frameworkId, requirement, known }: { frameworkId: string; known: Known; requirement: Requirement }) {
  const controls = behind(requirement, known);
  const href = requirementPath(frameworkId, requirement.id);
  return (
    <li className="grid gap-x-6 gap-y-2 border-t px-4 py-3 lg:grid-cols-[minmax(0,360px)_minmax(0,1fr)]" style={{ paddingLeft: `${String(16 + requirement.depth * 20)}px` }}>
      <div className="min-w-0">
        <Link className="hover:text-accent hover:underline" href={href}>
          <span className="font-medium">{requirement.id}</span> {requirement.name}
        </Link>
        {requirement.obligation && <span className="ml-2 text-soft text-xs">{requirement.obligation}</span>}
      </div>
      <ul className="flex min-w-0 flex-wrap gap-1.5">
        {controls.slice(0, most).map((control) => (
          <li className="max-w-full" key={control.id}>
            <ControlPill control={control} />
          </li>
        ))}
        {controls.length > most && (
          <li>
            <Link className="inline-flex h-6 items-center px-1 text-accent text-sm hover:underline" href={href}>
              {String(controls.length - most)} more
            </Link>
          </li>
        )}
        {controls.length === 0 && <li className="text-risk text-sm">No control</li>}
      </ul>
    </li>
  );
}

/** A family that unfolds to its requirements. */
function FamilyPart({ family, frameworkId, known, open, toggle }: { family: Family; frameworkId: string; known: Known; open: boolean; toggle: () => void }) {
  const ids = new Set(family.requirements.flatMap((one) => one.controls.map((control) => control.id)));
  const controls = [...ids].map((id) => known.get(id)).filter((one) => one !== undefined);
  const ok = controls.filter((one) => one.status === 'COMPLETED').length;
  const bare = family.requirements.filter((one) => one.controls.length === 0).length;
  const label = family.id === family.name ? family.name : `${family.id} ${family.name}`;
  return (
    <li className="border-b last:border-b-0">
      <h2>
        <button aria-expanded={open} className="flex min-h-12 w-full flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-left hover:bg-hover" onClick={toggle} type="button">
          <ChevronRight aria-hidden className={`size-4 shrink-0 text-faint transition-transform ${open ? 'rotate-90' : ''}`} />
          <span className="min-w-40 flex-1 font-semibold">{label}</span>
          {bare > 0 && <span className="text-risk text-sm">{count(bare, 'requirement')} without a control</span>}
          <span className="text-soft text-sm">{controls.length === 0 ? 'No control' : `${String(ok)} of ${count(controls.length, 'control')} OK`}</span>
          <StackedBar label={`Controls of ${label}`} parts={shares(controls)} size="small" />
        </button>
      </h2>
      {open && (
        <ul>
          {family.requirements.map((requirement) => (
            <Row frameworkId={frameworkId} key={requirement.id} known={known} requirement={requirement} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** What a framework asks for, by family; ?open= holds the unfolded ones, ?q= narrows, and unfolds what is left. */
export function Families({ families, frameworkId, known }: { families: Family[]; frameworkId: string; known: Known }) {
  const [query, change] = useQueryState();
  const text = query.get('q') ?? '';
  const open = new Set((query.get('open') ?? '').split('|').filter(Boolean));
  const shown = families
    .map((family) => ({ ...family, requirements: matching(family.requirements, (one) => `${one.id} ${one.name} ${one.controls.map((control) => control.name).join(' ')}`, text) }))
    .filter((family) => family.requirements.length > 0);
  const toggle = (id: string) => {
    if (!open.delete(id)) open.add(id);
    change({ open: [...open].join('|') });
  };
  if (shown.length === 0) return <p className="py-10 text-center text-soft">No requirement fits these words.</p>;
  return (
    <ul className="overflow-hidden rounded-xl border bg-panel">
      {shown.map((family) => (
        <FamilyPart family={family} frameworkId={frameworkId} key={family.id} known={known} open={text !== '' || open.has(family.id)} toggle={() => toggle(family.id)} />
      ))}
    </ul>
  );
}
