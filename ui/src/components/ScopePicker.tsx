// SPDX-License-Identifier: Apache-2.0

import { Crosshair } from 'lucide-react';

import { send, useGet } from '../lib/api';
import { matching } from '../lib/search';
import { useCan, useRefresh } from '../lib/session';
import { Button } from './Button';
import { type Choice, Picker } from './Picker';

async function findScopes(text: string): Promise<Choice[]> {
  const { results } = await send('GET', '/v1/scopes', { query: { pageSize: 100 } });
  return matching(results.data, (one) => one.name, text).map((one) => ({ id: one.slug, label: one.name, note: one.description || undefined }));
}

/** The name of the scope that a framework is bound to; undefined while it is not known, null for none. */
export function useBoundScope(frameworkId: string): { id: string; name: string } | null | undefined {
  const bound = useGet('/v1/frameworks/{frameworkId}/scope', { path: { frameworkId } });
  const scopes = useGet('/v1/scopes', { query: { pageSize: 100 } });
  if (!bound.data || bound.isPlaceholderData || !scopes.data) return undefined;
  const id = bound.data.scope;
  if (id === null) return null;
  const scope = scopes.data.results.data.find((one) => one.id === id || one.slug === id);
  return { id: scope?.slug ?? id, name: scope?.name ?? id };
}

/** Says which records count for a framework and, to those who may, lets another scope be chosen. */
export function ScopePicker({ frameworkId }: { frameworkId: string }) {
  const can = useCan();
  const refresh = useRefresh();
  const bound = useBoundScope(frameworkId);
  if (bound === undefined) return null;
  const name = bound === null ? 'All records' : bound.name;
  if (!can('write controls and frameworks'))
    return (
      <span className="inline-flex items-center gap-1.5 text-sm">
        <Crosshair aria-hidden className="size-3.5 text-soft" />
        {name}
      </span>
    );
  const pick = async (choice: Choice | null) => {
    await send('PUT', '/v1/frameworks/{frameworkId}/scope', { body: { scope: choice?.id ?? null }, path: { frameworkId } });
    await refresh('/v1/frameworks', '/v1/home');
  };
  return (
    <Picker
      chosen={bound?.id}
      find={findScopes}
      label="Scope"
      name="scopes"
      none="All records"
      pick={pick}
      trigger={
        <Button aria-label={`Scope: ${name}`}>
          <Crosshair aria-hidden className="size-3.5" />
          {name}
        </Button>
      }
    />
  );
}
