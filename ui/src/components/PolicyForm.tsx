// SPDX-License-Identifier: Apache-2.0

import { useLocation } from 'wouter';

import { type Schema, send, usePages } from '../lib/api';
import { renewalWords } from '../lib/period';
import { useWhole } from '../lib/program';
import { useCan, useRefresh } from '../lib/session';
import { useUsers } from '../lib/users';
import { CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { CheckField, Field, Form, SelectField, TextField } from './Form';
import { FormFoot } from './FormFoot';

type Settings = Schema<'PolicySettings'>;
type File = Schema<'PolicyFile'>;

/** Whose members have to accept it. */
function GroupChoice({ policy }: { policy?: Settings }) {
  const can = useCan();
  const groups = useWhole(usePages('/v1/groups', { query: {} }, { enabled: can('read people') }));
  const all = new Map([...(policy?.groups ?? []), ...groups.rows].map((one) => [one.id, one.name]));
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1 font-medium text-sm">Who has to accept it</legend>
      {all.size === 0 && <p className="text-soft text-sm">There are no groups of people yet. Make one under People, and choose it here.</p>}
      {[...all].toSorted(([, a], [, b]) => a.localeCompare(b)).map(([id, name]) => (
        <CheckField defaultChecked={policy?.groups.some((one) => one.id === id)} key={id} label={name} name={`group ${id}`} />
      ))}
    </fieldset>
  );
}

/** What is said of a policy beside its text. */
function Fields({ policy }: { policy?: Settings }) {
  const users = useUsers();
  const choice = (chosen: string | null | undefined) => (chosen && !users.some((one) => one.id === chosen) ? [...users, { id: chosen, label: 'As it is now' }] : users);
  const options = (chosen: string | null | undefined, none: string) => (
    <>
      <option value="">{none}</option>
      {choice(chosen).map((one) => (
        <option key={one.id} value={one.id}>
          {one.label}
        </option>
      ))}
    </>
  );
  return (
    <>
      <Field autoComplete="off" data-missing="Give the policy a name." defaultValue={policy?.name} label="Name" maxLength={200} name="name" placeholder="Access control" required />
      <TextField defaultValue={policy?.description} hint="What it is about, in a sentence." label="Description" name="description" />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <SelectField defaultValue={policy?.ownerId ?? ''} key={`owner ${String(users.length)}`} label="Owner" name="owner">
          {options(policy?.ownerId, 'Nobody')}
        </SelectField>
        <SelectField defaultValue={policy?.approverId ?? ''} key={`approver ${String(users.length)}`} label="Who approves" name="approver">
          {options(policy?.approverId, 'Whoever may write policies')}
        </SelectField>
        <SelectField defaultValue={policy?.renewal ?? 'P1Y'} label="Renewal" name="renewal">
          {Object.entries(renewalWords).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <Field defaultValue={policy?.daysToAccept ?? 14} label="Days to accept" max={365} min={1} name="daysToAccept" type="number" />
      </div>
      <CheckField defaultChecked={policy?.authorMayApprove} hint="Otherwise somebody else has to." label="Who wrote a version may approve it" name="authorMayApprove" />
      <GroupChoice policy={policy} />
    </>
  );
}

function fileOf(values: Record<string, string>): File {
  const groups = Object.keys(values).filter((name) => name.startsWith('group ')).map((name) => name.slice('group '.length));
  const { name = '', description = '', owner = '', approver = '', authorMayApprove, renewal, daysToAccept = '' } = values;
  return { approver, authorMayApprove: authorMayApprove === 'on', daysToAccept: Number(daysToAccept === '' ? 14 : daysToAccept), description, groups, kind: 'Policy', name, owner, renewal: renewal as File['renewal'] };
}

/** Makes a policy; its text comes after. */
export function NewPolicyDrawer({ close }: { close: () => void }) {
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  return (
    <Drawer close={close} subtitle="What is written down about how you work" title="New policy">
      <Form
        send={async (values) => {
          const made = await send('POST', '/v1/policies', { body: fileOf(values) });
          await refresh('/v1/policies');
          navigate(`/policies/${made.id}`);
        }}
      >
        <Fields />
        <FormFoot close={close} text="Create the policy" />
      </Form>
      <section className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-4">
        <h3 className="font-semibold text-sm">Many at once</h3>
        <p className="text-soft text-sm">From a YAML or JSON file, which a repository may hold.</p>
        <CopyField label="command" text="muster admin policy put policies.yaml" />
      </section>
    </Drawer>
  );
}

/** Changes what is said of a policy beside its text. */
export function EditPolicyDrawer({ close, policy }: { close: () => void; policy: Settings }) {
  const refresh = useRefresh();
  return (
    <Drawer close={close} subtitle={policy.name} title="Edit the policy">
      <Form
        send={async (values) => {
          await send('PUT', '/v1/policies/{policyId}', { body: fileOf(values), path: { policyId: policy.id } });
          await refresh('/v1/policies', '/v1/account/policies', '/v1/event-logs');
          close();
        }}
      >
        <Fields policy={policy} />
        <FormFoot close={close} text="Save" />
      </Form>
    </Drawer>
  );
}
