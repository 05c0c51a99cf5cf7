// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';

import type { Reference } from '../lib/openapi';
import { count } from '../lib/words';
import { Section } from './ApplicationCredentials';
import { OperationLink, linkClass } from './ApiOperation';
import { CopyField } from './CopyField';

const Code = ({ children }: { children: ReactNode }) => <code className="break-words rounded bg-sunk px-1 font-mono text-[0.9em]">{children}</code>;

function Begin({ reference }: { reference: Reference }) {
  return (
    <Section title="Begin">
      <CopyField label="address" text={location.origin} />
      <p className="max-w-prose">
        {count(reference.operations.length, 'operation')} under this address, most of which take and answer JSON.{' '}
        <a className={linkClass} href="/openapi.json">
          /openapi.json
        </a>{' '}
        says the same to programs (OpenAPI 3.1): make a client of it, or the requests of your API tool. The pages of this dashboard use nothing else.
      </p>
    </Section>
  );
}

function Who() {
  return (
    <Section title="Who calls">
      <ul className="grid max-w-prose list-disc gap-2 pl-5">
        <li>
          <strong>An application that pushes</strong> brings records by <OperationLink id="putResources">PUT /v1/resources/{'{type}'}</OperationLink>. Its tokens have the scopes <Code>connectors.self:…</Code>.
        </li>
        <li>
          <strong>An application that manages</strong> reads and changes the rest, but for what only people may do. <Code>vanta-api.all:read</Code> is for what only reads, <Code>vanta-api.all:write</Code> for the rest.
        </li>
        <li>
          <strong>A signed-in person</strong> calls with the cookie of the session, as far as the role goes.
        </li>
      </ul>
      <p className="max-w-prose">
        An application gets its token by <OperationLink id="createToken">POST /oauth/token</OperationLink>, and sends it as <Code>Authorization: Bearer …</Code>. It lives for an hour.
      </p>
    </Section>
  );
}

function Rules() {
  return (
    <Section title="What holds everywhere">
      <ul className="grid max-w-prose list-disc gap-2 pl-5">
        <li>
          Lists take <Code>pageSize</Code> (1 to 100) and <Code>pageCursor</Code>. Go on with <Code>endCursor</Code> while <Code>hasNextPage</Code> says so.
        </li>
        <li>
          An error has a sentence in <Code>message</Code>, and the same in <Code>error</Code>. <Code>problems</Code> names each wrong place of a body by JSON Pointer.
        </li>
        <li>
          Who calls too often is answered 429 with <Code>Retry-After</Code>. <Code>X-RateLimit-Remaining</Code> says what is left.
        </li>
        <li>Times are UTC with milliseconds.</li>
      </ul>
    </Section>
  );
}

const elsewhere: [what: string, where: ReactNode, guide: string][] = [
  ['Pushing records', 'The tags OAuth and Resources. A client of Vanta’s Build Integrations needs another host and nothing else.', 'docs/guide/push.md'],
  ['Clients that you already have', 'Vanta’s paths, words and forms to manage by API hold under /v1. The guide says what differs.', 'docs/guide/manage-api.md'],
  ['SCIM 2.0', 'Each directory has its own address below /scim/v2, which Login and security shows. Its schema is that of RFC 7643 and 7644, and it tells it itself under /Schemas.', 'docs/guide/provisioning.md'],
  ['Webhooks', 'The tag Webhooks is where they are set up.', 'docs/guide/webhooks.md'],
  ['Streams', 'The tags Events and Streams: server-sent events, JSON lines, syslog.', 'docs/guide/streams.md'],
];

function Elsewhere() {
  return (
    <Section lead="The guides stand in the repository." title="Where each interface lives">
      <dl className="grid max-w-prose gap-3">
        {elsewhere.map(([what, where, guide]) => (
          <div key={what}>
            <dt className="font-medium">{what}</dt>
            <dd className="text-soft">
              {where} Guide: <Code>{guide}</Code>
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** What to know before the first request. */
export function ApiOverview({ reference }: { reference: Reference }) {
  return (
    <div className="grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-7">
      <Begin reference={reference} />
      <Who />
      <Rules />
      <Elsewhere />
    </div>
  );
}
