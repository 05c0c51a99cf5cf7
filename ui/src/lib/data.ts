// SPDX-License-Identifier: Apache-2.0

// The data that tests may be about: the resources with a record, and the people.

import { useEffect, useMemo } from 'react';

import { type Schema, useGet, usePages } from './api';
import { type Field, fieldsOf, peopleFields } from './fields';

/** One resource that a test may be about; no id: the people. */
export type Data = { application: string; definition?: Schema<'Definition'>; fields: Field[]; label: string; records?: number; resource: string };

const people: Data = { application: 'muster', fields: peopleFields, label: 'People of the workspace', resource: 'people' };

/** Reads all resources with their fields; only those with a record can be chosen. */
export function useData() {
  const applications = usePages('/v1/applications');
  const definitions = usePages('/v1/definitions');
  const bases = useGet('/v1/base-types', undefined, { staleTime: Number.POSITIVE_INFINITY });
  for (const list of [applications, definitions]) {
    const { hasMore, more } = list;
    // oxlint-disable-next-line react/rules-of-hooks -- always these two lists
    useEffect(() => {
      if (hasMore) more();
    });
  }
  const ready = !applications.isLoading && !definitions.isLoading && bases.data !== undefined;
  const all = useMemo(() => {
    const names = new Map(applications.rows.map((one) => [one.id, one.name]));
    const found = definitions.rows.map((definition): Data => {
      const base = bases.data?.results.data.find((one) => one.type === definition.type);
      return { application: names.get(definition.applicationId) ?? definition.applicationId, definition, fields: fieldsOf(base?.fields ?? [], definition.schema), label: definition.name, records: definition.records, resource: definition.name };
    });
    return [...found, people];
    // The lists are new each time; what they hold is what counts.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [applications.rows.length, definitions.rows.map((one) => `${one.id}${one.name}${String(one.records)}${String(one.schemaVersion)}`).join(), bases.data]);
  return { all, error: applications.error ?? definitions.error ?? bases.error, ready };
}

/** Finds what a draft is about, by the names or ids that it gives. */
export function dataOf(all: Data[], application: string | undefined, resource: string | undefined): Data | undefined {
  const same = (a: string | undefined, b: string | undefined) => a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
  if (resource === undefined) return undefined;
  return all.find((one) => one.definition?.id === resource) ?? all.find((one) => same(one.resource, resource) && (application === undefined || same(one.application, application) || one.definition?.applicationId === application));
}
