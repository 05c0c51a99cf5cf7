// SPDX-License-Identifier: Apache-2.0

import type { Schema } from '../lib/api';
import { useCan } from '../lib/session';
import { Section } from './ApplicationCredentials';
import { CopyField } from './CopyField';
import { DefinitionSchema } from './DefinitionSchema';
import { DefinitionSettings } from './DefinitionSettings';
import { useBaseTypes } from './SchemaEditor';
import { Snippets } from './Snippets';

/** How to push to a definition, its schema, its settings. */
export function DefinitionPanel({ application, definition }: { application: Schema<'Application'>; definition: Schema<'Definition'> }) {
  const base = useBaseTypes().find((one) => one.type === definition.type);
  const can = useCan();
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-8">
      <Section title="Resource id">
        <CopyField label="resource id" text={definition.id} />
      </Section>
      <Section lead={can('read applications and definitions') ? 'Whole programs with the real ids: they ask for a token, then push one sample record.' : undefined} title="Push to it">
        {base && <Snippets application={application} base={base} definition={definition} />}
      </Section>
      <DefinitionSchema definition={definition} key={`schema-${definition.id}-${String(definition.schemaVersion)}`} />
      <DefinitionSettings definition={definition} key={`settings-${definition.id}`} />
    </div>
  );
}
