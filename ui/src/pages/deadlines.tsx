// SPDX-License-Identifier: Apache-2.0

import { Plus, Settings2 } from 'lucide-react';
import { useState } from 'react';

import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmButton';
import { Field } from '../components/Form';
import { Page } from '../components/Page';
import { Remediations } from '../components/Remediations';
import { SLACategories } from '../components/SLACategories';
import { Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { send, useGet } from '../lib/api';
import { useCan, useRefresh } from '../lib/session';

/** What deadlines go by: the time zone of business days, and when something is due soon. */
function Settings() {
  const refresh = useRefresh();
  const [open, setOpen] = useState(false);
  const settings = useGet('/v1/sla-settings');
  if (!settings.data) return null;
  const { dueSoonHours, timeZone } = settings.data;
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Settings2 aria-hidden className="size-3.5" />
        Settings
      </Button>
      <ConfirmDialog
        fields={
          <>
            <Field defaultValue={timeZone} hint="In which business days are counted, such as Europe/Berlin." label="Time zone" name="timeZone" required spellCheck={false} />
            <Field defaultValue={dueSoonHours ?? ''} hint="Empty: as soon as it has a due time." inputMode="decimal" label="Due soon, hours before" name="dueSoonHours" />
          </>
        }
        open={open}
        send={async (values) => {
          const hours = (values.dueSoonHours ?? '').trim();
          const asked = Number(hours);
          await send('PATCH', '/v1/sla-settings', { body: { dueSoonHours: hours === '' ? null : Number.isNaN(asked) ? hours : asked, timeZone: values.timeZone } });
          await refresh('/v1/sla-settings', '/v1/tests', '/v1/home');
        }}
        setOpen={setOpen}
        text="They hold for the whole workspace."
        title="Settings of deadlines"
        verb="Save"
      />
    </>
  );
}

const tabs = [
  { key: 'open', label: 'Due and overdue' },
  { key: 'ended', label: 'Ended' },
  { key: 'categories', label: 'Categories' },
];

/** /deadlines: ?tab= what is due, what has ended, or the categories; ?status= ?test= narrow, ?item= and ?sla= open a drawer. */
export default function Deadlines() {
  const [query, change] = useQueryState();
  const can = useCan();
  const tab = tabs.find(({ key }) => key === query.get('tab'))?.key ?? 'open';
  const actions = can('write tests') && (
    <>
      <Settings />
      <Button look="primary" onClick={() => change({ item: '', sla: 'new', status: '', tab: 'categories', test: '' }, { push: true })}>
        <Plus aria-hidden className="size-3.5" />
        New category
      </Button>
    </>
  );
  return (
    <Page actions={actions} lead="How long something may fail, and what is due by when." title="Deadlines">
      <Tabs change={(key) => change({ item: '', sla: '', status: '', tab: key === 'open' ? '' : key, test: '' })} tabs={tabs} value={tab}>
        {tab === 'categories' ? <SLACategories /> : <Remediations key={tab} kind={tab === 'ended' ? 'ended' : 'open'} />}
      </Tabs>
    </Page>
  );
}
