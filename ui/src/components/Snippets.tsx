// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import type { Schema } from '../lib/api';
import { sampleRecord } from '../lib/fields';
import { useSecret } from '../lib/secrets';
import { snippets } from '../lib/snippets';
import { CopyField } from './CopyField';
import { Tabs } from './Tabs';

/** Programs that push a sample record to a definition, with its real ids. */
export function Snippets({ application, base, definition }: { application: Schema<'Application'>; base: Schema<'BaseType'>; definition: Schema<'Definition'> }) {
  const [language, setLanguage] = useState('curl');
  const secret = useSecret(application.id);
  const all = snippets({ clientId: application.clientId, origin: location.origin, record: sampleRecord(base, definition.schema), resourceId: definition.id, secret, type: definition.type });
  const text = all.find(({ key }) => key === language)?.text ?? '';
  return (
    <Tabs change={setLanguage} tabs={all} value={language}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2 pt-3">
        <CopyField label={`${language} program`} text={text} />
        <p className="text-soft text-sm">
          {secret ? 'Your secret is filled in, as this page still knows it. ' : 'Put the secret of the application where PASTE_THE_SECRET stands. '}
          Each push is the whole set: what is left out is gone, and what is pushed again unchanged costs nothing.
        </p>
      </div>
    </Tabs>
  );
}
