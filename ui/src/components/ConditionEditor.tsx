// SPDX-License-Identifier: Apache-2.0

import { Plus, Trash2 } from 'lucide-react';
import { type ReactNode, createContext, useContext } from 'react';

import { sentence } from '../lib/api';
import type { Field } from '../lib/fields';
import { type Form, type Node, firstValue, formOf, leafOn, operatorWords, operatorsOf, wantedBy } from '../lib/rule';
import { ElementEditor, RelationEditor } from './ConditionForms';
import { Menu } from './Menu';
import { ValueInput, control } from './ValueInput';

/** What the server says of a place. */
export type Problem = { message: string; pointer: string };

/** What a condition may name where it stands, and what the server says of it. */
export type Place = { definitionId?: string; fields: Field[]; inside?: 'element' | 'relation'; problems: Problem[]; related: { fields: Field[]; label: string; name: string }[] };

const Context = createContext<Place>({ fields: [], problems: [], related: [] });

/** Says to the conditions inside what they may name. */
export function PlaceProvider({ children, value }: { children: ReactNode; value: Place }) {
  return <Context value={value}>{children}</Context>;
}

/** What the condition may name. */
export const usePlace = () => useContext(Context);

/** What every part of the editor is given. */
export type NodeProps = { change: (node: Node) => void; node: Node; pointer: string; remove?: () => void };

/** The problems of a node itself, not those of the conditions inside it. */
function ownProblems(problems: Problem[], pointer: string, form: Form): Problem[] {
  const inner = form === 'leaf' ? /^never$/ : /^\/(all|any|none|not|atLeast\/of|count\/of)(\/|$)/;
  return problems.filter((one) => one.pointer === pointer || (one.pointer.startsWith(`${pointer}/`) && (!inner.test(one.pointer.slice(pointer.length)) || /^\/(all|any)$/.test(one.pointer.slice(pointer.length)))));
}

function Wrong({ problems }: { problems: Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <div className="grid gap-0.5 text-fail text-sm" role="alert">
      {problems.map((one) => (
        <p key={one.pointer + one.message}>{sentence(one.message)}</p>
      ))}
    </div>
  );
}

/** The button that takes a condition out. */
export function Remove({ remove, what = 'condition' }: { remove?: () => void; what?: string }) {
  if (!remove) return null;
  return (
    <button aria-label={`Take out the ${what}`} className="rounded-md p-1.5 text-faint hover:bg-hover hover:text-text" onClick={remove} type="button">
      <Trash2 aria-hidden className="size-3.5" />
    </button>
  );
}

/** Chooses a field; one that the schema does not have stays, and the server says so. */
export function FieldSelect({ change, label = 'Field', value }: { change: (field: Field | undefined, path: string) => void; label?: string; value: string }) {
  const { fields } = usePlace();
  return (
    <select aria-label={label} className={`${control} max-w-56 font-mono`} onChange={(event) => change(fields.find(({ path }) => path === event.target.value), event.target.value)} value={value}>
      {!fields.some(({ path }) => path === value) && <option value={value}>{value === '' ? 'Choose a field' : value}</option>}
      {fields.map(({ path }) => (
        <option key={path} value={path}>
          {path === '' ? '(the element)' : path}
        </option>
      ))}
    </select>
  );
}

function Leaf({ change, node, pointer, remove }: NodeProps) {
  const { definitionId, fields, inside, problems } = usePlace();
  const path = String(node.field ?? '');
  const op = String(node.op ?? '');
  const field = fields.find((one) => one.path === path);
  const wrong = ownProblems(problems, pointer, 'leaf');
  const ops = operatorsOf(field?.type ?? 'any');
  const setOp = (next: string) => {
    const { value, ...rest } = node;
    const keep = wantedBy(next) === wantedBy(op) && value !== undefined;
    const given = keep ? value : firstValue(field, next);
    change({ ...rest, op: next, ...(given === undefined ? {} : { value: given }) });
  };
  const textual = field?.type === 'string' && wantedBy(op) !== 'none';
  return (
    <div className="grid gap-1">
      <div className="flex flex-wrap items-center gap-1.5">
        <FieldSelect change={(next, name) => change(next ? leafOn(next) : { ...node, field: name })} value={path} />
        <select aria-label="Operator" className={`${control} max-w-52`} onChange={(event) => setOp(event.target.value)} value={op}>
          {!ops.includes(op) && <option value={op}>{operatorWords[op] ?? op}</option>}
          {ops.map((one) => (
            <option key={one} value={one}>
              {operatorWords[one]}
            </option>
          ))}
        </select>
        <ValueInput definitionId={inside ? undefined : definitionId} field={field} fields={fields} invalid={wrong.some((one) => one.pointer.startsWith(`${pointer}/value`))} node={node} set={(value) => change({ ...node, value })} />
        {textual && (
          <label className="inline-flex items-center gap-1 text-soft text-xs">
            <input checked={node.ignoreCase === true} className="size-3.5 accent-[var(--color-accent-fill)]" onChange={(event) => {
              const { ignoreCase: _, ...rest } = node;
              change(event.target.checked ? { ...rest, ignoreCase: true } : rest);
            }} type="checkbox" />
            any case
          </label>
        )}
        <span className="ml-auto">
          <Remove remove={remove} />
        </span>
      </div>
      <Wrong problems={wrong} />
    </div>
  );
}

/** Adds a condition of one of the forms. */
function Add({ add }: { add: (node: Node) => void }) {
  const { fields, inside, related } = usePlace();
  const first = fields.find(({ type }) => type !== 'object');
  const array = fields.find(({ type }) => type === 'array');
  const items = [
    { act: () => add(leafOn(first)), label: 'A condition' },
    { act: () => add({ all: [leafOn(first)] }), label: 'All of several' },
    { act: () => add({ any: [leafOn(first)] }), label: 'Any of several' },
    { act: () => add({ not: leafOn(first) }), label: 'Not' },
    ...(array && !inside ? [{ act: () => add({ all: leafOn(array.element?.[0]), field: array.path }), label: 'About the elements of a list' }] : []),
    ...(related.length > 0 && !inside ? [{ act: () => add({ any: { field: 'uniqueId', op: 'exists' }, on: { [first?.path ?? 'uniqueId']: related[0]?.name === 'people' ? 'email' : 'uniqueId' }, related: related[0]?.name }), label: 'About related records' }] : []),
  ];
  return (
    <Menu
      items={items}
      label="Add a condition"
      trigger={
        <button className="inline-flex h-7 items-center gap-1 justify-self-start rounded-md px-1.5 text-accent text-sm hover:bg-hover" type="button">
          <Plus aria-hidden className="size-3.5" />
          Add
        </button>
      }
    />
  );
}

function Group({ change, node, pointer, remove }: NodeProps) {
  const { problems } = usePlace();
  const form = formOf(node) === 'any' ? 'any' : 'all';
  const parts = Array.isArray(node[form]) ? (node[form] as Node[]) : [];
  const set = (next: Node[]) => change({ [form]: next });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-2.5">
      <div className="flex items-center gap-2">
        <select aria-label="How the conditions go together" className={`${control} font-medium`} onChange={(event) => change({ [event.target.value]: parts })} value={form}>
          <option value="all">All of these are true</option>
          <option value="any">Any of these is true</option>
        </select>
        <span className="ml-auto">
          <Remove remove={remove} what="group" />
        </span>
      </div>
      <Wrong problems={ownProblems(problems, pointer, form)} />
      <div className="grid gap-2 border-l-2 border-line-strong pl-3">
        {parts.map((part, i) => (
          <ConditionNode
            change={(next) => set(parts.map((one, at) => (at === i ? next : one)))}
            // oxlint-disable-next-line react/no-array-index-key -- a condition has no name but its place
            key={i}
            node={part}
            pointer={`${pointer}/${form}/${String(i)}`}
            remove={() => set(parts.filter((_, at) => at !== i))}
          />
        ))}
        <Add add={(next) => set([...parts, next])} />
      </div>
    </div>
  );
}

function Not({ change, node, pointer, remove }: NodeProps) {
  const { problems } = usePlace();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-2.5">
      <div className="flex items-center justify-between">
        <span className="font-medium text-sm">This is not true</span>
        <Remove remove={remove} what="not" />
      </div>
      <Wrong problems={ownProblems(problems, pointer, 'not')} />
      <div className="border-l-2 border-line-strong pl-3">
        <ConditionNode change={(next) => change({ not: next })} node={node.not as Node} pointer={`${pointer}/not`} />
      </div>
    </div>
  );
}

/** One condition of any form. */
export function ConditionNode(props: NodeProps) {
  const { problems } = usePlace();
  const form = formOf(props.node);
  if (form === 'all' || form === 'any') return <Group {...props} />;
  if (form === 'not') return <Not {...props} />;
  if (form === 'leaf') return <Leaf {...props} />;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-2.5">
      {form === 'element' ? <ElementEditor {...props} /> : <RelationEditor {...props} />}
      <Wrong problems={ownProblems(problems, props.pointer, form)} />
    </div>
  );
}

/** A whole condition; what is not yet a group is shown as it is, with a way to make it one. */
export function ConditionEditor({ change, node, pointer }: NodeProps) {
  const form = formOf(node);
  return (
    <div className="grid gap-2">
      <ConditionNode change={change} node={node} pointer={pointer} />
      {form !== 'all' && form !== 'any' && <Add add={(next) => change({ all: [node, next] })} />}
    </div>
  );
}
