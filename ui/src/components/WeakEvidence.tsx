// SPDX-License-Identifier: Apache-2.0

import { BadgeCheck } from 'lucide-react';
import { useLocation } from 'wouter';

import { useQueryState } from '../lib/address';
import { type Schema, sentence, usePages } from '../lib/api';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { FilterChips } from './FilterChips';
import { type Column, Table } from './Table';

type Weakness = Schema<'Weakness'>;

const kinds: Record<Weakness['kind'], string> = {
  CONTROL_WITHOUT_TEST: 'Control without a test',
  NO_RECORDS: 'Nothing to judge',
  ONLY_EXCEPTIONS: 'Exceptions alone',
  STALE_SOURCE: 'Stale source',
  UNDECIDED_CONDITION: 'Never decided',
  UNREAD_FIELDS: 'Unread properties',
};

/** What an item is about, and where that stands. */
function about(weak: Weakness): { href: string; name: string } {
  if (weak.control) return { href: `/controls/${weak.control.id}`, name: weak.control.name };
  if (weak.test) return { href: `/tests/${weak.test.id}`, name: weak.test.name };
  return { href: `/resources/${weak.resource?.id ?? ''}`, name: weak.resource?.name ?? '' };
}

const columns: Column<Weakness>[] = [
  { cell: (weak) => <span className="line-clamp-2 whitespace-normal font-medium leading-[18px]" title={about(weak).name}>{about(weak).name}</span>, head: 'About', key: 'about', width: 'minmax(0,2fr)' },
  { cell: (weak) => <span className="text-soft">{kinds[weak.kind]}</span>, head: 'Why', key: 'why', width: '156px' },
  { cell: (weak) => <span className="line-clamp-2 whitespace-normal leading-[18px]" title={sentence(weak.sentence)}>{sentence(weak.sentence)}</span>, from: 620, head: 'What it lacks', key: 'sentence', width: 'minmax(0,3fr)' },
];

const filters = [{ label: 'Why', name: 'why', options: Object.entries(kinds).map(([value, label]) => ({ label, value })) }];

/** Evidence that proves less than it seems to; a row leads to the test, the control or the resource. */
export function WeakEvidence() {
  const [query] = useQueryState();
  const [, navigate] = useLocation();
  const why = query.get('why') as Weakness['kind'] | null;
  const { error, isLoading, more, rows } = usePages('/v1/weak-evidence', { query: { kind: why && why in kinds ? why : undefined } });
  return (
    <>
      <p className="text-soft">Remarks, which change no status: what an auditor would ask about first.</p>
      <FilterChips filters={filters} />
      <ErrorNote error={error} />
      {!isLoading && !error && rows.length === 0 && (
        <EmptyState Icon={BadgeCheck} title={why ? 'Nothing of this kind' : 'Nothing is weak'}>
          {why ? 'Take the filter away to see the others.' : 'Each test has judged records, each of its conditions has decided, and each control in use has evidence.'}
        </EmptyState>
      )}
      {rows.length > 0 && <Table columns={columns} label="Weak evidence" more={more} open={(weak) => navigate(about(weak).href)} rowKey={(weak) => weak.id} rows={rows} />}
    </>
  );
}
