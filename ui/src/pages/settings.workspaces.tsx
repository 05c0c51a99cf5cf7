// SPDX-License-Identifier: Apache-2.0

import { Plus } from 'lucide-react';
import { useState } from 'react';

import { Section } from '../components/ApplicationCredentials';
import { Button } from '../components/Button';
import { CopyButton } from '../components/CopyField';
import { Drawer } from '../components/Drawer';
import { ErrorNote } from '../components/ErrorNote';
import { Field, Form, useFormBusy } from '../components/Form';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet } from '../lib/api';
import { switchWorkspace, useCan, useRefresh, useSession } from '../lib/session';
import { useTask } from '../lib/task';

type Workspace = Schema<'Workspace'>;

function Submit({ look = 'plain', text }: { look?: 'plain' | 'primary'; text: string }) {
  return (
    <Button busy={useFormBusy()} look={look} type="submit">
      {text}
    </Button>
  );
}

/** The name of the workspace that one is in. */
function Rename({ workspace }: { workspace: Workspace }) {
  const refresh = useRefresh();
  const [saved, setSaved] = useState(false);
  const rename = async ({ name = '' }: Record<string, string>) => {
    setSaved(false);
    await send('PATCH', '/v1/workspaces/{workspaceId}', { body: { name }, path: { workspaceId: workspace.id } });
    await refresh('/v1/workspaces', '/v1/session');
    setSaved(true);
  };
  return (
    <Section lead="As it stands in the navigation, in mails and on the sign-in page. Its short name stays." title="This workspace">
      <Form className="grid max-w-md gap-3" send={rename}>
        <Field defaultValue={workspace.name} label="Name" name="name" required />
        <div className="flex items-center gap-3">
          <Submit text="Save" />
          {saved && (
            <span className="text-pass text-sm" role="status">
              Saved.
            </span>
          )}
        </div>
      </Form>
    </Section>
  );
}

/** Makes a workspace, whose first Admin one is oneself. */
function Make({ close }: { close: () => void }) {
  const refresh = useRefresh();
  const [made, setMade] = useState<Workspace>();
  const { busy, error, run } = useTask();
  const make = async ({ name = '', slug = '' }: Record<string, string>) => {
    setMade(await send('POST', '/v1/workspaces', { body: { name, slug: slug || undefined } }));
    await refresh('/v1/workspaces', '/v1/session');
  };
  return (
    <Drawer close={close} subtitle="A house of its own: records, people, tests and settings are walled off from those of every other." title={made ? made.name : 'New workspace'}>
      {made ? (
        <div className="grid justify-items-start gap-3">
          <p>
            It is there, and you are its Admin, with the password and the second factor that you have here. From now on this browser changes between the two.
          </p>
          <Button busy={busy} look="primary" onClick={() => run(() => switchWorkspace(made.id))}>
            Go to {made.name}
          </Button>
          <ErrorNote error={error} />
        </div>
      ) : (
        <Form send={make}>
          <Field label="Name" name="name" required />
          <Field autoCapitalize="none" hint="Stands in addresses. Made from the name when empty." label="Short name" name="slug" spellCheck={false} />
          <div className="flex justify-end gap-2">
            <Button onClick={close}>Cancel</Button>
            <Submit look="primary" text="Create the workspace" />
          </div>
        </Form>
      )}
    </Drawer>
  );
}

function Row({ current, workspace }: { current: boolean; workspace: Workspace }) {
  const { busy, error, run } = useTask();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b px-4 py-3 last:border-b-0">
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{workspace.name}</span>
          {current && <StatusChip quiet word={{ text: 'This one', tone: 'pass' }} />}
        </p>
        <p className="flex flex-wrap items-center gap-x-1 text-soft text-sm">
          <span>
            {workspace.slug} · created <RelativeTime at={workspace.createdAt} />
          </span>
          <CopyButton label={`Copy the id of ${workspace.name}`} text={workspace.id} />
        </p>
      </div>
      {!current && (
        <Button busy={busy} onClick={() => run(() => switchWorkspace(workspace.id))}>
          Go there
        </Button>
      )}
      <ErrorNote error={error} />
    </li>
  );
}

/** /settings/workspaces: those of this browser; ?create=1 the form for another. */
export default function Workspaces() {
  const [query, change] = useQueryState();
  const can = useCan();
  const { workspace } = useSession();
  const answer = useGet('/v1/workspaces');
  const may = can('manage workspaces');
  const make = (
    <Button look="primary" onClick={() => change({ create: '1' }, { push: true })}>
      <Plus aria-hidden className="size-3.5" />
      New workspace
    </Button>
  );
  return (
    <Page actions={may && make} lead="Those that this browser is signed in to. On the command line beside the server: muster admin workspace list." title="Workspaces">
      <div className="grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-8">
        <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
        {answer.data && (
          <ul className="rounded-lg border bg-panel">
            {answer.data.workspaces.map((one) => (
              <Row current={one.id === workspace.id} key={one.id} workspace={one} />
            ))}
          </ul>
        )}
        {may && <Rename workspace={workspace} />}
      </div>
      {query.get('create') && may && <Make close={() => change({ create: '' })} />}
    </Page>
  );
}
