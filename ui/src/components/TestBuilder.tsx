// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import { Refusal } from '../lib/api';
import { type Data, dataOf } from '../lib/data';
import { type Draft, tidy } from '../lib/draft';
import { useQueryState } from '../lib/address';
import { Button } from './Button';
import type { Problem } from './ConditionEditor';
import { Form, useFormBusy } from './Form';
import { Tabs } from './Tabs';
import { DataPart, Details, LinksPart, RulePart, ScopePart, VerdictPart } from './TestDraftForm';
import { TestFile } from './TestFile';
import { TestPreviewPane, usePreview } from './TestPreviewPane';

const views = [
  { key: 'builder', label: 'Builder' },
  { key: 'file', label: 'File' },
];

function Submit({ verb }: { verb: string }) {
  return (
    <Button busy={useFormBusy()} look="primary" type="submit">
      {verb}
    </Button>
  );
}

const placed = /^\/(passWhen|failWhen|scope)(\/|$)/;

/** Two panes: the test as it is written, and what it would say of the records as they are. */
export function TestBuilder({ all, begin, save, verb, version = false }: { all: Data[]; begin: Draft; save: (draft: Draft) => Promise<void>; verb: string; version?: boolean }) {
  const [query, change] = useQueryState();
  const [draft, setDraft] = useState(begin);
  const [refused, setRefused] = useState<Problem[]>([]);
  const { complete, error, preview } = usePreview(draft);
  const data = dataOf(all, draft.application, draft.resource);
  const setAll = (next: Draft) => {
    setDraft(next);
    setRefused([]);
  };
  const set = (members: Partial<Draft>) => setAll({ ...draft, ...members });
  const problems = [...(error?.problems ?? []), ...refused];
  const send = async () => {
    try {
      await save(tidy(draft));
    } catch (failed) {
      if (!(failed instanceof Refusal)) throw failed;
      setRefused(failed.problems.filter(({ pointer }) => placed.test(pointer)));
      const rest = failed.problems.filter(({ pointer }) => !placed.test(pointer));
      throw rest.length < failed.problems.length ? new Refusal(failed.status, 'the rule is not in order: see beside it', rest) : failed;
    }
  };
  const part = { all, data, draft, problems, set };
  const view = query.get('view') === 'file' ? 'file' : 'builder';
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,1fr)_380px]">
      <div className="min-w-0">
        <Form
          // A version never changes: Enter in one of many fields does not make one by chance.
          onKeyDown={(event) => {
            if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault();
          }}
          send={send}
        >
          <Tabs change={(key) => change({ view: key === 'builder' ? '' : key })} tabs={views} value={view}>
            {view === 'file' ? (
              <TestFile draft={draft} problems={problems} setAll={setAll} />
            ) : (
              <div className="grid grid-cols-[minmax(0,1fr)] gap-4 pt-4">
                <Details {...part} version={version} />
                <DataPart {...part} fixed={version} />
                <ScopePart {...part} />
                <RulePart {...part} saying={error ? undefined : preview?.sentence} />
                <VerdictPart {...part} />
                {!version && <LinksPart {...part} />}
              </div>
            )}
          </Tabs>
          <div className="flex flex-wrap items-center gap-3">
            <Submit verb={verb} />
            <span className="text-soft text-sm">A version never changes afterwards; another can follow it.</span>
          </div>
        </Form>
      </div>
      <TestPreviewPane complete={complete} draft={draft} error={error} preview={preview} />
    </div>
  );
}
