// SPDX-License-Identifier: Apache-2.0

// What can be said of a schema as it is typed, before the server is asked: whether
// it is JSON, where each place stands in the text, and whether its forms are forms.

type Problem = { message: string; pointer: string };

const types = ['boolean', 'string', 'timestamp', 'float32', 'float64', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32'];
const forms = ['ref', 'type', 'enum', 'elements', 'properties', 'optionalProperties', 'values', 'discriminator'];
const members = [...forms, 'additionalProperties', 'mapping', 'definitions', 'metadata', 'nullable'];

export const escape = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function inside(value: unknown, pointer: string, out: Problem[]): void {
  if (isObject(value)) for (const [name, part] of Object.entries(value)) formProblems(part, `${pointer}/${escape(name)}`, out);
  else out.push({ message: 'must be an object of names and schemas', pointer });
}

function formProblems(value: unknown, pointer: string, out: Problem[]): void {
  if (!isObject(value)) {
    out.push({ message: 'must be an object, such as {"type": "string"}', pointer });
    return;
  }
  for (const name of Object.keys(value)) if (!members.includes(name)) out.push({ message: `is no member of a schema; one of ${forms.join(', ')} would fit`, pointer: `${pointer}/${escape(name)}` });
  const used = forms.filter((name) => name in value && name !== 'optionalProperties');
  if (used.length > 1) out.push({ message: `has ${used.join(' and ')} at once; a schema takes one form`, pointer });
  if ('type' in value && !types.includes(value.type as string)) out.push({ message: `must be one of ${types.join(', ')}`, pointer: `${pointer}/type` });
  if ('enum' in value && !(Array.isArray(value.enum) && value.enum.length > 0 && value.enum.every((one) => typeof one === 'string'))) out.push({ message: 'must be a list of one text or more', pointer: `${pointer}/enum` });
  for (const name of ['elements', 'values']) if (name in value) formProblems(value[name], `${pointer}/${name}`, out);
  for (const name of ['properties', 'optionalProperties', 'mapping', 'definitions']) if (name in value) inside(value[name], `${pointer}/${name}`, out);
}

/** Says what is wrong with the text of a schema of custom properties. */
export function schemaProblems(text: string): { problems: Problem[]; schema?: unknown } {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    return { problems: [{ message: error instanceof Error ? error.message : 'is not JSON', pointer: '' }] };
  }
  const problems: Problem[] = [];
  formProblems(schema, '', problems);
  if (problems.length === 0 && isObject(schema) && !('properties' in schema) && !('optionalProperties' in schema)) problems.push({ message: 'needs properties: the names of the custom properties and what each holds', pointer: '' });
  return { problems, schema };
}

/** Finds the line, from 1, on which the place of a pointer begins; 1 for what is not there. */
export function lineOf(text: string, pointer: string): number {
  let at = 0;
  let found = 0;
  const space = () => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const string = (): string => {
    const from = at++;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at++;
    try {
      return JSON.parse(text.slice(from, at)) as string;
    } catch {
      return '';
    }
  };
  const many = (close: string, each: (index: number) => void) => {
    at++;
    for (let index = 0; at < text.length; index++) {
      space();
      if (text[at] === close) break;
      each(index);
      space();
      if (text[at] !== ',') break;
      at++;
    }
    at++;
  };
  const value = (path: string) => {
    space();
    if (path === pointer) found = at;
    if (text[at] === '{')
      many('}', () => {
        const from = at;
        const name = `${path}/${escape(string())}`;
        if (name === pointer) found = from;
        space();
        at++;
        value(name);
      });
    else if (text[at] === '[') many(']', (index) => value(`${path}/${String(index)}`));
    else if (text[at] === '"') string();
    else while (at < text.length && !/[\s,\]}]/.test(text[at] ?? '')) at++;
  };
  value('');
  return text.slice(0, found).split('\n').length;
}
