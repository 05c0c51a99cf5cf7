// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import { type Schema, send, sentence } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';
import { useTask } from '../lib/task';
import { Button } from './Button';
import { ConfirmButton } from './ConfirmButton';
import { CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { Part } from './Facts';
import { Field, Form, SelectField, TextField } from './Form';
import { FormFoot } from './FormFoot';
import { RelativeTime } from './RelativeTime';

type Provider = Schema<'SSOProvider'>;
type Input = Schema<'SSOProviderInput'>;

/** What the provider must be told about this server. */
function Ours({ provider }: { provider: Provider }) {
  const values: [label: string, text: string][] = provider.oidc
    ? [['Redirect URI', provider.oidc.redirectUri]]
    : [
        ['Assertion consumer service (ACS) URL', provider.saml?.acsUrl ?? ''],
        ['Entity id, and address of the metadata', provider.saml?.spEntityId ?? ''],
      ];
  return (
    <Part title="To be entered at the provider">
      {values.map(([label, text]) => (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-1" key={label}>
          <p className="text-sm">{label}</p>
          <CopyField label={label} text={text} />
        </div>
      ))}
    </Part>
  );
}

/** Tries the provider: what can be seen without somebody signing in. */
function Try({ provider }: { provider: Provider }) {
  const { busy, error, run } = useTask();
  const [result, setResult] = useState<Schema<'SSOTest'>>();
  const test = async () => setResult(await send('POST', '/v1/sso/providers/{providerId}/test', { path: { providerId: provider.id } }));
  return (
    <Part title="Try it">
      <div>
        <Button busy={busy} onClick={() => run(test)}>
          Try the settings
        </Button>
      </div>
      <ErrorNote error={error} />
      {result && (
        <div className={`rounded-md px-3 py-2 text-sm ${result.ok ? 'bg-pass-soft text-pass' : 'bg-fail-soft text-fail'}`} role="status">
          {result.ok ? 'The provider answers as it should. Sign in through it in a private window to see the rest.' : result.problems.map((one) => <p key={one.field + one.message}>{sentence(one.message)}</p>)}
        </div>
      )}
    </Part>
  );
}

const lines = (text: string | undefined) => (text ?? '').split(/[\s,]+/).filter(Boolean);

function OIDCFields({ provider }: { provider?: Provider }) {
  return (
    <>
      <Field defaultValue={provider?.oidc?.issuer} hint="As its discovery document spells it, such as https://example.okta.com" label="Issuer" name="oidc/issuer" spellCheck={false} />
      <Field autoComplete="off" defaultValue={provider?.oidc?.clientId} label="Client id" name="oidc/clientId" spellCheck={false} />
      <Field autoComplete="new-password" hint={provider?.oidc?.clientSecretSet ? 'There is one; it stays unless you enter another.' : undefined} label="Client secret" name="oidc/clientSecret" type="password" />
    </>
  );
}

function SAMLFields({ provider }: { provider?: Provider }) {
  return (
    <>
      <TextField hint="The XML that the provider offers: entity id, address and certificates are read from it." label="Metadata" name="saml/metadata" spellCheck={false} />
      {provider?.saml && (
        <p className="text-soft text-sm">
          {provider.saml.entityId || 'No entity id yet'}
          {provider.saml.certificates.map((one) => (
            <span className="block" key={one.fingerprint}>
              Certificate of {one.subject}, ends <RelativeTime at={one.expiryDate} />
            </span>
          ))}
        </p>
      )}
      <Field defaultValue={provider?.saml?.emailAttribute} hint="Empty: the usual names, then the NameID." label="Attribute with the e-mail" name="saml/emailAttribute" spellCheck={false} />
    </>
  );
}

function bodyOf(kind: string, values: Record<string, string>, fresh: boolean): Input {
  const common: Input = { createUsers: values.createUsers === 'on', domains: lines(values.domains), name: values.name, trustEmail: values.trustEmail === 'on' };
  if (fresh) Object.assign(common, { kind });
  if (kind === 'oidc') return { ...common, oidc: { clientId: values['oidc/clientId'], clientSecret: values['oidc/clientSecret'] || undefined, issuer: values['oidc/issuer'] } };
  return { ...common, saml: { emailAttribute: values['saml/emailAttribute'], metadata: values['saml/metadata'] || undefined } };
}

function Box({ checked, label, name, note }: { checked: boolean; label: string; name: string; note: string }) {
  return (
    <label className="flex items-start gap-2 text-sm">
      <input aria-label={label} className="mt-0.5 size-4 accent-[var(--color-accent-fill)]" defaultChecked={checked} name={name} type="checkbox" />
      <span>
        {label}
        <span className="block text-soft">{note}</span>
      </span>
    </label>
  );
}

/** An identity provider that people sign in through: made, changed, tried, deleted. */
export function SsoDrawer({ close, made, provider }: { close: () => void; made: (id: string) => void; provider?: Provider }) {
  const can = useCan();
  const refresh = useRefresh();
  const [kind, setKind] = useState<string>(provider?.kind ?? 'oidc');
  const may = can('manage sign-in');
  const save = async (values: Record<string, string>) => {
    const body = bodyOf(kind, values, !provider);
    if (provider) {
      await send('PATCH', '/v1/sso/providers/{providerId}', { body, path: { providerId: provider.id } });
      await refresh('/v1/sso');
      close();
      return;
    }
    const one = await send('POST', '/v1/sso/providers', { body });
    await refresh('/v1/sso');
    made(one.id);
  };
  const end = async () => {
    await send('DELETE', '/v1/sso/providers/{providerId}', { path: { providerId: provider?.id ?? '' } });
    close();
    await refresh('/v1/sso');
  };
  return (
    <Drawer close={close} subtitle={provider ? undefined : 'First save it, then enter at the provider what is shown here.'} title={provider?.name ?? 'Add an identity provider'}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
        {provider && <Ours provider={provider} />}
        {provider && provider.missing.length > 0 && (
          <ul className="grid gap-1 rounded-md bg-risk-soft px-3 py-2 text-risk text-sm">
            {provider.missing.map((one) => (
              <li key={one.field}>{sentence(one.message)}</li>
            ))}
          </ul>
        )}
        {may && (
          <Form send={save}>
            {!provider && (
              <SelectField label="Kind" name="kind" onChange={(event) => setKind(event.target.value)} value={kind}>
                <option value="oidc">OpenID Connect</option>
                <option value="saml">SAML</option>
              </SelectField>
            )}
            <Field defaultValue={provider?.name} hint="Stands on the sign-in page." label="Name" name="name" required />
            {kind === 'oidc' ? <OIDCFields provider={provider} /> : <SAMLFields provider={provider} />}
            <Field defaultValue={provider?.domains.join(', ')} hint="E-mail domains that it may vouch for. Empty: any." label="Domains" name="domains" spellCheck={false} />
            <Box checked={provider?.createUsers ?? false} label="Unknown people become users" name="createUsers" note="With the role Employee. Off: only who is invited or provisioned gets in." />
            <Box checked={provider?.trustEmail ?? kind === 'saml'} key={kind} label="Trust its e-mail addresses" name="trustEmail" note="Also those that it does not call verified." />
            <FormFoot close={close} text={provider ? 'Save' : 'Add the provider'} />
          </Form>
        )}
        {provider && may && <Try provider={provider} />}
        {provider && may && (
          <Part title="Delete it">
            <p className="text-soft text-sm">Who signs in through it needs another way.</p>
            <div>
              <ConfirmButton look="danger" send={end} text="Links of people to it go with it." title={`Delete ${provider.name}`} verb="Delete it">
                Delete
              </ConfirmButton>
            </div>
          </Part>
        )}
      </div>
    </Drawer>
  );
}
