// SPDX-License-Identifier: Apache-2.0

import { Bot, Globe, UserMinus, UserPlus, UserRound } from 'lucide-react';
import { type ReactElement, type ReactNode, useState } from 'react';

import { Refusal, type Schema, send } from '../lib/api';
import { inPieces } from '../lib/bulk';
import { useCan, useRefresh } from '../lib/session';
import { count } from '../lib/words';
import { ConfirmDialog } from './ConfirmButton';
import { Field } from './Form';
import { type Item, Menu } from './Menu';
import { PersonField } from './PersonField';

type Account = Schema<'AccessAccount'>;
type Form = Schema<'OwnerForm'>;
type Values = Record<string, string>;
type Kind = { Icon: typeof Bot; fields: ReactNode; form: (values: Values) => Form; label: string; text: string; title: string };

const kinds = {
  person: {
    Icon: UserRound,
    fields: <PersonField label="Person" name="personId" />,
    form: ({ personId }: Values) => {
      if (!personId) throw new Refusal(422, 'Choose a person.');
      return { personId };
    },
    label: 'An existing person…',
    text: 'Somebody who is among the people of this workspace.',
    title: 'A person uses it',
  },
  added: {
    Icon: UserPlus,
    fields: (
      <>
        <Field autoComplete="off" data-missing="A person is known by an e-mail." label="E-mail" name="newPerson/emailAddress" required type="email" />
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Field autoComplete="off" label="First name" name="newPerson/name/first" />
          <Field autoComplete="off" label="Last name" name="newPerson/name/last" />
        </div>
      </>
    ),
    form: (values: Values) => ({ newPerson: { emailAddress: values['newPerson/emailAddress'] ?? '', name: { first: values['newPerson/name/first'] || undefined, last: values['newPerson/name/last'] || undefined } } }),
    label: 'A new person…',
    text: 'Somebody who works here and is not among the people yet: they are added.',
    title: 'A new person uses it',
  },
  external: {
    Icon: Globe,
    fields: (
      <>
        <Field autoComplete="off" data-missing="Say who it is." label="Name" name="external/displayName" required />
        <Field autoComplete="off" label="E-mail" name="external/emailAddress" type="email" />
      </>
    ),
    form: (values: Values) => ({ external: { displayName: values['external/displayName'] ?? '', emailAddress: values['external/emailAddress'] || undefined } }),
    label: 'An external person…',
    text: 'Somebody who does not work here: a contractor, an auditor, a partner.',
    title: 'An external person uses it',
  },
  service: {
    Icon: Bot,
    fields: <Field autoComplete="off" hint="For whoever reads this next year." label="What it is for" name="serviceAccount/purpose" />,
    form: (values: Values) => ({ serviceAccount: { purpose: values['serviceAccount/purpose'] || undefined } }),
    label: 'A service account…',
    text: 'No person signs in with it: a program does.',
    title: 'It is a service account',
  },
} satisfies Record<string, Kind>;

/** Gives accounts an owner, or takes it away (null). */
async function give(accounts: Account[], owner: Form | null): Promise<void> {
  const [only] = accounts;
  if (owner && only && accounts.length === 1) await send('POST', '/v1/accounts/{accountId}/set-owner', { body: owner, path: { accountId: only.id } });
  else if (owner) await inPieces(accounts, (piece) => send('POST', '/v1/accounts/set-owners', { body: { updates: piece.map(({ id }) => ({ id, ...owner })) } }));
  else
    for (const account of accounts.filter((one) => one.owner))
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that a refusal stops the rest
      await send('POST', '/v1/accounts/{accountId}/clear-owner', { path: { accountId: account.id } });
}

/** Says whose accounts are: the five answers that there are, each with what it asks. */
export function AccountOwnerMenu({ accounts, trigger, done }: { accounts: Account[]; done?: () => void; trigger: ReactElement }) {
  const can = useCan();
  const refresh = useRefresh();
  const [asked, setAsked] = useState<keyof typeof kinds | 'nobody' | undefined>();
  const set = async (owner: Form | null) => {
    try {
      await give(accounts, owner);
    } finally {
      await refresh('/v1/accounts', '/v1/people', '/v1/definitions');
    }
    done?.();
  };
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  // Several accounts are seldom those of one new person; and who finds people must be able to read them.
  const offered = names.filter((name) => (name === 'person' ? can('read people') : name !== 'added' || accounts.length === 1));
  const items: Item[] = offered.map((name) => ({ Icon: kinds[name].Icon, act: () => setAsked(name), label: kinds[name].label }));
  if (accounts.some((one) => one.owner)) items.push('line', { Icon: UserMinus, act: () => setAsked('nobody'), label: 'Take the owner away' });
  const which = accounts.length === 1 ? (accounts[0]?.displayName ?? '') : count(accounts.length, 'account');
  return (
    <>
      <Menu items={items} label="Whose is it?" trigger={trigger} />
      {names.map((name) => (
        <ConfirmDialog
          fields={kinds[name].fields}
          key={name}
          open={asked === name}
          send={async (values) => set(kinds[name].form(values))}
          setOpen={(open) => setAsked(open ? name : undefined)}
          text={
            <>
              <strong className="font-medium text-text">{which}</strong>. {kinds[name].text} This stays through every push, until somebody changes it.
            </>
          }
          title={kinds[name].title}
          verb="Set the owner"
        />
      ))}
      <ConfirmDialog
        open={asked === 'nobody'}
        send={() => set(null)}
        setOpen={(open) => setAsked(open ? 'nobody' : undefined)}
        text={
          <>
            <strong className="font-medium text-text">{which}</strong> will be nobody&rsquo;s, until somebody says whose it is.
          </>
        }
        title="Take the owner away"
        verb="Take away"
      />
    </>
  );
}
