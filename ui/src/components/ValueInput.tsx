// SPDX-License-Identifier: Apache-2.0

import { X } from 'lucide-react';
import { useId, useState } from 'react';

import type { Field, FieldType } from '../lib/fields';
import { type Node, readAs, wantedBy, written } from '../lib/rule';
import { Suggest } from './Suggest';

/** The look of a control inside a condition. */
export const control = 'h-8 rounded-md border border-line-strong bg-panel px-2 text-sm text-text hover:border-faint aria-invalid:border-fail';

type One = { definitionId?: string; field?: Field; invalid?: boolean; label: string; set: (value: unknown) => void; type: FieldType; value: unknown };

/** One value of a type; for text and numbers with what the records hold. */
function OneValue({ definitionId, field, invalid, label, set, type, value }: One) {
  if (type === 'boolean')
    return (
      <select aria-invalid={invalid || undefined} aria-label={label} className={control} onChange={(event) => set(event.target.value === 'true')} value={String(value)}>
        <option value="true">true</option>
        <option value="false">false</option>
      </select>
    );
  if (type === 'enum')
    return (
      <select aria-invalid={invalid || undefined} aria-label={label} className={control} onChange={(event) => set(event.target.value)} value={written(value)}>
        {!field?.values?.includes(written(value)) && <option value={written(value)}>{written(value)}</option>}
        {field?.values?.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    );
  if (type === 'timestamp') {
    const text = written(value);
    return <input aria-invalid={invalid || undefined} aria-label={label} className={`${control} w-44`} onChange={(event) => set(event.target.value === '' ? '' : `${event.target.value}T00:00:00Z`)} type="date" value={text.slice(0, 10)} />;
  }
  return <Suggest definitionId={definitionId} field={field} invalid={invalid} label={label} set={(text) => set(readAs(type, text))} value={written(value)} />;
}

/** Several values: each a chip, another is added by Enter or by choosing one that the records hold. */
function Many({ value, ...one }: One) {
  const [text, setText] = useState('');
  const chosen = Array.isArray(value) ? (value as unknown[]) : [];
  const add = (next: unknown) => {
    if (written(next) !== '' && !chosen.includes(next)) one.set([...chosen, next]);
    setText('');
  };
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-1">
      {chosen.map((each, i) => (
        <span className="inline-flex h-7 items-center gap-1 rounded-md bg-sunk pl-2 text-sm" key={written(each)}>
          <span className="max-w-48 truncate">{written(each)}</span>
          <button aria-label={`Take out ${written(each)}`} className="rounded p-1 text-soft hover:bg-hover hover:text-text" onClick={() => one.set(chosen.filter((_, at) => at !== i))} type="button">
            <X aria-hidden className="size-3" />
          </button>
        </span>
      ))}
      {one.type === 'enum' ? (
        <select aria-label={`${one.label}: add`} className={control} onChange={(event) => add(event.target.value)} value="">
          <option value="">Add…</option>
          {one.field?.values?.filter((each) => !chosen.includes(each)).map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      ) : (
        <Suggest definitionId={one.definitionId} done={(picked) => add(readAs(one.type, picked))} field={one.field} invalid={one.invalid} label={`${one.label}: add`} placeholder="Add, then Enter" set={setText} value={text} />
      )}
    </span>
  );
}

const units = { d: 'days', h: 'hours', m: 'minutes', w: 'weeks' };

function Duration({ invalid, label, set, value }: One) {
  const [, n = '30', unit = 'd'] = /^(\d*)([mhdw])$/.exec(written(value)) ?? [];
  return (
    <span className="inline-flex gap-1">
      <input aria-invalid={invalid || undefined} aria-label={label} className={`${control} w-20`} min={1} onChange={(event) => set(`${event.target.value}${unit}`)} type="number" value={n} />
      <select aria-label={`${label}: unit`} className={control} onChange={(event) => set(`${n}${event.target.value}`)} value={unit}>
        {Object.entries(units).map(([key, word]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </select>
    </span>
  );
}

/** Another field of the same record, and for times how much later. */
function OtherField({ fields, set, type, value }: { fields: Field[]; set: (value: unknown) => void; type: FieldType; value: Node }) {
  const id = useId();
  return (
    <span className="inline-flex items-center gap-1.5">
      <select aria-label="Other field" className={`${control} max-w-44`} id={id} onChange={(event) => set({ ...value, field: event.target.value })} value={written(value.field)}>
        {!fields.some((one) => one.path === value.field) && <option value={written(value.field)}>{written(value.field)}</option>}
        {fields.filter((one) => type === 'any' || one.type === type || one.path === value.field).map((one) => (
          <option key={one.path}>{one.path}</option>
        ))}
      </select>
      {type === 'timestamp' && (
        <label className="inline-flex items-center gap-1 text-soft text-sm">
          plus
          <input className={`${control} w-16`} onChange={(event) => set({ field: value.field, ...(event.target.value === '' ? {} : { plus: event.target.value }) })} placeholder="90d" value={written(value.plus)} />
        </label>
      )}
    </span>
  );
}

/** What stands right of the operator: a value, several, a duration, or another field of the record. */
export function ValueInput({ definitionId, field, fields, invalid, node, set }: { definitionId?: string; field: Field | undefined; fields: Field[]; invalid: boolean; node: Node; set: (value: unknown) => void }) {
  const op = String(node.op);
  const wanted = wantedBy(op);
  const listed = field?.type === 'array';
  const type: FieldType = wanted === 'number' ? 'number' : listed ? (field.element?.find(({ path }) => path === '')?.type ?? 'any') : (field?.type ?? 'any');
  const own = listed ? field.element?.find(({ path }) => path === '') : field;
  const one: One = { definitionId, field: wanted === 'number' ? undefined : own && { ...own, path: field?.path ?? '' }, invalid, label: 'Value', set, type, value: node.value };
  if (wanted === 'none') return null;
  if (wanted === 'list') return <Many {...one} />;
  if (wanted === 'duration') return <Duration {...one} />;
  if (wanted === 'pair') {
    const [low, high] = Array.isArray(node.value) ? (node.value as unknown[]) : ['', ''];
    return (
      <span className="inline-flex flex-wrap items-center gap-1.5 text-soft text-sm">
        <OneValue {...one} label="From" set={(next) => set([next, high])} value={low} />
        and
        <OneValue {...one} label="To" set={(next) => set([low, next])} value={high} />
      </span>
    );
  }
  const compared = node.value !== null && typeof node.value === 'object' && !Array.isArray(node.value);
  const others = fields.filter((other) => other.type === type && other.path !== node.field);
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      {compared ? <OtherField fields={fields} set={set} type={type} value={node.value as Node} /> : <OneValue {...one} />}
      {(compared || (others.length > 0 && type !== 'boolean' && type !== 'enum' && wanted !== 'number')) && (
        <button className="text-accent text-xs hover:underline" onClick={() => set(compared ? (type === 'number' ? 0 : '') : { field: others[0]?.path })} type="button">
          {compared ? 'a value' : 'another field'}
        </button>
      )}
    </span>
  );
}
