// SPDX-License-Identifier: Apache-2.0

import type { Field } from '../lib/fields';
import { type Node, leafOn, readAs, written } from '../lib/rule';
import { ConditionEditor, FieldSelect, type NodeProps, PlaceProvider, Remove, usePlace } from './ConditionEditor';
import { control } from './ValueInput';

const quantifiers = { all: 'every element has', any: 'some element has', atLeast: 'at least so many have', none: 'no element has' };
type Quantifier = keyof typeof quantifiers;

/** What holds for the elements of a list. */
export function ElementEditor({ change, node, pointer, remove }: NodeProps) {
  const place = usePlace();
  const arrays = place.fields.filter(({ type }) => type === 'array');
  const form = (Object.keys(quantifiers) as Quantifier[]).find((name) => name in node) ?? 'all';
  const counted = form === 'atLeast' ? (node.atLeast as { n?: number; of?: Node }) : undefined;
  const inner = counted ? (counted.of ?? {}) : (node[form] as Node);
  const field = arrays.find(({ path }) => path === node.field);
  const build = (how: Quantifier, of: Node, n = counted?.n ?? 1): Node => ({ field: node.field, [how]: how === 'atLeast' ? { n, of } : of });
  return (
    <>
      <div className="flex flex-wrap items-center gap-1.5">
        <span className="text-sm">Of</span>
        <PlaceProvider value={{ ...place, fields: arrays }}>
          <FieldSelect change={(next, path) => change({ ...build(form, leafOn(next?.element?.[0])), field: path })} label="List" value={String(node.field)} />
        </PlaceProvider>
        <select aria-label="How many elements" className={control} onChange={(event) => change(build(event.target.value as Quantifier, inner))} value={form}>
          {Object.entries(quantifiers).map(([key, words]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </select>
        {counted && <input aria-label="Number of elements" className={`${control} w-16`} min={1} onChange={(event) => change(build('atLeast', inner, Number(event.target.value)))} type="number" value={written(counted.n)} />}
        <span className="ml-auto">
          <Remove remove={remove} />
        </span>
      </div>
      <div className="border-l-2 border-line-strong pl-3">
        <PlaceProvider value={{ ...place, fields: field?.element ?? [], inside: 'element' }}>
          <ConditionEditor change={(of) => change(build(form, of))} node={inner} pointer={`${pointer}/${form}${counted ? '/of' : ''}`} />
        </PlaceProvider>
      </div>
    </>
  );
}

const relations = { all: 'every one has', any: 'some of them has', count: 'the number of those that have this', none: 'none of them has' };
type Relation = keyof typeof relations;
const comparisons = { equals: 'is', gt: 'is above', gte: 'is at least', lt: 'is below', lte: 'is at most', not_equals: 'is not' };

/** The key fields, those of this record beside those of the related one. */
function Keys({ change, fields, node, others }: { change: (node: Node) => void; fields: Field[]; node: Node; others: Field[] }) {
  const pairs = Object.entries((node.on ?? {}) as Record<string, string>);
  const set = (next: [string, string][]) => change({ ...node, on: Object.fromEntries(next) });
  const free = fields.find(({ path, type }) => type !== 'array' && type !== 'object' && !pairs.some(([own]) => own === path));
  const options = (all: Field[], value: string) => (
    <>
      {!all.some(({ path }) => path === value) && <option value={value}>{value}</option>}
      {all.filter(({ type }) => type !== 'array' && type !== 'object').map(({ path }) => (
        <option key={path}>{path}</option>
      ))}
    </>
  );
  return (
    <div className="grid gap-1.5">
      {pairs.map(([own, other], i) => (
        <div className="flex flex-wrap items-center gap-1.5 text-sm" key={own}>
          where
          <select aria-label="Key of this record" className={`${control} max-w-44 font-mono`} onChange={(event) => set(pairs.map((pair, at) => (at === i ? [event.target.value, pair[1]] : pair)))} value={own}>
            {options(fields, own)}
          </select>
          is their
          <select aria-label="Key of the related record" className={`${control} max-w-44 font-mono`} onChange={(event) => set(pairs.map((pair, at) => (at === i ? [pair[0], event.target.value] : pair)))} value={other}>
            {options(others, other)}
          </select>
          {i === 0 && (
            <label className="inline-flex items-center gap-1 text-soft text-xs">
              <input checked={node.ignoreCase === true} className="size-3.5 accent-[var(--color-accent-fill)]" onChange={(event) => {
                const { ignoreCase: _, ...rest } = node;
                change(event.target.checked ? { ...rest, ignoreCase: true } : rest);
              }} type="checkbox" />
              any case
            </label>
          )}
          {i > 0 && <Remove remove={() => set(pairs.filter((_, at) => at !== i))} what="key" />}
        </div>
      ))}
      {free && (
        <button className="justify-self-start text-accent text-xs hover:underline" onClick={() => set([...pairs, [free.path, others[0]?.path ?? 'uniqueId']])} type="button">
          and another key
        </button>
      )}
    </div>
  );
}

/** What holds for the records of another resource, or people, that share a key. */
export function RelationEditor({ change, node, pointer, remove }: NodeProps) {
  const place = usePlace();
  const name = Array.isArray(node.related) ? (node.related as string[]).join(', ') : String(node.related);
  const other = place.related.find((one) => one.name === (Array.isArray(node.related) ? (node.related as string[])[0] : node.related));
  const form = (Object.keys(relations) as Relation[]).find((key) => key in node) ?? 'any';
  const counted = form === 'count' ? (node.count as { of?: Node; op?: string; value?: unknown }) : undefined;
  const inner = counted ? (counted.of ?? {}) : (node[form] as Node);
  const build = (how: Relation, of: Node, count = counted): Node => {
    const rest: Node = Object.fromEntries(Object.entries(node).filter(([key]) => !(key in relations)));
    return { ...rest, [how]: how === 'count' ? { op: count?.op ?? 'gte', value: count?.value ?? 1, of } : of };
  };
  return (
    <>
      <div className="flex flex-wrap items-center gap-1.5">
        <span className="text-sm">Of the records of</span>
        <select aria-label="Related resource" className={`${control} max-w-56`} onChange={(event) => change({ ...build(form, leafOn(place.related.find((one) => one.name === event.target.value)?.fields[0])), related: event.target.value })} value={other?.name ?? name}>
          {!other && <option value={name}>{name}</option>}
          {Array.isArray(node.related) && <option value={name}>{name}</option>}
          {place.related.map((one) => (
            <option key={one.name} value={one.name}>
              {one.label}
            </option>
          ))}
        </select>
        <span className="ml-auto">
          <Remove remove={remove} />
        </span>
      </div>
      <Keys change={change} fields={place.fields} node={node} others={other?.fields ?? []} />
      <div className="flex flex-wrap items-center gap-1.5">
        <select aria-label="How many related records" className={control} onChange={(event) => change(build(event.target.value as Relation, inner))} value={form}>
          {Object.entries(relations).map(([key, words]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </select>
        {counted && (
          <>
            <select aria-label="Comparison" className={control} onChange={(event) => change(build('count', inner, { ...counted, op: event.target.value }))} value={counted.op}>
              {Object.entries(comparisons).map(([key, words]) => (
                <option key={key} value={key}>
                  {words}
                </option>
              ))}
            </select>
            <input aria-label="Number of records" className={`${control} w-20`} min={0} onChange={(event) => change(build('count', inner, { ...counted, value: readAs('number', event.target.value) }))} type="number" value={written(counted.value)} />
          </>
        )}
      </div>
      <div className="border-l-2 border-line-strong pl-3">
        <PlaceProvider value={{ ...place, fields: other?.fields ?? [], inside: 'relation' }}>
          <ConditionEditor change={(of) => change(build(form, of))} node={inner} pointer={`${pointer}/${form}${counted ? '/of' : ''}`} />
        </PlaceProvider>
      </div>
    </>
  );
}
