// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

import { useQueryState } from '../lib/address';
import { type Schema, send } from '../lib/api';
import { useRefresh } from '../lib/session';
import { type Stream, type Transport, addressOf, facilities, partsOf, transports } from '../lib/streams';
import { CopyField } from './CopyField';
import { Drawer } from './Drawer';
import { EventTypes } from './EventTypes';
import { CheckField, Field, Form, SelectField, TextField } from './Form';
import { FormFoot } from './FormFoot';
import { chosen } from './WebhookForm';

/** Where a stream goes: how, to which host, at which port. */
function Where({ set, stream, transport }: { set: (transport: Transport) => void; stream?: Stream; transport: Transport }) {
  const before = stream && partsOf(stream.url);
  return (
    <>
      <SelectField hint={transports[transport].note} label="Over" name="transport" onChange={({ target }) => set(target.value as Transport)} value={transport}>
        {Object.entries(transports).map(([key, { label }]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </SelectField>
      <div className="grid grid-cols-[minmax(0,1fr)_112px] items-start gap-3">
        <Field autoCapitalize="none" autoComplete="off" data-missing="Say which server gets it." defaultValue={before?.host} label="Server" name="url" placeholder="logs.example.com" required spellCheck={false} />
        <Field autoComplete="off" defaultValue={before?.port} inputMode="numeric" label="Port" name="port" placeholder={transports[transport].port} />
      </div>
    </>
  );
}

/** By which authority the server's certificate is checked; only TLS has one. */
function Authority({ has }: { has: boolean }) {
  const [none, setNone] = useState(false);
  return (
    <>
      <TextField
        autoComplete="off"
        className="min-h-20 w-full rounded-md border border-line-strong bg-panel px-2.5 py-2 font-mono text-xs placeholder:text-faint hover:border-faint disabled:bg-sunk"
        disabled={none}
        hint={has ? 'There is one of your own. What stands here takes its place; left empty, it stays.' : 'Only for a certificate from an authority of your own: its certificate, as PEM.'}
        label="Certificate authority"
        name="certificateAuthority"
        placeholder="-----BEGIN CERTIFICATE-----"
        spellCheck={false}
      />
      {has && <CheckField label="Go back to the authorities of the system" name="noAuthority" onChange={({ target }) => setNone(target.checked)} />}
    </>
  );
}

/** With what a new stream begins. */
function Begin() {
  const [how, setHow] = useState('now');
  return (
    <>
      <SelectField label="Begins with" name="begin" onChange={({ target }) => setHow(target.value)} value={how}>
        <option value="now">What happens from now on</option>
        <option value="all">All that has happened so far</option>
        <option value="after">What follows an event</option>
      </SelectField>
      {how === 'after' && <Field autoComplete="off" data-missing="Give the id of an event, such as 1042.1." hint="The id of the last event that you have, such as 1042.1." label="Behind the event" name="after" required spellCheck={false} />}
    </>
  );
}

/** The values of the form as the API takes them. */
function bodyOf(values: Record<string, string>, wanted: string[] | undefined, fresh: boolean): Schema<'StreamInput'> {
  const { after = '', begin = 'now', certificateAuthority = '', facility, name = '', noAuthority, port = '', transport = 'tls', url = '' } = values;
  const kept = transport === 'tls' && !noAuthority && certificateAuthority.trim() === '';
  return {
    after: fresh ? ({ after: after.trim(), all: '0.0', now: undefined }[begin] ?? undefined) : undefined,
    certificateAuthority: kept ? undefined : noAuthority || transport !== 'tls' ? '' : certificateAuthority,
    facility,
    name: name.trim(),
    types: chosen(wanted),
    url: addressOf({ host: url.trim(), port: port.trim(), transport }),
  };
}

/** The form of a stream, new or there already. */
export function StreamForm({ close, stream }: { close: () => void; stream?: Stream }) {
  const refresh = useRefresh();
  const [, change] = useQueryState();
  const [wanted, setWanted] = useState<string[] | undefined>(stream?.types ?? []);
  const [transport, setTransport] = useState<Transport>(stream ? partsOf(stream.url).transport : 'tls');
  const save = async (values: Record<string, string>) => {
    const body = bodyOf(values, wanted, !stream);
    const made = stream ? await send('PATCH', '/v1/streams/{streamId}', { body, path: { streamId: stream.id } }) : await send('POST', '/v1/streams', { body });
    await refresh('/v1/streams');
    change({ create: '', edit: '', stream: made.id });
  };
  const known = stream && !facilities.includes(stream.facility) ? [stream.facility, ...facilities] : facilities;
  return (
    <Drawer close={close} subtitle={stream ? 'It goes on where it stands, and is tried at once.' : 'A syslog server that gets what happens (RFC 5424).'} title={stream ? `Edit ${stream.name}` : 'New stream'}>
      <Form send={save}>
        <Field autoComplete="off" data-missing="Give it a name, such as SIEM." defaultValue={stream?.name} label="Name" name="name" required />
        <Where set={setTransport} stream={stream} transport={transport} />
        {transport === 'tls' && <Authority has={stream?.hasCertificateAuthority ?? false} />}
        <EventTypes set={setWanted} wanted={wanted} />
        {!stream && <Begin />}
        <SelectField defaultValue={stream?.facility ?? 'audit'} label="Facility" name="facility">
          {known.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </SelectField>
        <FormFoot close={close} text={stream ? 'Save' : 'Create the stream'} />
      </Form>
      {!stream && (
        <section className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-ground p-4">
          <h3 className="font-semibold text-sm">From the command line</h3>
          <CopyField label="command" text={"muster admin stream create --name SIEM --to syslog+tls://logs.example.com:6514 --type 'test.*'"} />
        </section>
      )}
    </Drawer>
  );
}
