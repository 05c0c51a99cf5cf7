// SPDX-License-Identifier: Apache-2.0

import { KeyRound, Mail } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';

import { Button, buttonClass } from '../components/Button';
import { CopyField } from '../components/CopyField';
import { Door } from '../components/Door';
import { ErrorNote } from '../components/ErrorNote';
import { Field, Form, useFormBusy } from '../components/Form';
import { PasswordField } from '../components/PasswordField';
import { Refusal, type Schema, send, useGet } from '../lib/api';
import { returnPath, takeToken } from '../lib/link';
import { passkeysWork, signInByPasskey } from '../lib/passkey';

type Offer = Schema<'SignInOffer'>;
type View = { name: 'code'; ticket: string } | { name: 'dead' | 'link' | 'reset' | 'ways' } | { email: string; name: 'sent' };

function Submit({ children }: { children: ReactNode }) {
  return (
    <Button busy={useFormBusy()} look="primary" shape="wide" type="submit">
      {children}
    </Button>
  );
}

const enter = () => location.replace(returnPath(location.search));

/** Goes on where a step of the sign-in leads: in, or to the second factor. */
function goOn(state: Schema<'SignInState'>, show: (view: View) => void): void {
  if (state.state === 'signed_in') enter();
  else show({ name: 'code', ticket: state.ticket ?? '' });
}

function TextButton({ children, act }: { act: () => void; children: ReactNode }) {
  return (
    <button className="justify-self-center text-accent text-sm hover:underline" onClick={act} type="button">
      {children}
    </button>
  );
}

/** The second factor: a code of the device, or one of those kept for its loss. */
function Code({ ticket }: { ticket: string }) {
  const [recovery, setRecovery] = useState(false);
  return (
    <Door lead={recovery ? 'One of the codes that you kept; each works once.' : 'Six digits from your authenticator app.'} title="Second factor">
      <Form
        key={String(recovery)}
        send={async ({ code = '' }) => {
          await send('POST', '/v1/session/second-factor', { body: { code, ticket } });
          enter();
        }}
      >
        <Field
          autoCapitalize="characters"
          autoComplete={recovery ? 'off' : 'one-time-code'}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the one thing to do here
          autoFocus
          data-missing="Enter the code."
          inputMode={recovery ? 'text' : 'numeric'}
          label={recovery ? 'Recovery code' : 'Code'}
          name="code"
          required
          spellCheck={false}
        />
        <Submit>Sign in</Submit>
      </Form>
      <TextButton act={() => setRecovery(!recovery)}>{recovery ? 'Use the authenticator app' : 'Use a recovery code'}</TextButton>
    </Door>
  );
}

/** A link of a mail was opened. It is used at a press, for programs that look into mail open pages. */
function Link({ token, show }: { show: (view: View) => void; token: string }) {
  return (
    <Door lead="You opened a link from your mail. It works once." title="Sign in">
      <Form
        send={async () => {
          try {
            goOn(await send('POST', '/v1/session/link', { body: { token } }), show);
          } catch (error) {
            if (!(error instanceof Refusal) || error.status !== 401) throw error;
            show({ name: 'dead' });
          }
        }}
      >
        <Submit>Sign in</Submit>
      </Form>
    </Door>
  );
}

const mails = {
  link: { lead: 'We send a link that signs you in, once and for a quarter of an hour.', path: '/v1/sign-in/links', title: 'Sign in by mail' },
  reset: { lead: 'We send a link that lets you choose a new password.', path: '/v1/password/reset-links', title: 'New password' },
} as const;

/** Asks for a mail with a link. */
function MailForm({ kind, workspace, show }: { kind: keyof typeof mails; show: (view: View) => void; workspace: string }) {
  const { lead, path, title } = mails[kind];
  return (
    <Door lead={lead} title={title}>
      <Form
        send={async ({ email = '' }) => {
          await send('POST', path, { body: { email, workspace } });
          show({ email, name: 'sent' });
        }}
      >
        <Field autoComplete="username" data-missing="Enter your e-mail." label="E-mail" name="email" required type="email" />
        <Submit>Send the mail</Submit>
      </Form>
      <TextButton act={() => show({ name: 'ways' })}>Sign in another way</TextButton>
    </Door>
  );
}

/** No Admin can sign in yet: says where the set-up link is. */
function NotSetUp({ offer, anyway }: { anyway: () => void; offer: Offer }) {
  return (
    <Door lead={`No Admin can sign in to ${offer.workspace.name} yet.`} title="Not set up yet">
      <p className="text-soft">
        When it starts, the server writes a one-time link to its log, in the line that says “there is no admin yet”. Open that link. If it is older than a day, restart the server for a new one. Or make an Admin on the command line, with
        the same settings as the server:
      </p>
      <CopyField label="command" text={`muster admin user create \\\n  --email you@example.com \\\n  --role admin --password-stdin \\\n  --workspace ${offer.workspace.slug}`} />
      <TextButton act={anyway}>Sign in all the same</TextButton>
    </Door>
  );
}

/** Ways in beside the password, as far as this browser can go them. */
function OtherWays({ offer, show }: { offer: Offer; show: (view: View) => void }) {
  const [error, setError] = useState<unknown>(null);
  const back = encodeURIComponent(returnPath(location.search));
  return (
    <div className="grid gap-2">
      <ErrorNote error={error} />
      {offer.passkey && passkeysWork() && (
        <Button
          onClick={() => {
            setError(null);
            signInByPasskey(offer.workspace.slug).then(enter, setError);
          }}
          shape="wide"
        >
          <KeyRound aria-hidden className="size-4" />
          Sign in with a passkey
        </Button>
      )}
      {offer.providers.map((provider) => (
        <a className={buttonClass('plain', 'wide')} href={`${provider.path}?return=${back}`} key={provider.id}>
          Sign in with {provider.name}
        </a>
      ))}
      {offer.magicLink && (
        <Button onClick={() => show({ name: 'link' })} shape="wide">
          <Mail aria-hidden className="size-4" />
          Mail me a link
        </Button>
      )}
    </div>
  );
}

function Ways({ offer, show }: { offer: Offer; show: (view: View) => void }) {
  const others = (offer.passkey && passkeysWork()) || offer.providers.length > 0 || offer.magicLink;
  return (
    <Door lead={`to ${offer.workspace.name}`} title="Sign in">
      {offer.password && (
        <Form send={async ({ email = '', password = '' }) => goOn(await send('POST', '/v1/session', { body: { email, password, workspace: offer.workspace.slug } }), show)}>
          <Field autoComplete="username" data-missing="Enter your e-mail." label="E-mail" name="email" required type="email" />
          <PasswordField autoComplete="current-password" data-missing="Enter your password." required />
          <Submit>Sign in</Submit>
        </Form>
      )}
      {offer.password && <TextButton act={() => show({ name: 'reset' })}>Forgot your password?</TextButton>}
      {offer.password && others && (
        <div className="flex items-center gap-3 text-faint text-sm">
          <span className="flex-1 border-t" />
          or
          <span className="flex-1 border-t" />
        </div>
      )}
      {others && <OtherWays offer={offer} show={show} />}
      {!offer.password && !others && <p className="text-soft">No way to sign in is switched on that this browser could use here. Ask an Admin.</p>}
    </Door>
  );
}

/** Another workspace by its short name. */
function Elsewhere() {
  return (
    <details className="w-full max-w-sm justify-self-center px-4 text-sm">
      <summary className="cursor-pointer text-center text-soft hover:text-text">Sign in to another workspace</summary>
      <form action="/sign-in" className="mt-3 flex items-end gap-2" method="get">
        <div className="flex-1">
          <Field autoCapitalize="none" autoComplete="organization" label="Short name of the workspace" name="workspace" placeholder="acme" required spellCheck={false} />
        </div>
        <Button className="h-9" type="submit">
          Go
        </Button>
      </form>
    </details>
  );
}

function Chosen({ offer, view, token, show }: { offer: Offer; show: (view: View) => void; token: string; view: View }) {
  switch (view.name) {
    case 'code':
      return <Code ticket={view.ticket} />;
    case 'dead':
      return (
        <Door title="This link does not work">
          <p className="text-soft">A link from a mail signs in once and for a quarter of an hour, and only the newest one does.</p>
          <Button look="primary" onClick={() => show({ name: 'ways' })} shape="wide">
            Sign in
          </Button>
        </Door>
      );
    case 'sent':
      return (
        <Door title="Look into your mail">
          <p className="text-soft">
            If <strong className="text-text">{view.email}</strong> belongs to somebody here, a mail with a link is on its way. The link works once, and only the newest one does.
          </p>
          <TextButton act={() => show({ name: 'ways' })}>Back</TextButton>
        </Door>
      );
    case 'link':
      if (token !== '') return <Link show={show} token={token} />;
      return <MailForm kind="link" show={show} workspace={offer.workspace.slug} />;
    case 'reset':
      return <MailForm kind="reset" show={show} workspace={offer.workspace.slug} />;
    case 'ways':
      return <Ways offer={offer} show={show} />;
  }
}

/** /sign-in: ?workspace=SLUG, ?return=/PATH, #TOKEN of a mailed link. */
export default function SignIn() {
  const [token, setToken] = useState(takeToken);
  const [view, setView] = useState<View>({ name: token === '' ? 'ways' : 'link' });
  const [anyway, setAnyway] = useState(false);
  const wanted = new URLSearchParams(location.search).get('workspace') ?? undefined;
  const offer = useGet('/v1/sign-in', { query: { workspace: wanted } });
  useEffect(() => {
    document.title = offer.data ? `Sign in to ${offer.data.workspace.name} - Muster` : 'Sign in - Muster';
  }, [offer.data]);
  const show = (next: View) => {
    if (next.name !== 'link' || view.name === 'ways') setToken('');
    setView(next);
  };
  if (offer.error?.status === 404)
    return (
      <>
        <Door title="No such workspace">
          <p className="text-soft">There is no workspace “{wanted}” on this server.</p>
        </Door>
        <Elsewhere />
      </>
    );
  if (offer.error) return <Door title="Sign in"><ErrorNote error={offer.error} retry={() => void offer.refetch()} /></Door>;
  if (!offer.data) return null;
  if (offer.data.setUp && !anyway && view.name === 'ways') return <NotSetUp anyway={() => setAnyway(true)} offer={offer.data} />;
  return (
    <div className="grid justify-items-center pb-10">
      <div className="w-full">
        <Chosen offer={offer.data} show={show} token={token} view={view} />
      </div>
      {view.name === 'ways' && <Elsewhere />}
    </div>
  );
}
