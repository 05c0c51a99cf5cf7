// SPDX-License-Identifier: Apache-2.0

import { useMemo, useState } from 'react';

import { Refusal, type Schema, send } from '../lib/api';
import { fieldsOf } from '../lib/fields';
import { schemaProblems } from '../lib/jtd';
import { useRefresh } from '../lib/session';
import type { PlacedProblem } from './CodeEditor';
import { Drawer } from './Drawer';
import { Field, Form, SelectField } from './Form';
import { FormFoot } from './FormFoot';
import { SchemaEditor, useBaseTypes } from './SchemaEditor';

/** Names a base type in words: user_account → User account. */
export const baseName = (type: string) => {
  const text = type.replace(/_connectors?$/, '').replaceAll('_', ' ').replace('macos', 'macOS').replace('api ', 'API ');
  return text.charAt(0) === 'm' && text.startsWith('macOS') ? text : text.charAt(0).toUpperCase() + text.slice(1);
};

const first = JSON.stringify({ properties: { name: { type: 'string' }, active: { type: 'boolean' }, memory: { type: 'int32' }, lastUpdated: { type: 'timestamp' } } }, null, 2);

/** Reads the text of a schema; "" is none. */
export const schemaOf = (text: string): unknown => (text.trim() === '' ? null : JSON.parse(text));

/** Puts what a refusal says of the schema beside the schema, and leaves the rest to the form. */
export function splitProblems(error: unknown): { rest: unknown; schema: PlacedProblem[] } {
  if (!(error instanceof Refusal)) return { rest: error, schema: [] };
  const inSchema = error.problems.filter(({ pointer }) => pointer === '/schema' || pointer.startsWith('/schema/'));
  const others = error.problems.filter((one) => !inSchema.includes(one));
  return {
    rest: inSchema.length > 0 ? new Refusal(error.status, 'the schema is not in order: see below it', others) : error,
    schema: inSchema.map(({ message, pointer }) => ({ message, pointer: pointer.slice('/schema'.length) })),
  };
}

/** What every record of a base type carries. */
function BaseFields({ base }: { base: Schema<'BaseType'> }) {
  const fields = useMemo(() => fieldsOf(base.fields, null).filter(({ path }) => path !== 'presentSince'), [base]);
  return (
    <p className="text-soft text-sm">
      Every record carries {fields.slice(0, 8).map(({ path }) => path).join(', ')}
      {fields.length > 8 && ` and ${String(fields.length - 8)} more`}. The sample that you get has all that are required.
    </p>
  );
}

/** Adds a resource to an application: one of the base types, with a schema of one's own where it is wanted. */
export function DefinitionForm({ application, close, made }: { application: Schema<'Application'>; close: () => void; made: (definition: Schema<'Definition'>) => void }) {
  const bases = useBaseTypes();
  const refresh = useRefresh();
  const [type, setType] = useState('user_account');
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<PlacedProblem[]>([]);
  const base = bases.find((one) => one.type === type);
  const choose = (next: string) => {
    setType(next);
    setWrong([]);
    if (next === 'custom_resource' && text === '') setText(first);
    if (next !== 'custom_resource' && text === first) setText('');
  };
  const add = async ({ name = '' }: Record<string, string>) => {
    setWrong([]);
    if (text.trim() !== '' && schemaProblems(text).problems.length > 0) throw new Refusal(400, 'the schema is not in order: see below it');
    try {
      const definition = await send('POST', '/v1/definitions', { body: { applicationId: application.id, baseType: type, name, schema: text.trim() === '' ? undefined : schemaOf(text) } });
      await refresh('/v1/definitions');
      made(definition);
    } catch (error) {
      const { rest, schema } = splitProblems(error);
      setWrong(schema);
      throw rest;
    }
  };
  return (
    <Drawer close={close} subtitle={application.name} title="New resource">
      <Form send={add}>
        <SelectField label="Base type" name="baseType" onChange={(event) => choose(event.target.value)} value={type}>
          {bases.map((one) => (
            <option key={one.type} value={one.type}>
              {baseName(one.type)}
            </option>
          ))}
        </SelectField>
        {base && <BaseFields base={base} />}
        <Field defaultValue="" hint="As people know it: Internal Server, GitHub account." label="Name" name="name" required />
        {text === '' && type !== 'custom_resource' ? (
          <button className="justify-self-start text-accent text-sm hover:underline" onClick={() => setText(first)} type="button">
            Add custom properties
          </button>
        ) : (
          <SchemaEditor more={wrong} set={setText} text={text} />
        )}
        <FormFoot close={close} text="Create the resource" />
      </Form>
    </Drawer>
  );
}
