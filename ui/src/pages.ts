// SPDX-License-Identifier: Apache-2.0

// The one list of pages. A page with a nav stands in the navigation, in this order;
// Ctrl-K finds it too. A page is loaded when it is opened.

import { BadgeCheck, Bell, Boxes, Bug, Building2, Cable, CircleSlash2, ClipboardCheck, Crosshair, FileText, FlaskConical, History, House, KeyRound, Laptop, ListTodo, LockKeyhole, type LucideIcon, Plug, Scale, ScrollText, Server, ShieldCheck, SquareCode, Timer, UserCog, UsersRound, Webhook } from 'lucide-react';

import { type LazyPage, lazy } from './lib/lazy';
import type { Permission } from './lib/session';

/** The groups of the navigation, in order. */
export type Group = '' | 'Evidence' | 'Program' | 'Connections' | 'Settings';

/** A page: its route, its code, who may see it, and where it stands in the navigation. */
export type Entry = {
  Page: LazyPage;
  key?: string; // entries of one key are one page at several addresses, which keeps its state between them
  also?: { href: string; label: string; words: string }[]; // places in the page that Ctrl-K finds, by words that do not stand in their label too
  nav?: { group: Group; Icon: LucideIcon; label: string };
  needs?: Permission;
  open?: true; // who is not signed in sees the page too, without the shell
  owners?: boolean; // who may own objects sees the page too, with what is theirs
  path: string;
};

const Api = lazy(() => import('./pages/docs.api'));

/** Pages behind the sign-in. */
export const pages: Entry[] = [
  { path: '/', Page: lazy(() => import('./pages/home')), nav: { group: '', Icon: House, label: 'Home' } },
  { path: '/my-work', Page: lazy(() => import('./pages/my-work')), nav: { group: '', Icon: ListTodo, label: 'My work' }, needs: "use an account of one's own" },
  { path: '/tests', Page: lazy(() => import('./pages/tests')), nav: { group: 'Evidence', Icon: FlaskConical, label: 'Tests' }, needs: 'read tests' },
  { path: '/tests/new', Page: lazy(() => import('./pages/tests.new')), needs: 'write tests' },
  { path: '/tests/:testId', Page: lazy(() => import('./pages/tests.id')), needs: 'read tests' },
  { path: '/tests/:testId/version', Page: lazy(() => import('./pages/tests.id.version')), needs: 'write tests' },
  { path: '/resources', Page: lazy(() => import('./pages/resources')), nav: { group: 'Evidence', Icon: Boxes, label: 'Resources' }, needs: 'read applications and definitions' },
  { path: '/resources/:resourceId', Page: lazy(() => import('./pages/resources.id')), needs: 'read applications and definitions' },
  { path: '/documents', Page: lazy(() => import('./pages/documents')), nav: { group: 'Evidence', Icon: FileText, label: 'Documents' }, needs: 'list documents', owners: true },
  { path: '/documents/:documentId', Page: lazy(() => import('./pages/documents.id')), needs: 'read documents', owners: true },
  { path: '/controls', Page: lazy(() => import('./pages/controls')), nav: { group: 'Program', Icon: ShieldCheck, label: 'Controls' }, needs: 'read controls and frameworks' },
  { path: '/controls/:controlId', Page: lazy(() => import('./pages/controls.id')), needs: 'read controls and frameworks' },
  { path: '/frameworks', Page: lazy(() => import('./pages/frameworks')), nav: { group: 'Program', Icon: Scale, label: 'Frameworks' }, needs: 'read controls and frameworks' },
  { path: '/frameworks/:frameworkId', Page: lazy(() => import('./pages/frameworks.id')), needs: 'read controls and frameworks' },
  { path: '/frameworks/:frameworkId/requirements/:requirementId', Page: lazy(() => import('./pages/frameworks.id.requirements.id')), needs: 'read controls and frameworks' },
  { path: '/policies', Page: lazy(() => import('./pages/policies')), nav: { group: 'Program', Icon: ScrollText, label: 'Policies' }, needs: "use an account of one's own" },
  { path: '/policies/:policyId', Page: lazy(() => import('./pages/policies.id')), needs: "use an account of one's own" },
  { path: '/access', Page: lazy(() => import('./pages/access')), nav: { group: 'Program', Icon: KeyRound, label: 'Access' }, needs: 'read accounts' },
  { path: '/access-reviews', Page: lazy(() => import('./pages/access-reviews')), nav: { group: 'Program', Icon: ClipboardCheck, label: 'Access reviews' }, needs: 'read access reviews', owners: true },
  { path: '/access-reviews/:reviewId', Page: lazy(() => import('./pages/access-reviews.id')), needs: 'read access reviews', owners: true },
  { path: '/people', Page: lazy(() => import('./pages/people')), nav: { group: 'Program', Icon: UsersRound, label: 'People' }, needs: 'read people' },
  { path: '/computers', Page: lazy(() => import('./pages/computers')), nav: { group: 'Program', Icon: Laptop, label: 'Computers' }, needs: 'read computers' },
  { path: '/vulnerabilities', Page: lazy(() => import('./pages/vulnerabilities')), nav: { group: 'Program', Icon: Bug, label: 'Vulnerabilities' }, needs: 'read vulnerabilities' },
  { path: '/exceptions', Page: lazy(() => import('./pages/exceptions')), nav: { group: 'Program', Icon: CircleSlash2, label: 'Exceptions' }, needs: 'read tests' },
  { path: '/deadlines', Page: lazy(() => import('./pages/deadlines')), nav: { group: 'Program', Icon: Timer, label: 'Deadlines' }, needs: 'read tests' },
  { path: '/scopes', Page: lazy(() => import('./pages/scopes')), nav: { group: 'Program', Icon: Crosshair, label: 'Scopes' }, needs: 'read controls and frameworks' },
  { path: '/scopes/:scopeId', Page: lazy(() => import('./pages/scopes.id')), needs: 'read controls and frameworks' },
  { path: '/integrations', Page: lazy(() => import('./pages/integrations')), nav: { group: 'Connections', Icon: Plug, label: 'Integrations' }, needs: 'read applications and definitions' },
  { path: '/integrations/:applicationId', Page: lazy(() => import('./pages/integrations.id')), needs: 'read applications and definitions' },
  { path: '/docs/api', Page: Api, key: 'api', nav: { group: 'Connections', Icon: SquareCode, label: 'API' }, open: true },
  { path: '/docs/api/:operation', Page: Api, key: 'api', open: true },
  { path: '/settings/members', Page: lazy(() => import('./pages/settings.members')), nav: { group: 'Settings', Icon: UserCog, label: 'Members' }, needs: 'read users and roles' },
  { path: '/settings/security', Page: lazy(() => import('./pages/settings.security')), also: [{ href: '/settings/security?tab=provisioning', label: 'User provisioning', words: 'SCIM directory Okta Entra JumpCloud OneLogin Google' }], nav: { group: 'Settings', Icon: LockKeyhole, label: 'Login and security' }, needs: 'read settings' },
  { path: '/settings/roles', Page: lazy(() => import('./pages/settings.roles')), nav: { group: 'Settings', Icon: BadgeCheck, label: 'Roles' }, needs: 'read users and roles' },
  { path: '/settings/notifications', Page: lazy(() => import('./pages/settings.notifications')), nav: { group: 'Settings', Icon: Bell, label: 'Notifications' }, needs: "use an account of one's own" },
  { path: '/settings/workspaces', Page: lazy(() => import('./pages/settings.workspaces')), nav: { group: 'Settings', Icon: Building2, label: 'Workspaces' }, needs: 'manage workspaces' },
  { path: '/settings/webhooks', Page: lazy(() => import('./pages/settings.webhooks')), nav: { group: 'Settings', Icon: Webhook, label: 'Webhooks' }, needs: 'read settings' },
  { path: '/settings/webhooks/:webhookId', Page: lazy(() => import('./pages/settings.webhooks.id')), needs: 'read settings' },
  { path: '/settings/streams', Page: lazy(() => import('./pages/settings.streams')), nav: { group: 'Settings', Icon: Cable, label: 'Streams' }, needs: 'read settings' },
  { path: '/settings/system', Page: lazy(() => import('./pages/settings.system')), nav: { group: 'Settings', Icon: Server, label: 'System' }, needs: 'manage workspaces' },
  { path: '/settings/provisioning/:directoryId', Page: lazy(() => import('./pages/settings.provisioning.id')), needs: 'read settings' },
  { path: '/audit', Page: lazy(() => import('./pages/audit')), nav: { group: 'Settings', Icon: History, label: 'Audit trail' }, needs: 'read the audit trail' },
];

/** Pages before the sign-in, without the shell. */
export const doors: Pick<Entry, 'Page' | 'path'>[] = [
  { path: '/setup', Page: lazy(() => import('./pages/setup')) },
  { path: '/sign-in', Page: lazy(() => import('./pages/sign-in')) },
];

if (import.meta.env.DEV) doors.push({ path: '/dev/components', Page: lazy(() => import('./pages/dev.components')) });
