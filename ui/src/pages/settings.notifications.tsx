// SPDX-License-Identifier: Apache-2.0

import { NotificationChannels } from '../components/NotificationChannels';
import { NotificationLog } from '../components/NotificationLog';
import { NotificationOwn } from '../components/NotificationOwn';
import { NotificationWorkspace } from '../components/NotificationWorkspace';
import { Page } from '../components/Page';
import { type Tab, Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { useCan } from '../lib/session';

const none = { by: '', channel: '', message: '', state: '', to: '' };

/** /settings/notifications: ?tab= which part; each part has its own drawer and filters. */
export default function Notifications() {
  const [query, change] = useQueryState();
  const can = useCan();
  const settings: Tab[] = [
    { key: 'channels', label: 'Channels' },
    { key: 'workspace', label: 'Workspace' },
  ];
  const tabs: Tab[] = [{ key: 'mine', label: 'Mine' }, ...(can('read settings') ? settings : []), { key: 'log', label: can('manage notifications') ? 'Log' : 'Sent to you' }];
  const tab = tabs.find(({ key }) => key === query.get('tab'))?.key ?? 'mine';
  return (
    <Page title="Notifications">
      <Tabs change={(key) => change({ ...none, tab: key === 'mine' ? '' : key })} tabs={tabs} value={tab}>
        <div className={`pt-5 ${tab === 'log' ? '' : 'max-w-4xl'}`}>
          {tab === 'mine' && <NotificationOwn />}
          {tab === 'channels' && <NotificationChannels />}
          {tab === 'workspace' && <NotificationWorkspace />}
          {tab === 'log' && <NotificationLog />}
        </div>
      </Tabs>
    </Page>
  );
}
