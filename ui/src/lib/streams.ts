// SPDX-License-Identifier: Apache-2.0

// Syslog servers that get what happens: their addresses, and how to read the same oneself.

import type { Schema } from './api';
import type { Snippet } from './snippets';
import type { Word } from './words';

/** A stream. */
export type Stream = Schema<'Stream'>;

/** How messages travel, with the port that is usual. */
export const transports = {
  tls: { label: 'TLS', note: 'Sealed, and nothing is lost (RFC 5425).', port: '6514' },
  tcp: { label: 'TCP', note: 'In clear, and nothing is lost: octet counting (RFC 6587).', port: '601' },
  udp: { label: 'UDP', note: 'In clear, sent and forgotten: what is lost on the way is lost.', port: '514' },
} as const;

/** One of them. */
export type Transport = keyof typeof transports;

/** The facilities that are offered. */
export const facilities = ['audit', 'auth', 'authpriv', 'daemon', 'user', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'];

/** Takes an address of the API apart. */
export function partsOf(url: string): { host: string; port: string; transport: Transport } {
  const [, transport = 'tls', host = '', port = ''] = /^syslog\+(tls|tcp|udp):\/\/(.*?)(?::(\d+))?$/.exec(url) ?? [];
  return { host: host.replaceAll(/^\[|\]$/g, ''), port, transport: transport as Transport };
}

/** Puts an address together as the API takes it. */
export function addressOf({ host, port, transport }: { host: string; port: string; transport: string }): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `syslog+${transport}://${name}${port === '' ? '' : `:${port}`}`;
}

/** How a stream stands. */
export function streamWord(stream: Stream): Word {
  if (stream.status === 'FAILING') return { text: 'Failing', tone: 'fail' };
  return stream.sentCount === 0 ? { text: 'Nothing yet', tone: 'none' } : { text: 'Active', tone: 'pass' };
}

/** Answers the commands that read what happens from this server. */
export function readers(origin: string): Snippet[] {
  const token = `TOKEN=$(curl -sS ${origin}/oauth/token -H 'Content-Type: application/json' \\
  -d '{"grant_type":"client_credentials",
       "client_id":"'"$MUSTER_CLIENT_ID"'",
       "client_secret":"'"$MUSTER_CLIENT_SECRET"'"}' |
  sed -n 's/.*"access_token":"\\([^"]*\\)".*/\\1/p')`;
  return [
    { key: 'hear', label: 'Hear it', text: `${token}\n\ncurl -N -H "Authorization: Bearer $TOKEN" \\
  "${origin}/v1/events/stream?after=newest&types=test.*"` },
    { key: 'export', label: 'Export it', text: `${token}\n\ncurl -sS -H "Authorization: Bearer $TOKEN" \\
  "${origin}/v1/events/export?after=0.0" >events.ndjson` },
    { key: 'cli', label: 'Command line', text: `export MUSTER_URL=${origin}\nmuster events --follow --type 'test.*'` },
  ];
}
