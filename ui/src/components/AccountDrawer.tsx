// SPDX-License-Identifier: Apache-2.0

import { type Schema, useGet } from '../lib/api';
import { useCan } from '../lib/session';
import { wordOf } from '../lib/words';
import { AccountOwnerMenu } from './AccountOwnerMenu';
import { Button } from './Button';
import { CopyButton } from './CopyField';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { Facts, Part } from './Facts';
import { PlaceLink } from './PlaceLink';
import { OutLink } from './OutLink';
import { RecordPast } from './RecordPast';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';

type Account = Schema<'AccessAccount'>;

const methods: Record<Account['authMethod'], string> = { BIOMETRIC: 'Biometrics', PASSWORD: 'Password', SSO: 'Single sign-on', TOKEN: 'Token' };

function Owner({ account }: { account: Account }) {
  const can = useCan();
  const { owner } = account;
  return (
    <Part
      aside={can('write accounts') && <AccountOwnerMenu accounts={[account]} trigger={<Button>{owner ? 'Change the owner' : 'Say whose it is'}</Button>} />}
      title="Owner"
    >
      {!owner && <p className="text-soft">Nobody has said whose account this is, and its e-mail is that of no person.</p>}
      {owner && (
        <Facts
          rows={[
            ['Name', owner.personId ? <PlaceLink href={`/people?person=${owner.personId}`}>{owner.displayName}</PlaceLink> : owner.displayName],
            ['Kind', wordOf('owner', owner.kind).text],
            ['E-mail', owner.emailAddress],
            ['Employment', owner.employmentStatus ? <StatusChip quiet word={wordOf('employment', owner.employmentStatus)} /> : null],
            ['Linked', <span key="linked">{owner.linkedBy === 'EMAIL' ? 'By e-mail' : 'By hand'}, <RelativeTime at={owner.linkedDate} /></span>],
          ]}
        />
      )}
    </Part>
  );
}

function Body({ account }: { account: Account }) {
  const can = useCan();
  const { system } = account;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-7">
      <div className="flex flex-wrap items-center gap-2">
        <StatusChip word={wordOf('account', account.status)} />
        {account.isLeftOut && <StatusChip word={{ text: 'Left out of the newest push', tone: 'stale' }} />}
        {account.permissionLevel === 'ADMIN' && <StatusChip word={{ text: 'Admin', tone: 'risk' }} />}
      </div>
      <Owner account={account} />
      <Part title="Account">
        <Facts
          rows={[
            ['System', <PlaceLink href={`/resources/${system.resourceId}`} key="system">{system.resourceKind}</PlaceLink>],
            ['Application', <PlaceLink href={`/integrations/${system.integrationId}`} key="app">{system.integrationName}</PlaceLink>],
            ['Name', account.fullName],
            ['Account name', account.accountName],
            ['E-mail', account.emailAddress],
            ['Permission', account.roleDescription ? `${wordOf('level', account.permissionLevel).text} (${account.roleDescription})` : wordOf('level', account.permissionLevel).text],
            ['Signs in by', methods[account.authMethod]],
            ['MFA', <StatusChip key="mfa" quiet word={wordOf('mfa', account.mfaStatus)} />],
            ['Last login', <RelativeTime at={account.lastLoginDate} key="login" none="Never, as far as the source says" />],
            ['Created', <RelativeTime at={account.sourceCreatedDate} key="made" none="The source does not say" />],
            ['First pushed', <RelativeTime at={account.creationDate} key="first" />],
            ['Deactivated', account.deactivatedDate ? <RelativeTime at={account.deactivatedDate} /> : null],
            ['At the source', account.externalUrl ? <OutLink href={account.externalUrl}>{account.externalUrl.replace(/^https?:\/\//, '')}</OutLink> : null],
          ]}
        />
      </Part>
      {can('read resources') && <RecordPast recordId={account.id} resourceId={system.resourceId} />}
    </div>
  );
}

/** One account: whose it is, what it may do, and how it became so. */
export function AccountDrawer({ accountId, close }: { accountId: string; close: () => void }) {
  const answer = useGet('/v1/accounts/{accountId}', { path: { accountId } });
  const account = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer
      close={close}
      subtitle={
        account && (
          <span className="inline-flex items-center gap-1">
            {account.uniqueId}
            <CopyButton label="Copy the id" text={account.uniqueId} />
          </span>
        )
      }
      title={account?.displayName ?? 'Account'}
    >
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {account && <Body account={account} />}
    </Drawer>
  );
}
