// SPDX-License-Identifier: Apache-2.0

import type { Guide, GuideStep } from './guide';

const address = (label: string, token: string): GuideStep['picture'] => () => ({
  lines: [
    { kind: 'field', label, mark: 2, value: 'https://…/scim/v2/…' },
    { kind: 'field', label: token, mark: 3, value: 'mst_…' },
    { kind: 'button', label: 'Test connection', mark: 4 },
  ],
  where: ['The application', 'Provisioning'],
});

const mapping: GuideStep = { key: 'mapping', optional: true, title: 'Give groups a role', todo: ['Skip this where an attribute carries the role. Otherwise put groups and their roles in order: the first that somebody is in decides.'] };
const attribute: GuideStep = { key: 'attribute', note: 'At least one Admin must be among those who arrived: ask the simulator for one first. The last Admin who can sign in stays in any case.', optional: true, title: 'Name the attribute here', todo: ['Enter the name of the attribute as it arrives. From then on, roles are what the provider says.'] };
const tested: GuideStep = { key: 'tested', title: 'Test the connection', todo: ['Let the provider test its connection once more.', 'Run the self-test here. With both, the directory is *Active* and all is set up.'] };
const assigned: GuideStep = { key: 'assigned', title: 'Assign people', todo: ['Assign people, or groups of people, to the application, each with a role. Begin with an Admin.'] };
const groups: GuideStep = { key: 'groups', optional: true, title: 'Push groups', todo: ['Let the provider push the groups that shall be groups of people here.'] };

/** Whatever speaks SCIM 2.0. */
export const generic: Guide = [
  {
    key: 'credentials',
    picture: address('SCIM 2.0 base URL', 'Bearer token'),
    title: 'Enter the address and the token, and test them',
    todo: ['Find where the provider asks for its SCIM 2.0 connection.', 'Paste the base URL from below.', 'Paste the bearer token, without `Bearer` before it.', 'Let the provider test them, and save.'],
  },
  { key: 'provisioning', title: 'Switch on creating, updating and deactivating', todo: ['Switch on that the provider creates, updates and deactivates users. Ticked when it writes for the first time.'] },
  {
    key: 'custom',
    optional: true,
    title: 'Send an attribute that carries the role',
    todo: ['Before anybody is assigned, let the provider send an attribute of users whose value is a role: its id, its slug or its name.', 'At the top level of the user, or in an extension.'],
    values: [['Name, such as', 'muster_roles']],
  },
  assigned,
  groups,
  attribute,
  mapping,
  tested,
];

/** JumpCloud, by a custom application with identity management. */
export const jumpcloud: Guide = [
  {
    key: 'application',
    picture: () => ({
      lines: [
        { kind: 'button', label: '+ Add New Application', mark: 1 },
        { kind: 'tick', label: 'Custom Application', mark: 2 },
        { kind: 'tick', label: 'Manage users and groups (identity management)', mark: 2 },
        { kind: 'field', label: 'Display label', mark: 3, value: 'Muster' },
      ],
      where: ['SSO Applications'],
    }),
    title: 'Add the application in JumpCloud',
    todo: ['Open *SSO Applications* → *+ Add New Application*.', 'Choose *Custom Application*, with identity management.', 'Name it, such as `Muster`, and save.'],
  },
  {
    key: 'credentials',
    picture: () => ({
      lines: [
        { kind: 'field', label: 'API type', mark: 1, value: 'SCIM API' },
        { kind: 'field', label: 'SCIM Version', mark: 1, value: 'SCIM 2.0' },
        { kind: 'field', label: 'Base URL', mark: 2, value: 'https://…/scim/v2/…' },
        { kind: 'field', label: 'Token Key', mark: 3, value: 'mst_…' },
        { kind: 'field', label: 'Test User Email', mark: 4, value: 'test@example.com' },
        { kind: 'button', label: 'Test Connection', mark: 4 },
        { kind: 'button', label: 'Activate', mark: 5 },
      ],
      where: ['SSO Applications', 'Muster', 'Identity Management'],
    }),
    title: 'Enter the address and the token, and test them',
    todo: ['Open *Identity Management*, and choose *SCIM 2.0*.', 'Paste the *Base URL* from below.', 'Paste the *Token Key*.', '*Test Connection*, with an e-mail that nobody has here.', '*Activate*, and save.'],
  },
  { key: 'provisioning', title: 'Creating, updating and deactivating', todo: ['Nothing to switch on: JumpCloud writes as soon as identity management is active and a user group is bound to the application.'] },
  {
    key: 'custom',
    optional: true,
    picture: ({ roles }) => ({
      lines: [
        { kind: 'row', label: 'muster_roles', mark: 1, value: 'custom attribute' },
        ...roles.slice(0, 2).map((role) => ({ kind: 'row' as const, label: role.name, mark: 2, value: role.id })),
      ],
      where: ['SSO Applications', 'Muster', 'Attribute Mapping'],
    }),
    title: 'Send an attribute that carries the role',
    todo: ['Under *Identity Management* → *Attribute Mapping*, send a custom attribute under the name below.', 'Its value for each user is the id of a role from the list.'],
    values: [['Name', 'muster_roles']],
  },
  { ...assigned, todo: ['Under *User Groups*, bind the groups whose members shall come. Begin with one that has an Admin in it.'] },
  { ...groups, todo: ['Enable management of user groups in the application’s identity management.'] },
  attribute,
  mapping,
  tested,
];

/** OneLogin, by its SCIM provisioner. */
export const onelogin: Guide = [
  {
    key: 'application',
    picture: () => ({
      lines: [
        { kind: 'button', label: 'Add App', mark: 1 },
        { kind: 'field', label: 'Find applications', mark: 2, value: 'SCIM Provisioner with SAML (SCIM v2 Ent…' },
        { kind: 'button', label: 'Save', mark: 2 },
      ],
      where: ['Applications', 'Applications'],
    }),
    title: 'Add the application in OneLogin',
    todo: ['Open *Applications* → *Add App*.', 'Look for the application below, and *Save*.'],
    values: [['Application', 'SCIM Provisioner with SAML (SCIM v2 Enterprise)']],
  },
  {
    key: 'credentials',
    picture: () => ({
      lines: [
        { kind: 'field', label: 'SCIM Base URL', mark: 1, value: 'https://…/scim/v2/…' },
        { kind: 'field', label: 'SCIM Bearer Token', mark: 2, value: 'mst_…' },
        { kind: 'button', label: 'API Status: Enable', mark: 3 },
      ],
      where: ['Applications', 'Muster', 'Configuration'],
    }),
    title: 'Enter the address and the token, and switch the API on',
    todo: ['Open *Configuration*, and paste the *SCIM Base URL* from below.', 'Paste the *SCIM Bearer Token*.', 'Under *API Connection*, *Enable*. It turns green.'],
  },
  {
    key: 'provisioning',
    picture: () => ({
      lines: [
        { kind: 'tick', label: 'Enable provisioning', mark: 1 },
        { kind: 'tick', label: 'Create user', off: true, mark: 2 },
        { kind: 'tick', label: 'Delete user', off: true, mark: 2 },
        { kind: 'field', label: 'When users are deleted in OneLogin', mark: 3, value: 'Suspend' },
      ],
      where: ['Applications', 'Muster', 'Provisioning'],
    }),
    title: 'Switch on provisioning',
    todo: ['Tick *Enable provisioning*.', 'Choose what needs an administrator’s approval first: none, for what shall happen by itself.', 'A user who is deleted in OneLogin: *Suspend*.'],
  },
  {
    key: 'custom',
    optional: true,
    picture: ({ roles }) => ({
      lines: [
        { kind: 'row', label: 'muster_roles', mark: 1, value: 'Include in User Provisioning' },
        { kind: 'field', label: 'Value', mark: 2, value: roles[0]?.id ?? '' },
        { kind: 'field', label: 'SCIM JSON Template', mark: 3, value: '"muster_roles": "{$parameters.muster_roles}"' },
      ],
      where: ['Applications', 'Muster', 'Parameters'],
    }),
    title: 'Send an attribute that carries the role',
    todo: ['Under *Parameters*, add a field under the name below, with *Include in User Provisioning*.', 'Its value is the id of a role from the list.', 'Under *Configuration* → *SCIM JSON Template*, put the line below at the top level of the user.'],
    values: [
      ['Name', 'muster_roles'],
      ['Line of the template', '"muster_roles": "{$parameters.muster_roles}"'],
    ],
  },
  { ...assigned, todo: ['Under *Users*, give people the application, by a role or one by one. Begin with an Admin.'] },
  { ...groups, todo: ['Under *Parameters* → *Groups*, include groups in user provisioning. Rules then decide who is in which.'] },
  attribute,
  mapping,
  tested,
];

/** Google Workspace, which sends SCIM only to applications that Google offers. */
export const google: Guide = generic.map((step) =>
  step.key === 'credentials'
    ? {
        ...step,
        note: 'Google Workspace itself sends SCIM only to applications that Google offers, not to this server. A tool that reads Google’s directory and speaks SCIM 2.0 brings its people here.',
        todo: ['Choose a tool that reads Google’s directory and provisions by SCIM 2.0.', 'Give it the base URL from below.', 'Give it the bearer token.', 'Let it test the connection, and save.'],
      }
    : step,
);
