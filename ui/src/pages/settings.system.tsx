// SPDX-License-Identifier: Apache-2.0

import { Section } from '../components/ApplicationCredentials';
import { CopyField } from '../components/CopyField';
import { ErrorNote } from '../components/ErrorNote';
import { Facts } from '../components/Facts';
import { Page } from '../components/Page';
import { RelativeTime } from '../components/RelativeTime';
import { StatusChip } from '../components/StatusChip';
import { type Column, Table } from '../components/Table';
import { type Schema, useGet } from '../lib/api';

type Job = Schema<'SystemJob'>;
type System = Schema<'System'>;

const engines = { postgresql: 'PostgreSQL', sqlite: 'SQLite, in the data folder' };

/** Writes a number of bytes: 12.4 MB. */
export function bytes(n: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const at = n < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3));
  return `${(n / 1000 ** at).toLocaleString('en-GB', { maximumFractionDigits: at === 0 ? 0 : 1 })} ${units[at] ?? ''}`;
}

/** Writes how often a job looks: every second, every 5 seconds, every hour. */
function every(seconds: number): string {
  const units: [number, string][] = [[3600, 'hour'], [60, 'minute'], [1, 'second']];
  const [size, name] = units.find(([one]) => seconds >= one) ?? [1, 'second'];
  const n = Math.round(seconds / size);
  return n === 1 ? `every ${name}` : `every ${n.toLocaleString('en-GB')} ${name}s`;
}

const columns: Column<Job>[] = [
  { cell: (job) => <span className="truncate font-medium">{job.name}</span>, head: 'Job', key: 'name', width: 'minmax(0,1fr)' },
  { cell: (job) => <StatusChip quiet word={job.failedAt ? { text: 'Failed', tone: 'fail' } : job.lookedAt ? { text: 'OK', tone: 'pass' } : { text: 'Not yet', tone: 'none' }} />, head: 'Status', key: 'stands', width: '90px' },
  { cell: (job) => <span className="text-soft">{every(job.everySeconds)}</span>, from: 620, head: 'Looks', key: 'every', width: '140px' },
  { align: 'right', cell: (job) => <RelativeTime at={job.ranAt} none="Nothing to do yet" />, from: 480, head: 'Last did something', key: 'ran', width: '150px' },
  { align: 'right', cell: (job) => (job.ranAt ? `${job.tookMs.toLocaleString('en-GB', { maximumFractionDigits: 1 })} ms` : <span className="text-faint">-</span>), from: 760, head: 'Took', key: 'took', width: '90px' },
];

/** What the server needs of whoever runs it, in words; nothing when all is well. */
function troubles(system: System): string[] {
  const failed = system.jobs.filter((job) => job.failedAt);
  return [
    ...(failed.length > 0 ? [`${failed.map((job) => job.name).join(', ')}: failed the last time. The log of the server says why; it is tried again by itself.`] : []),
    ...(system.mail ? [] : ['No mail is sent: start the server with --mail-url, so that links, invitations and reminders arrive.']),
    ...(system.baseUrl.startsWith('https://') ? [] : ['It is reached without TLS. Put it behind a proxy with a certificate, and start it with --base-url https://…']),
  ];
}

function Backup({ system }: { system: System }) {
  const command = system.storage.engine === 'sqlite' ? 'systemctl stop muster && cp -a "$MUSTER_DATA" /backup/muster && systemctl start muster' : 'pg_dump --format=custom "$MUSTER_DATABASE" >muster.dump && cp -a "$MUSTER_DATA" /backup/muster';
  return (
    <Section lead={system.storage.engine === 'sqlite' ? 'The data folder as a whole, with the server stopped, or by a snapshot of its file system. Keep secrets.key apart from it.' : 'The database by its own tools, and the data folder of one server, which holds the keys. Keep secrets.key apart from it.'} title="Backup">
      <CopyField label="command" text={command} />
    </Section>
  );
}

/** /settings/system: version, storage, jobs, backup, health. */
export default function SystemPage() {
  const answer = useGet('/v1/system', undefined, { refetchInterval: 5_000 });
  const system = answer.data;
  if (!system) return <Page title="System">{answer.error && <ErrorNote error={answer.error} retry={() => void answer.refetch()} />}</Page>;
  const wrong = troubles(system);
  const failing = system.jobs.some((job) => job.failedAt);
  return (
    <Page actions={<StatusChip word={failing ? { text: 'A job fails', tone: 'fail' } : { text: 'OK', tone: 'pass' }} />} lead="Of the whole server, whatever the workspace." title="System">
      <ErrorNote error={answer.error} />
      <div className="grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-8">
        {wrong.length > 0 && (
          <ul className="grid gap-1.5 rounded-lg border border-risk-mark bg-risk-soft px-4 py-3 text-sm">
            {wrong.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        )}
        <Section title="Server">
          <Facts
            rows={[
              ['Version', system.version],
              ['Started', <RelativeTime at={system.startedAt} key="started" />],
              ['Address', <span className="break-all" key="address">{system.baseUrl}</span>],
              ['Mail', system.mail ? 'Is sent' : 'Is not sent'],
            ]}
          />
        </Section>
        <Section title="Storage">
          <Facts
            rows={[
              ['Database', engines[system.storage.engine]],
              ['Size', `${bytes(system.storage.bytes)}, without uploaded files`],
              ['Schema', `Version ${String(system.storage.schemaVersion)}`],
              ['Files', system.storage.files === 'bucket' ? 'In a bucket' : 'In the data folder'],
            ]}
          />
        </Section>
        <Backup system={system} />
        <Section lead="What the server does by itself; of the server that answers, where there are several." title="Jobs">
          <Table columns={columns} label="Jobs" rowKey={(job) => job.name} rows={system.jobs} />
        </Section>
        <Section lead="Looks at folder, space, clock, keys, schema and evidence, and says what to do." title="Whole check">
          <CopyField label="command" text="muster admin doctor" />
        </Section>
      </div>
    </Page>
  );
}
