// SPDX-License-Identifier: Apache-2.0

import { type Schema, useGet } from '../lib/api';
import { useApplications } from '../lib/applications';
import { useNow } from '../lib/now';
import { wordOf } from '../lib/words';
import { ReportIcon, checks, isLate } from './Checks';
import { CopyButton } from './CopyField';
import { Drawer } from './Drawer';
import { ErrorNote } from './ErrorNote';
import { Facts, Part } from './Facts';
import { PlaceLink } from './PlaceLink';
import { RelativeTime } from './RelativeTime';
import { StatusChip } from './StatusChip';

type Computer = Schema<'MonitoredComputer'>;

const systems: Record<string, string> = { linux: 'Linux', macOS: 'macOS', windows: 'Windows' };

/** What a computer runs, in words. */
export const systemOf = ({ operatingSystem: os }: Computer): string => (os ? `${systems[os.type] ?? os.type} ${os.version ?? ''}`.trim() : 'Not known');

/** What a computer is called: it has no name of its own. */
export const nameOf = (computer: Computer): string => computer.serialNumber ?? computer.udid ?? 'Without a serial number';

const whys: Record<string, Record<string, string>> = {
  antivirusInstallation: { FAIL: 'The record names none that is on.', IN_PROGRESS: 'The record does not say what protects it.' },
  diskEncryption: { FAIL: 'A drive is not encrypted.', IN_PROGRESS: 'The record does not say whether its drives are encrypted.' },
  passwordManager: { FAIL: 'The record names none.', IN_PROGRESS: 'The record does not list what is installed.' },
  screenlock: { FAIL: 'Nothing asks for the password soon enough.', IN_PROGRESS: 'The record does not say when the screen locks.' },
};

function Body({ computer }: { computer: Computer }) {
  const now = useNow();
  const applications = useApplications();
  const late = isLate(computer, now);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-7">
      <Part title="Checks">
        <ul className="grid gap-3">
          {checks.map(({ Icon, key, text }) => (
            <li className="flex items-start gap-2.5" key={key}>
              <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-soft" />
              <span className="min-w-0 flex-1">
                {text}
                {whys[key]?.[computer[key].outcome] && <span className="block text-soft text-sm">{whys[key]?.[computer[key].outcome]}</span>}
              </span>
              <StatusChip quiet word={wordOf('check', computer[key].outcome)} />
            </li>
          ))}
          <li className="flex items-start gap-2.5">
            <ReportIcon aria-hidden className="mt-0.5 size-4 shrink-0 text-soft" />
            <span className="min-w-0 flex-1">
              Reported lately
              <span className="block text-soft text-sm">
                {computer.lastCheckDate ? <>Last seen <RelativeTime at={computer.lastCheckDate} /></> : 'No push has said when it was seen.'}
              </span>
            </span>
            <StatusChip quiet word={late ? { text: 'Silent', tone: 'stale' } : wordOf('check', 'PASS')} />
          </li>
        </ul>
      </Part>
      <Part title="Computer">
        <Facts
          rows={[
            ['Owner', computer.owner ? <PlaceLink href={`/people?person=${computer.owner.id}`}>{computer.owner.displayName || computer.owner.emailAddress}</PlaceLink> : <span className="text-risk" key="none">Nobody has the e-mail that the record names</span>],
            ['System', systemOf(computer)],
            ['Serial number', computer.serialNumber ?? ''],
            ['UDID', computer.udid ?? ''],
            ['Application', <PlaceLink href={`/integrations/${computer.integrationId}`} key="app">{applications.nameOf(computer.integrationId) ?? 'The application that pushes it'}</PlaceLink>],
          ]}
        />
      </Part>
    </div>
  );
}

/** One computer: each check in words, and whose it is. */
export function ComputerDrawer({ computerId, close }: { close: () => void; computerId: string }) {
  const answer = useGet('/v1/monitored-computers/{computerId}', { path: { computerId } });
  const computer = answer.isPlaceholderData ? undefined : answer.data;
  return (
    <Drawer
      close={close}
      subtitle={
        computer && (
          <span className="inline-flex items-center gap-1">
            {systemOf(computer)}
            {computer.serialNumber && <CopyButton label="Copy the serial number" text={computer.serialNumber} />}
          </span>
        )
      }
      title={computer ? nameOf(computer) : 'Computer'}
    >
      <ErrorNote error={answer.error} retry={() => void answer.refetch()} />
      {computer && <Body computer={computer} />}
    </Drawer>
  );
}
