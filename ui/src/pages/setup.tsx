// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'react';

import { Button, buttonClass } from '../components/Button';
import { Door } from '../components/Door';
import { ErrorNote } from '../components/ErrorNote';
import { Field, Form, useFormBusy } from '../components/Form';
import { PasswordField } from '../components/PasswordField';
import { Refusal, send, useGet } from '../lib/api';
import { takeToken } from '../lib/link';

function Submit() {
  return (
    <Button busy={useFormBusy()} look="primary" shape="wide" type="submit">
      Set up and sign in
    </Button>
  );
}

/** A link that is used up, or that nobody needs any more. */
function Over({ done }: { done: boolean }) {
  return (
    <Door title={done ? 'Muster is set up' : 'This link does not work'}>
      <p className="text-soft">
        {done
          ? 'An Admin can sign in already, so this link is not needed any more. If you should have access, ask an Admin for an invitation.'
          : 'A set-up link works once and for a day, and only the newest one does. While no Admin can sign in, the server writes a new one to its log whenever it starts: in the line that says “there is no admin yet”.'}
      </p>
      <a className={buttonClass(done ? 'primary' : 'plain', 'wide')} href="/sign-in">
        Go to sign-in
      </a>
    </Door>
  );
}

/** /setup#TOKEN makes the first Admin. */
export default function SetUp() {
  const [token] = useState(takeToken);
  const [over, setOver] = useState<'dead' | 'done' | undefined>();
  const offer = useGet('/v1/sign-in', {});
  useEffect(() => {
    document.title = 'Set up Muster';
  }, []);
  if (offer.error) return <Door title="Set up Muster"><ErrorNote error={offer.error} retry={() => void offer.refetch()} /></Door>;
  if (!offer.data) return null;
  if (over ?? (token === '' ? 'lost' : '')) return <Over done={over === 'done' || (over === undefined && !offer.data.setUp)} />;
  return (
    <Door lead="You become the first Admin. Others come in when you invite them, or through your identity provider." title="Set up Muster">
      <Form
        send={async ({ email = '', name = '', password = '' }) => {
          try {
            await send('POST', '/v1/setup', { body: { email, name, password, token } });
          } catch (error) {
            if (error instanceof Refusal && error.status === 401) return setOver('dead');
            if (error instanceof Refusal && error.status === 409) return setOver('done');
            throw error;
          }
          location.replace('/');
        }}
      >
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- the one thing to do here */}
        <Field autoComplete="username" autoFocus data-missing="Enter your e-mail." label="E-mail" name="email" required type="email" />
        <Field autoComplete="name" hint="May be left empty." label="Name" name="name" />
        <PasswordField autoComplete="new-password" data-missing="Choose a password." hint="At least 8 characters; a few words in a row do well. A password that is known from a breach is refused." required />
        <Submit />
      </Form>
    </Door>
  );
}
