// SPDX-License-Identifier: Apache-2.0

import { useLocation } from 'wouter';

import { type Schema, send } from '../lib/api';
import { cadenceWords, reminderWords, timeWords } from '../lib/period';
import { useCan, useRefresh } from '../lib/session';
import { CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { CheckField, Field, Form, SelectField, TextField } from './Form';
import { FormFoot } from './FormFoot';

type Detail = Schema<'DocumentDetail'>;
type Input = Schema<'DocumentInput'>;

/** The options of a choice whose values have words. */
const options = (words: Record<string, string>) =>
  Object.entries(words).map(([value, label]) => (
    <option key={value} value={value}>
      {label}
    </option>
  ));

/** What is said of a document when it is made and when it is edited. */
function Fields({ document }: { document?: Detail }) {
  const can = useCan();
  return (
    <>
      <Field autoComplete="off" data-missing="Say what is wanted." defaultValue={document?.title} label="Title" maxLength={200} name="title" placeholder="Penetration test" required />
      <TextField defaultValue={document?.description} hint="Who collects it reads this: what it has to show, and where it comes from." label="Description" name="description" />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <SelectField defaultValue={document?.renewalCadence ?? 'P1Y'} hint="For how long a file counts." label="How often it is due" name="cadence">
          {options(cadenceWords)}
        </SelectField>
        <SelectField defaultValue={document?.reminderWindow ?? 'P1M'} label="Reminder" name="reminderWindow">
          {options(reminderWords)}
        </SelectField>
      </div>
      <SelectField defaultValue={document?.timeSensitivity ?? 'MOST_RECENT'} label="What auditors are shown" name="timeSensitivity">
        {options(timeWords)}
      </SelectField>
      <CheckField
        defaultChecked={document?.isSensitive}
        hint={`Only its owner, Admins and View-only Admins know of it.${can('see sensitive documents') ? '' : ' You will not see it any more, unless it is yours.'}`}
        label="Sensitive"
        name="isSensitive"
      />
    </>
  );
}

const inputOf = ({ title = '', description = '', cadence, reminderWindow, timeSensitivity, isSensitive }: Record<string, string>): Input => ({
  cadence: cadence as Input['cadence'],
  description,
  isSensitive: isSensitive === 'on',
  reminderWindow: reminderWindow as Input['reminderWindow'],
  timeSensitivity: timeSensitivity as Input['timeSensitivity'],
  title,
});

/** Asks for a document. */
export function NewDocumentDrawer({ close }: { close: () => void }) {
  const refresh = useRefresh();
  const can = useCan();
  const [, navigate] = useLocation();
  const create = async (values: Record<string, string>) => {
    const body = inputOf(values);
    const made = await send('POST', '/v1/documents', { body });
    await refresh('/v1/documents');
    // Who may not see sensitive ones cannot go to the one just made.
    if (body.isSensitive && !can('see sensitive documents')) close();
    else navigate(`/documents/${made.id}`);
  };
  return (
    <Drawer close={close} subtitle="Evidence that no system pushes: a report, a contract, minutes" title="New document">
      <Form send={create}>
        <Fields />
        <FormFoot close={close} text="Create the document" />
      </Form>
      <section className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-4">
        <h3 className="font-semibold text-sm">From the command line</h3>
        <CopyField label="command" text={'muster admin document create "Penetration test" --cadence P1Y'} />
      </section>
    </Drawer>
  );
}

/** Changes what is said of a document. */
export function EditDocumentDrawer({ close, document }: { close: () => void; document: Detail }) {
  const refresh = useRefresh();
  const change = async (values: Record<string, string>) => {
    await send('PATCH', '/v1/documents/{documentId}', { body: { ...inputOf(values), note: values.note ?? '' }, path: { documentId: document.id } });
    await refresh('/v1/documents', '/v1/controls', '/v1/event-logs');
    close();
  };
  return (
    <Drawer close={close} subtitle={document.title} title="Edit the document">
      <Form send={change}>
        <Fields document={document} />
        <TextField defaultValue={document.note ?? ''} hint="For those who work on it." label="Note" name="note" />
        <FormFoot close={close} text="Save" />
      </Form>
    </Drawer>
  );
}
