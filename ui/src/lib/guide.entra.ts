// SPDX-License-Identifier: Apache-2.0

import type { Guide } from './guide';

const app = ['Enterprise applications', 'Muster'];

/** Microsoft Entra ID, by an enterprise application of one's own. */
export const entra: Guide = [
  {
    key: 'application',
    picture: () => ({
      lines: [
        { kind: 'button', label: 'Create your own application', mark: 1 },
        { kind: 'field', label: 'What’s the name of your app?', mark: 2, value: 'Muster' },
        { kind: 'tick', label: 'Integrate any other application (Non-gallery)', mark: 2 },
        { kind: 'button', label: 'Create', mark: 2 },
      ],
      where: ['Enterprise applications', 'New application'],
    }),
    title: 'Add the application in Entra ID',
    todo: [
      'In the Entra admin centre, open *Enterprise applications* → *New application* → *Create your own application*.',
      'Name it, such as `Muster`, choose *Integrate any other application you don’t find in the gallery (Non-gallery)*, then *Create*.',
    ],
  },
  {
    key: 'credentials',
    note: 'The address ends with ?aadOptscim062020, which makes Entra ID keep to the standard. An application that offers *OAuth2 Client Credentials Grant* gets a client in place of the token: see Settings.',
    picture: () => ({
      lines: [
        { kind: 'field', label: 'Provisioning Mode', mark: 1, value: 'Automatic' },
        { kind: 'field', label: 'Tenant URL', mark: 2, value: 'https://…/scim/v2/…/?aadOptscim062020' },
        { kind: 'field', label: 'Secret Token', mark: 3, value: 'mst_…' },
        { kind: 'button', label: 'Test Connection', mark: 4 },
        { kind: 'button', label: 'Save', mark: 4 },
      ],
      where: [...app, 'Provisioning'],
    }),
    title: 'Enter the address and the token, and test them',
    todo: [
      'Open *Provisioning*, and choose mode *Automatic* (in newer portals *New configuration*), authentication by bearer token.',
      'Paste the *Tenant URL* from below, flag included.',
      'Paste the *Secret Token*, without `Bearer` and without blanks.',
      'Choose *Test Connection*. When Entra ID says that the credentials are authorised, *Save*.',
    ],
  },
  {
    key: 'provisioning',
    note: 'Ticked when Entra ID writes for the first time, in step 5.',
    picture: () => ({
      lines: [
        { kind: 'tick', label: 'Create', mark: 1 },
        { kind: 'tick', label: 'Update', mark: 1 },
        { kind: 'tick', label: 'Delete', mark: 1 },
        { kind: 'row', label: 'userPrincipalName', mark: 2, value: 'userName' },
        { kind: 'row', label: 'Switch([IsSoftDeleted], …)', mark: 2, value: 'active' },
        { kind: 'row', label: 'mail', mark: 2, value: 'emails[type eq "work"].value' },
        { kind: 'row', label: 'objectId', mark: 3, value: 'externalId' },
      ],
      where: [...app, 'Provisioning', 'Mappings'],
    }),
    title: 'Look at the mappings',
    todo: [
      'Open *Mappings* → *Provision Microsoft Entra ID Users*: enabled, with *Create*, *Update* and *Delete*.',
      'See that userName, active and the work e-mail stand there. Without active nobody is ever deactivated.',
      'Map `objectId` to externalId: better than the default mailNickname, which can change hands.',
    ],
    values: [['Expression for active', 'Switch([IsSoftDeleted], , "False", "True", "True", "False")']],
  },
  {
    key: 'custom',
    note: 'SingleAppRoleAssignment takes one role for each user: assign nobody two. Skip this where groups shall give the roles.',
    optional: true,
    picture: ({ roles }) => ({
      lines: [
        ...roles.slice(0, 2).map((role) => ({ kind: 'row' as const, label: role.name, mark: 1, value: role.id })),
        { kind: 'field', label: 'Mapping type', mark: 2, value: 'Expression' },
        { kind: 'field', label: 'Expression', mark: 2, value: 'SingleAppRoleAssignment([appRoleAssignments])' },
        { kind: 'field', label: 'Target attribute', mark: 3, value: 'roles[primary eq "True"].value' },
      ],
      where: ['App registrations', 'Muster', 'App roles'],
    }),
    title: 'Make the roles in Entra ID',
    todo: [
      '*App registrations* → the application → *App roles* → *Create app role*, one for each role that Entra ID shall grant: the role’s name as display name, allowed member types *Users/Groups*, its id as value.',
      'Back under *Mappings* → users → *Add New Mapping*: type *Expression*, with the expression below.',
      'Target attribute as below. Then *Ok* and *Save*.',
    ],
    values: [
      ['Expression', 'SingleAppRoleAssignment([appRoleAssignments])'],
      ['Target attribute', 'roles[primary eq "True"].value'],
    ],
  },
  {
    key: 'assigned',
    note: 'The first cycle can take long; later ones come about every 40 minutes. *Provision on demand* does one user at once.',
    picture: () => ({
      lines: [
        { kind: 'field', label: 'Scope', mark: 1, value: 'Sync only assigned users and groups' },
        { kind: 'row', label: 'Ada Lovelace', mark: 2, value: 'Admin' },
        { kind: 'row', label: 'Engineering', mark: 2, value: 'Editor' },
        { kind: 'button', label: 'Provision on demand', mark: 3 },
        { kind: 'button', label: 'Start provisioning', mark: 4 },
      ],
      where: [...app, 'Users and groups'],
    }),
    title: 'Assign people, and start',
    todo: [
      '*Provisioning* → *Settings* → *Scope*: *Sync only assigned users and groups*.',
      '*Users and groups* → *Add user/group*, each with its role. Begin with an Admin.',
      '*Provision on demand* → choose the Admin → *Provision*. See in the simulator that the role is right.',
      '*Start provisioning*.',
    ],
  },
  {
    key: 'groups',
    note: 'Entra ID does not send the members of nested groups: assign the inner groups as well.',
    optional: true,
    picture: () => ({
      lines: [
        { kind: 'tick', label: 'Provision Microsoft Entra ID Groups: Enabled', mark: 1 },
        { kind: 'row', label: 'displayName', value: 'displayName' },
        { kind: 'row', label: 'objectId', value: 'externalId' },
        { kind: 'row', label: 'members', value: 'members' },
      ],
      where: [...app, 'Provisioning', 'Mappings'],
    }),
    title: 'Push groups',
    todo: ['*Mappings* → *Provision Microsoft Entra ID Groups*: enabled. Assigned groups come with the next cycle; their names must differ.'],
  },
  { key: 'attribute', note: 'At least one Admin must be among those who arrived: ask the simulator for one first. The last Admin who can sign in stays in any case.', optional: true, title: 'Name the attribute here', todo: ['Enter `roles` where app roles carry the role, or the whole name of your own target attribute. From then on, roles are what Entra ID says.'] },
  { key: 'mapping', optional: true, title: 'Give groups a role', todo: ['Skip this where app roles carry the role. Otherwise put pushed groups and their roles in order: the first that somebody is in decides.'] },
  { key: 'tested', title: 'Test the connection', todo: ['Choose *Test Connection* in Entra ID once more.', 'Run the self-test here. With both, the directory is *Active* and all is set up.'] },
];
