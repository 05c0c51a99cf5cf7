// SPDX-License-Identifier: Apache-2.0

import { type Schema, send } from '../lib/api';
import { useRefresh } from '../lib/session';
import { Drawer } from './Drawer';
import { Field, Form, TextField } from './Form';
import { FormFoot } from './FormFoot';

type Application = Schema<'Application'>;

/** Of the form's values those that differ, as PATCH takes them; the form asks for the grace in minutes. */
function changed(application: Application, values: Record<string, string>): Schema<'ApplicationChange'> {
  const { description = '', name = '', overlappingTokens, rotationGraceSeconds } = values;
  const all = { description, name, overlappingTokens: Number(overlappingTokens), rotationGraceSeconds: Number(rotationGraceSeconds) * 60 };
  return Object.fromEntries(Object.entries(all).filter(([member, value]) => value !== application[member as keyof typeof all]));
}

/** The form for what may change of an application. */
export function ApplicationForm({ application, close }: { application: Application; close: () => void }) {
  const refresh = useRefresh();
  const save = async (values: Record<string, string>) => {
    const body = changed(application, values);
    if (Object.keys(body).length > 0) {
      await send('PATCH', '/v1/applications/{applicationId}', { body, path: { applicationId: application.id } });
      await refresh('/v1/applications', '/v1/definitions', '/v1/tests');
    }
    close();
  };
  return (
    <Drawer close={close} subtitle="Kind, scopes and client id stay as they were made." title="Edit the application">
      <Form send={save}>
        <Field defaultValue={application.name} label="Name" name="name" required />
        <TextField defaultValue={application.description} label="Description" name="description" />
        <Field defaultValue={application.overlappingTokens} hint="Tokens that may be alive at once, 1 to 50. With fewer than before, the oldest end at once." label="Overlapping tokens" name="overlappingTokens" required type="number" />
        <Field defaultValue={application.rotationGraceSeconds / 60} hint="Minutes, at most 43,200 (30 days), for which an old secret and its tokens still work after a rotation. 0: they end at once." label="Rotation grace" name="rotationGraceSeconds" required step="any" type="number" />
        <FormFoot close={close} text="Save" />
      </Form>
    </Drawer>
  );
}
