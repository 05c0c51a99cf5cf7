// SPDX-License-Identifier: Apache-2.0

import { useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';

import { type Draft, fileOf } from '../lib/draft';
import { CodeEditor, type PlacedProblem } from './CodeEditor';
import type { Problem } from './ConditionEditor';

type Yaml = typeof import('../lib/yaml');
type Props = { draft: Draft; problems: Problem[]; setAll: (draft: Draft) => void };

function Editor({ draft, problems, setAll, yaml }: Props & { yaml: Yaml }) {
  const [text, setText] = useState(() => yaml.write(fileOf(draft)));
  const check = useCallback(
    (next: string): PlacedProblem[] => {
      const { problems: wrong, value } = yaml.read(next);
      const object = typeof value === 'object' && value !== null && !Array.isArray(value);
      return wrong.length > 0 || object ? wrong : [{ message: 'must be an object: the file of a test', pointer: '' }];
    },
    [yaml],
  );
  const change = (next: string) => {
    setText(next);
    if (check(next).length === 0) setAll(yaml.read(next).value as Draft);
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pt-4">
      <CodeEditor check={check} label="The test as a file, in YAML or JSON" more={problems} name="file" place={yaml.lineIn} set={change} text={text} />
      <p className="text-soft text-sm">
        Paste one from a repository, or take this one there: <code className="font-mono text-xs">muster admin test version</code> makes the next version from the same file.
      </p>
    </div>
  );
}

/** The draft as the file that muster admin test version takes: written, pasted or copied. */
export function TestFile(props: Props) {
  const { data } = useQuery({ queryFn: () => import('../lib/yaml'), queryKey: ['code', 'yaml'], staleTime: Number.POSITIVE_INFINITY });
  return data ? <Editor {...props} yaml={data} /> : null;
}
