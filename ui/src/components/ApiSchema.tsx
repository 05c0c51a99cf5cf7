// SPDX-License-Identifier: Apache-2.0

import { ChevronRight } from 'lucide-react';
import { type ReactNode, useState } from 'react';

import { type Document, type JSONSchema, bare, below, kindOf, limitsOf, resolve } from '../lib/openapi';
import { count } from '../lib/words';

/** The words of an enum; the first few, and the others at a press. */
function Values({ values }: { values: unknown[] }) {
  const [all, setAll] = useState(false);
  const few = all || values.length <= 14 ? values : values.slice(0, 12);
  return (
    <div className="flex flex-wrap items-center gap-1">
      <span className="text-soft text-sm">One of</span>
      {few.map((value) => (
        <code className="rounded bg-sunk px-1 font-mono text-xs" key={String(value)}>
          {String(value)}
        </code>
      ))}
      {few.length < values.length && (
        <button className="text-accent text-sm hover:underline" onClick={() => setAll(true)} type="button">
          and {values.length - few.length} more
        </button>
      )}
    </div>
  );
}

/** What a request must have, or an answer may lack. */
function Presence({ answer, required }: { answer: boolean; required: boolean }) {
  if (answer) return required ? null : <span className="text-soft text-xs">may be absent</span>;
  return required ? <span className="text-risk text-xs">required</span> : null;
}

/** One line of a schema: its name, what it takes, what is said of it, and what unfolds below. answer: it is sent, not taken. */
export function SchemaLine({ answer = false, children, name, required = false, schema, document }: { answer?: boolean; children?: ReactNode; document: Document; name?: string; required?: boolean; schema: JSONSchema }) {
  const { schema: own } = bare(resolve(document, bare(schema).schema));
  const values = own.enum ?? bare(own.items ?? {}).schema.enum;
  const description = schema.description ?? bare(schema).schema.description;
  const limits = limitsOf(own);
  return (
    <li className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1 py-2.5">
      <div className="flex min-w-0 flex-wrap items-baseline gap-x-2">
        {name !== undefined && <code className="break-all font-mono font-semibold text-sm">{name}</code>}
        <span className="break-words text-soft text-sm">{kindOf(schema)}</span>
        {name !== undefined && <Presence answer={answer} required={required} />}
      </div>
      {description && <p className="max-w-prose text-sm">{description}</p>}
      {limits.length > 0 && <p className="break-words text-soft text-sm">{limits.join(', ')}</p>}
      {values && values.length > 0 && <Values values={values} />}
      {children}
    </li>
  );
}

/** What is below a schema, at a press: made only then, so that what holds itself can be followed as far as one likes. */
function Fold({ answer, document, label, schema }: { answer: boolean; document: Document; label: string; schema: JSONSchema }) {
  const [open, setOpen] = useState(false);
  const { members, variants } = below(document, schema);
  if (!members && !variants) return null;
  return (
    <div className="min-w-0">
      <button aria-expanded={open} className="inline-flex items-center gap-1 rounded-md border px-1.5 py-0.5 text-soft text-xs hover:bg-hover hover:text-text" onClick={() => setOpen(!open)} type="button">
        <ChevronRight aria-hidden className={`size-3 transition-transform ${open ? 'rotate-90' : ''}`} />
        {open ? 'Fold' : members ? count(members.length, 'member') : `${String(variants?.length ?? 0)} forms`}
        <span className="sr-only"> of {label}</span>
      </button>
      {open && (
        <div className="mt-2 rounded-md border px-3">
          <SchemaTree answer={answer} document={document} schema={schema} />
        </div>
      )}
    </div>
  );
}

/** The members of a schema, each of which unfolds; or its forms, where it has several. */
export function SchemaTree({ answer = false, document, schema }: { answer?: boolean; document: Document; schema: JSONSchema }) {
  const { members, variants } = below(document, schema);
  if (variants)
    return (
      <ul className="divide-y">
        {variants.map((variant, i) => (
          <SchemaLine document={document} key={`${kindOf(variant)} ${String(i)}`} schema={variant}>
            <Fold answer={answer} document={document} label={kindOf(variant)} schema={variant} />
          </SchemaLine>
        ))}
      </ul>
    );
  if (!members)
    return (
      <ul>
        <SchemaLine document={document} schema={schema} />
      </ul>
    );
  return (
    <ul className="divide-y">
      {members.map(({ name, required, schema: part }) => (
        <SchemaLine answer={answer} document={document} key={name} name={name} required={required} schema={part}>
          <Fold answer={answer} document={document} label={name} schema={part} />
        </SchemaLine>
      ))}
    </ul>
  );
}
