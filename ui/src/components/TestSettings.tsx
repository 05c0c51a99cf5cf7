// SPDX-License-Identifier: Apache-2.0

import { useQueryState } from '../lib/address';
import { type Schema, send } from '../lib/api';
import { count } from '../lib/words';
import { useCan, useRefresh } from '../lib/session';
import { Drawer } from './Drawer';
import { Field, Form, TextField } from './Form';
import { FormFoot } from './FormFoot';
import { PlaceLink } from './PlaceLink';
import { useSLAs } from './SLACategories';

type Test = Schema<'Test'>;
type Setting = Schema<'TestSetting'>;

const units: Partial<Record<Setting['kind'], string>> = { days: 'day', minutes: 'minute' };

/** A value in words: 7 days. */
const words = (setting: Setting, value: unknown): string => {
  const unit = units[setting.kind];
  return unit && typeof value === 'number' ? count(value, unit) : String(value);
};

const question = (setting: Setting) => setting.description.replace(/\.$/, '');

/** What a field says: nothing is the default, and a number goes as one. */
const meant = (setting: Setting, text: string): unknown => {
  if (text.trim() === '') return null;
  const number = Number(text);
  return setting.kind === 'date' || Number.isNaN(number) ? text.trim() : number;
};

function Hint({ nameOf, setting }: { nameOf: (slug: string) => string; setting: Setting }) {
  const most = `From ${words(setting, setting.minimum)} to ${words(setting, setting.maximum)}.`;
  return setting.sla ? `${most} Empty follows the SLA ${nameOf(setting.sla)}, now ${words(setting, setting.value)}.` : `${most} Empty puts it back to ${words(setting, setting.default)}.`;
}

function SettingsDrawer({ close, settings, test }: { close: () => void; settings: Setting[]; test: Test }) {
  const refresh = useRefresh();
  const { nameOf } = useSLAs();
  const save = async (values: Record<string, string>) => {
    const said = settings.map((one) => [one, meant(one, values[`settings/${one.name}`] ?? '')] as const);
    const changed = said.filter(([one, value]) => (value === null ? one.sla === null && one.value !== one.default : one.sla !== null || value !== one.value));
    const body = { reason: values.reason || undefined, settings: Object.fromEntries(changed.map(([one, value]) => [one.name, value])) };
    if (changed.length > 0) await send('PATCH', '/v1/tests/{testId}', { body, path: { testId: test.id } });
    await refresh('/v1/tests', '/v1/home');
    close();
  };
  return (
    <Drawer close={close} subtitle="A change makes a new version, and judges the records at once." title="Change the settings">
      <Form send={save}>
        {settings.map((one) => (
          <Field
            defaultValue={one.sla === null ? String(one.value) : ''}
            hint={<Hint nameOf={nameOf} setting={one} />}
            inputMode={one.kind === 'date' ? 'text' : 'decimal'}
            key={one.name}
            label={question(one)}
            name={`settings/${one.name}`}
            placeholder={words(one, one.sla === null ? one.default : one.value)}
          />
        ))}
        <TextField hint="Stands in the history of versions. May be left empty." label="Why" name="reason" />
        <FormFoot close={close} text="Save" />
      </Form>
    </Drawer>
  );
}

/** The settings of a built-in test, what they follow, and for those who may, a way to change them. */
export function TestSettings({ settings, test }: { settings: Setting[]; test: Test }) {
  const can = useCan();
  const [query, change] = useQueryState();
  const { nameOf } = useSLAs();
  return (
    <>
      <dl className="grid gap-2 text-sm">
        {settings.map((one) => (
          <div className="grid gap-0.5" key={one.name}>
            <dt className="text-soft">{question(one)}</dt>
            <dd>
              <span className="font-medium">{words(one, one.value)}</span>
              {one.sla !== null && (
                <span className="text-soft">
                  , by the SLA <PlaceLink href="/deadlines?tab=categories">{nameOf(one.sla)}</PlaceLink>
                </span>
              )}
              {one.sla === null && one.value !== one.default && <span className="text-soft">, by default {words(one, one.default)}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {can('write tests') && (
        <button className="justify-self-start text-accent text-sm hover:underline" data-no-print onClick={() => change({ settings: '1' })} type="button">
          Change the settings
        </button>
      )}
      {query.get('settings') === '1' && can('write tests') && <SettingsDrawer close={() => change({ settings: '' })} settings={settings} test={test} />}
    </>
  );
}
