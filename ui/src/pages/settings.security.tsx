// SPDX-License-Identifier: Apache-2.0

import { Link } from 'wouter';

import { Section } from '../components/ApplicationCredentials';
import { buttonClass } from '../components/Button';
import { DirectoryList } from '../components/DirectoryList';
import { ErrorNote } from '../components/ErrorNote';
import { OwnSessions } from '../components/OwnSessions';
import { Page } from '../components/Page';
import { RoleTable } from '../components/RoleTable';
import { SignInSettings } from '../components/SignInSettings';
import { SsoList } from '../components/SsoList';
import { type Tab, Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { usePages } from '../lib/api';
import { useCan } from '../lib/session';

/** The names and ids that the list of values at an identity provider wants. */
function Roles() {
  const list = usePages('/v1/roles');
  return (
    <Section actions={<Link className={buttonClass()} href="/settings/roles">All roles, and your own</Link>} lead="What an identity provider sends to give somebody a role. Name the value as the role, and let it be the id; slug and name are taken as well." title="Roles">
      <ErrorNote error={list.error} />
      {list.rows.length > 0 && <RoleTable roles={list.rows} />}
    </Section>
  );
}

/** /settings/security: ?tab= which part, ?connect=1 the form for another directory, ?sso= whose drawer is open. */
export default function Security() {
  const [query, change] = useQueryState();
  const can = useCan();
  const tabs: Tab[] = [
    { key: 'sign-in', label: 'Sign-in' },
    { key: 'sso', label: 'Single sign-on' },
    { key: 'provisioning', label: 'User provisioning' },
    ...(can('read users and roles') ? [{ key: 'roles', label: 'Roles' }] : []),
    { key: 'sessions', label: 'Your sessions' },
  ];
  const tab = tabs.find(({ key }) => key === query.get('tab'))?.key ?? tabs[0]?.key ?? '';
  return (
    <Page title="Login and security">
      <Tabs change={(key) => change({ connect: '', sso: '', tab: key === tabs[0]?.key ? '' : key })} tabs={tabs} value={tab}>
        <div className="max-w-4xl pt-5">
          {tab === 'sign-in' && <SignInSettings />}
          {tab === 'sso' && <SsoList />}
          {tab === 'sessions' && <OwnSessions />}
          {tab === 'provisioning' && <DirectoryList />}
          {tab === 'roles' && <Roles />}
        </div>
      </Tabs>
    </Page>
  );
}
