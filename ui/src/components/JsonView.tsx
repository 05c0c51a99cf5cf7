// SPDX-License-Identifier: Apache-2.0

/** Says whether a pointer is a marked place. */
const marks = (pointer: string, marked: string[]) => marked.includes(pointer);

const escape = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

function Scalar({ value }: { value: unknown }) {
  if (typeof value === 'string') return <span className="break-words text-pass">{JSON.stringify(value)}</span>;
  if (value === null) return <span className="text-faint">null</span>;
  return <span className="text-accent">{String(value)}</span>;
}

function Node({ name, value, pointer, marked, last }: { last: boolean; marked: string[]; name?: string; pointer: string; value: unknown }) {
  const comma = last ? '' : ',';
  const key = name === undefined ? null : (
    <>
      <span className="text-soft">{JSON.stringify(name)}</span>
      {': '}
    </>
  );
  const ground = marks(pointer, marked) ? 'rounded bg-risk-soft outline outline-1 outline-risk-mark' : '';
  if (value === null || typeof value !== 'object')
    return (
      <div className={ground}>
        {key}
        <Scalar value={value} />
        {comma}
      </div>
    );
  const list = Array.isArray(value);
  const entries = list ? value.map((v, i) => [String(i), v] as const) : Object.entries(value);
  const [open, close] = list ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0)
    return (
      <div className={ground}>
        {key}
        {open}
        {close}
        {comma}
      </div>
    );
  return (
    <div className={ground}>
      {key}
      {open}
      <div className="pl-4">
        {entries.map(([k, v], i) => (
          <Node key={k} last={i === entries.length - 1} marked={marked} name={list ? undefined : k} pointer={`${pointer}/${escape(k)}`} value={v} />
        ))}
      </div>
      {close}
      {comma}
    </div>
  );
}

/** JSON with paths marked: JSON Pointers, such as those of the deciding values. */
export function JsonView({ value, marked = [], label }: { label: string; marked?: string[]; value: unknown }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div aria-label={label} className="overflow-x-auto rounded-md border bg-sunk px-3 py-2 font-mono text-sm" role="region" tabIndex={0}>
      <Node last marked={marked} pointer="" value={value} />
    </div>
  );
}
