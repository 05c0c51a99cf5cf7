// SPDX-License-Identifier: Apache-2.0

import { Plus, UsersRound } from 'lucide-react';
import { useId } from 'react';
import { Link } from 'wouter';

import { useQueryState } from '../lib/address';
import { type Schema, usePages } from '../lib/api';
import { providerOf } from '../lib/provider';
import { useCan } from '../lib/session';
import { count, wordOf } from '../lib/words';
import { Section } from './ApplicationCredentials';
import { Button, buttonClass } from './Button';
import { DirectoryConnect } from './DirectoryConnect';
import { DirectorySwitch } from './DirectorySwitch';
import { EmptyState } from './EmptyState';
import { ErrorNote } from './ErrorNote';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';
import { Switch } from './Switch';

/** One directory: how it stands, what it sent, its switch, and the way to its admin portal. */
function Row({ directory }: { directory: Schema<'DirectorySummary'> }) {
  const { counts, id, linkedAt, name, provider, state } = directory;
  return (
    <li className="flex flex-wrap items-center gap-x-5 gap-y-3 border-b px-4 py-3.5 last:border-b-0">
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <span className="font-medium">{name}</span>
          <StatusChip word={wordOf('directory', state)} />
        </div>
        <p className="text-soft text-sm">
          {providerOf(provider).name} · {count(counts.activeUsers, 'active user')} of {counts.users.toLocaleString('en-GB')} · {count(counts.groups, 'group')}
          {linkedAt && (
            <>
              {' '}
              · since <RelativeTime at={linkedAt} />
            </>
          )}
        </p>
      </div>
      <span className="flex items-center gap-2.5 text-sm">
        <span aria-hidden className="text-soft">
          SCIM
        </span>
        <DirectorySwitch directory={directory} />
      </span>
      <Link aria-label={`View the admin portal of ${name}`} className={buttonClass('plain')} href={`/settings/provisioning/${id}`}>
        View the admin portal
      </Link>
    </li>
  );
}

/** User provisioning: the directories of the workspace; ?connect=1 opens the choice of a provider. */
export function DirectoryList() {
  const id = useId();
  const [query, change] = useQueryState();
  const can = useCan();
  const list = usePages('/v1/directories');
  const may = can('manage provisioning');
  const connect = () => change({ connect: '1' }, { push: true });
  if (list.isLoading) return null;
  const none = list.rows.length === 0 && !list.error;
  return (
    <Section
      actions={
        may &&
        !none && (
          <Button onClick={connect}>
            <Plus aria-hidden className="size-3.5" />
            Connect another
          </Button>
        )
      }
      lead="People come, change and go as your identity provider says, by SCIM 2.0, without anyone typing."
      title="User provisioning"
    >
      <ErrorNote error={list.error} />
      {none && (
        <EmptyState
          action={
            may && (
              <span className="flex items-center gap-2.5">
                <Switch id={id} label="Switch SCIM on and choose your provider" on={false} set={connect} />
                <label className="cursor-pointer text-sm" htmlFor={id}>
                  Switch SCIM on and choose your provider
                </label>
              </span>
            )
          }
          command="muster admin directory create --name Okta --provider okta"
          Icon={UsersRound}
          title="No identity provider yet"
        >
          Connect Okta, Entra ID, JumpCloud, OneLogin or any other that speaks SCIM 2.0, here or on the command line beside the server:
        </EmptyState>
      )}
      {list.rows.length > 0 && (
        <ul className="rounded-lg border bg-panel">
          {list.rows.map((directory) => (
            <Row directory={directory} key={directory.id} />
          ))}
        </ul>
      )}
      {list.hasMore && (
        <div>
          <Button onClick={list.more}>Show more</Button>
        </div>
      )}
      {query.get('connect') && may && <DirectoryConnect close={() => change({ connect: '' })} />}
    </Section>
  );
}
