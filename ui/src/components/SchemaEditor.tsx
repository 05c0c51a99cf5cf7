// SPDX-License-Identifier: Apache-2.0

import { useGet } from '../lib/api';
import { schemaProblems } from '../lib/jtd';
import { CodeEditor, type PlacedProblem } from './CodeEditor';

const checkSchema = (text: string): PlacedProblem[] => (text.trim() === '' ? [] : schemaProblems(text).problems);

/** The schema of custom properties, checked as one types. */
export function SchemaEditor({ more, set, text }: { more?: PlacedProblem[]; set: (text: string) => void; text: string }) {
  return <CodeEditor check={checkSchema} label="Schema of the custom properties" more={more} name="schema" set={set} text={text} />;
}

/** The base types, kept for as long as the page is open. */
export function useBaseTypes() {
  return useGet('/v1/base-types', undefined, { staleTime: Number.POSITIVE_INFINITY }).data?.results.data ?? [];
}
