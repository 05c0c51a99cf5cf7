// SPDX-License-Identifier: Apache-2.0

import type { Guide } from './guide';

const app = ['Applications', 'Muster'];
const tabs = ['Provisioning', 'Assignments', 'Push Groups'];

/** Okta, by the SCIM 2.0 Test App of its catalogue. */
export const okta: Guide = [
  {
    key: 'application',
    note: 'An application that you have for single sign-on can be used too: *General* → *App Settings* → *Edit* → *Provisioning* → *SCIM* gives it the tab *Provisioning*. But it cannot push groups.',
    picture: () => ({
      lines: [
        { kind: 'field', label: 'Search', mark: 2, value: 'SCIM 2.0 Test App (OAuth Bearer Token)' },
        { kind: 'row', label: 'SCIM 2.0 Test App (OAuth Bearer Token)' },
        { kind: 'button', label: 'Add Integration', mark: 2 },
        { kind: 'field', label: 'Application label', mark: 3, value: 'Muster' },
        { kind: 'button', label: 'Done', mark: 3 },
      ],
      where: ['Applications', 'Browse App Catalog'],
    }),
    title: 'Add the application in Okta',
    todo: ['In Okta’s Admin Console, open *Applications* → *Applications* → *Browse App Catalog*.', 'Look for the application below, and choose *Add Integration*.', 'Name it, such as `Muster`, and go on as it is proposed until *Done*.'],
    values: [['Application', 'SCIM 2.0 Test App (OAuth Bearer Token)']],
  },
  {
    key: 'credentials',
    picture: () => ({
      lines: [
        { kind: 'tick', label: 'Enable API integration', mark: 1 },
        { kind: 'field', label: 'SCIM 2.0 Base Url', mark: 2, value: 'https://…/scim/v2/…' },
        { kind: 'field', label: 'OAuth Bearer Token', mark: 3, value: 'mst_…' },
        { kind: 'button', label: 'Test API Credentials', mark: 4 },
        { kind: 'button', label: 'Save', mark: 4 },
      ],
      tabs,
      where: [...app, 'Provisioning', 'Integration'],
    }),
    title: 'Enter the address and the token, and test them',
    todo: [
      'Open *Provisioning* → *Configure API Integration*, and tick *Enable API integration*.',
      'Paste the *SCIM 2.0 Base Url* from below, without a slash at its end.',
      'Paste the *OAuth Bearer Token*, without `Bearer` before it and without blanks.',
      'Choose *Test API Credentials*. When Okta says that the app was verified, *Save*.',
    ],
  },
  {
    key: 'provisioning',
    note: 'Okta writes for the first time when somebody is assigned, so this step is ticked then.',
    picture: () => ({
      lines: [
        { kind: 'tick', label: 'Create Users', mark: 2 },
        { kind: 'tick', label: 'Update User Attributes', mark: 2 },
        { kind: 'tick', label: 'Deactivate Users', mark: 2 },
        { kind: 'tick', label: 'Sync Password', off: true },
        { kind: 'button', label: 'Save', mark: 3 },
      ],
      tabs,
      where: [...app, 'Provisioning', 'To App'],
    }),
    title: 'Switch on creating, updating and deactivating',
    todo: ['Open *Provisioning* → *To App* → *Edit*.', 'Enable *Create Users*, *Update User Attributes* and *Deactivate Users*. Leave *Sync Password* off: no password is taken here.', 'Choose *Save*.'],
  },
  {
    key: 'custom',
    note: 'Before anybody is assigned: whoever comes without the attribute gets the default role. With Okta Identity Governance, Okta finds the roles by itself: then there is nothing to add here, and the attribute is called roles.',
    optional: true,
    picture: ({ roles }) => ({
      lines: [
        { kind: 'field', label: 'Data type', mark: 2, value: 'string' },
        { kind: 'field', label: 'Variable name', mark: 2, value: 'muster_roles' },
        { kind: 'field', label: 'External name', mark: 2, value: 'muster_roles' },
        { kind: 'field', label: 'External namespace', mark: 3, value: 'urn:ietf:params:scim:schemas:core:2.0:User' },
        { kind: 'tick', label: 'Define enumerated list of values', mark: 4 },
        ...roles.slice(0, 3).map((role) => ({ kind: 'row' as const, label: role.name, mark: 4, value: role.id })),
        { kind: 'field', label: 'Attribute type', mark: 5, value: 'Group' },
      ],
      where: ['Directory', 'Profile Editor', 'Muster User', 'Add Attribute'],
    }),
    title: 'Add the attribute that carries the role',
    todo: [
      'Open *Directory* → *Profile Editor* → the application’s user → *+ Add Attribute*.',
      'Data type *string*; any display name; variable name and external name as below.',
      'External namespace as below: without it Okta never sends the attribute.',
      'Tick *Define enumerated list of values*: the role’s name as display name, its id as value. Only roles that Okta shall grant, but keep Admin, or nobody from Okta can stay or become one.',
      'Attribute type *Group* (suggested: the role comes with the group’s assignment), or *Personal*. Then *Save*.',
    ],
    values: [
      ['Variable name and external name', 'muster_roles'],
      ['External namespace', 'urn:ietf:params:scim:schemas:core:2.0:User'],
    ],
  },
  {
    key: 'assigned',
    picture: () => ({
      lines: [
        { kind: 'button', label: 'Assign to Groups', mark: 1 },
        { kind: 'row', label: '1  Security', mark: 3, value: 'Admin' },
        { kind: 'row', label: '2  Engineering', mark: 3, value: 'Editor' },
        { kind: 'row', label: '3  Everyone', mark: 3, value: 'Employee' },
      ],
      tabs: ['Provisioning', 'Assignments', 'Push Groups'],
      where: [...app, 'Assignments'],
    }),
    title: 'Assign people',
    todo: [
      'Open *Assignments* → *Assign* → *Assign to Groups*, or *to People*. Begin with a group that has an Admin in it.',
      'Choose the role of each group.',
      'Drag the groups so that the most privileged has priority 1 and Employee comes last: for somebody in several, the first decides.',
    ],
  },
  {
    key: 'groups',
    note: 'No tab *Push Groups*? Then the application is one for single sign-on, which cannot push groups: leave this step out and let the attribute carry the role, or begin again with the application of step 1. Okta sends only members who are assigned. Use other groups for pushing than for assigning, and push after the people have arrived.',
    optional: true,
    picture: () => ({
      lines: [
        { kind: 'button', label: '+ Push Groups', mark: 1 },
        { kind: 'field', label: 'Find groups by name', mark: 1, value: 'Engineering' },
        { kind: 'button', label: 'Save', mark: 2 },
        { kind: 'row', label: 'Engineering', value: 'Active' },
      ],
      tabs: ['Provisioning', 'Assignments', 'Push Groups'],
      where: [...app, 'Push Groups'],
    }),
    title: 'Push groups',
    todo: ['Open *Push Groups* → *+ Push Groups* → *Find groups by name*, and choose one.', 'Choose *Save*, for each that shall be a group of people here. Okta shows *Active* beside it.'],
  },
  { key: 'attribute', note: 'At least one Admin must be among those who arrived: ask the simulator for one first. The last Admin who can sign in stays in any case.', optional: true, title: 'Name the attribute here', todo: ['Enter the external name of the attribute as the *Directory Provider Value*. From then on, roles are what Okta says.'] },
  { key: 'mapping', optional: true, title: 'Give groups a role', todo: ['Skip this where the attribute carries the role. Otherwise put pushed groups and their roles in order: the first that somebody is in decides.'] },
  { key: 'tested', title: 'Test the connection', todo: ['Choose *Test API Credentials* in Okta once more.', 'Run the self-test here. With both, the directory is *Active* and all is set up.'] },
];
