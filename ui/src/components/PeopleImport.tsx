// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import { Refusal, type Schema, sentence } from '../lib/api';
import { useRefresh } from '../lib/session';
import { upload } from '../lib/upload';
import { count } from '../lib/words';
import { ConfirmDialog } from './ConfirmButton';

type Result = { created: number; errors: Schema<'LineError'>[]; unchanged: number; updated: number };

const most = 20;

/** What a file would do, or what is wrong with it, by line. */
function Outcome({ result }: { result: Result }) {
  if (result.errors.length === 0)
    return (
      <p className="rounded-md bg-pass-soft px-3 py-2 text-pass text-sm" role="status">
        This file adds {count(result.created, 'person', 'people')}, changes {result.updated.toLocaleString('en-GB')} and leaves {result.unchanged.toLocaleString('en-GB')} as they are.
      </p>
    );
  return (
    <div className="grid gap-1 rounded-md bg-fail-soft px-3 py-2 text-fail text-sm" role="alert">
      <p className="font-medium">Nothing is imported until every line is right.</p>
      <ul className="grid max-h-48 gap-0.5 overflow-y-auto">
        {result.errors.slice(0, most).map((one) => (
          <li key={`${String(one.line)} ${one.column} ${one.message}`}>
            Line {one.line}
            {one.column && `, ${one.column}`}: {sentence(one.message)}
          </li>
        ))}
        {result.errors.length > most && <li>and {count(result.errors.length - most, 'more problem')}</li>}
      </ul>
    </div>
  );
}

/** Takes people from a CSV file: looks at it first, then imports all lines or none. */
export function PeopleImport({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }) {
  const refresh = useRefresh();
  const [text, setText] = useState('');
  const [result, setResult] = useState<Result | undefined>();
  const close = (is: boolean) => {
    setOpen(is);
    setText('');
    setResult(undefined);
  };
  const read = (file: File | undefined) => {
    setResult(undefined);
    if (!file) setText('');
    else void file.text().then(setText);
  };
  const ready = result !== undefined && result.errors.length === 0;
  return (
    <ConfirmDialog
      fields={
        <>
          <label className="grid gap-1.5 font-medium text-sm">
            CSV file
            <input accept=".csv,text/csv" className="rounded-md border border-line-strong bg-panel p-1.5 font-normal text-sm file:mr-3 file:rounded file:border file:border-line-strong file:bg-sunk file:px-2 file:py-0.5 file:text-text" onChange={(event) => read(event.target.files?.[0])} type="file" />
          </label>
          {result && <Outcome result={result} />}
        </>
      }
      keep={!ready}
      open={open}
      send={async () => {
        if (text === '') throw new Refusal(422, 'Choose a file.');
        const answer = await upload<Result>(`/v1/people/import${ready ? '' : '?dryRun=true'}`, text, 'text/csv');
        setResult(answer);
        if (!ready) return;
        if (answer.errors.length > 0) throw new Refusal(422, 'The file does not fit any more: look at it again.');
        await refresh('/v1/people', '/v1/groups', '/v1/accounts');
        close(false);
      }}
      setOpen={close}
      text={
        <>
          A line is about the person with its e-mail, who is added when there is none. Columns: <span className="font-mono text-sm">email, first, last, jobTitle, startDate, endDate, status, groups</span>. A column that is not there leaves its field as it is.
        </>
      }
      title="Import people"
      verb={ready ? 'Import' : 'Check the file'}
    />
  );
}
