// SPDX-License-Identifier: Apache-2.0

import { dataOf, useData } from '../lib/data';
import { type Node, leafOn } from '../lib/rule';
import { ConditionEditor, type Place, PlaceProvider, type Problem } from './ConditionEditor';

/** A condition on the records of a resource, with everything that it may name. Null starts with the first field. */
export function ConditionField({ application, resource, node, change, pointer, problems }: { application?: string; change: (node: Node) => void; node: Node | null; pointer: string; problems: Problem[]; resource: string }) {
  const { all, ready } = useData();
  const data = dataOf(all, application, resource);
  if (!ready) return null;
  const fields = data?.fields ?? [];
  const place: Place = {
    definitionId: data?.definition?.id,
    fields,
    problems,
    related: all
      .filter((one) => one !== data && (one.definition === undefined || (one.records ?? 0) > 0))
      .map((one) => ({
        fields: one.fields,
        label: one.definition ? `${one.label} (${one.application})` : one.label,
        name: one.definition && one.application !== data?.application ? `${one.application}/${one.resource}` : one.resource,
      })),
  };
  return (
    <PlaceProvider value={place}>
      <ConditionEditor change={change} node={node ?? leafOn(fields.find(({ type }) => type !== 'object'))} pointer={pointer} />
    </PlaceProvider>
  );
}
