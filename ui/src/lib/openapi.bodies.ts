// SPDX-License-Identifier: Apache-2.0

// What bodies need beside their required members to be taken, which the types of the
// document cannot say: by the name of the schema, or of the operation.

/** has: members as they stand; ids: members that are the reader's own ids, by the parameter that names such. */
export type BodyCase = { has?: Record<string, unknown>; ids?: Record<string, string> };

const url = 'https://hooks.slack.com/services/PASTE/YOUR/HOOK';

/** The bodies that are special. */
export const bodies: Record<string, BodyCase> = {
  ControlEdit: { has: { description: 'Only the team that runs a server can sign in to it.' } },
  ControlInput: { has: { description: 'Only the team that runs a server can sign in to it.', domain: 'CLOUD_SECURITY', effectiveDate: '2026-01-15T09:30:00.000Z', externalId: 'SRV-1', name: 'Servers belong to a team' } },
  DefinitionInput: { has: { baseType: 'CustomResource', schema: { properties: { active: { type: 'boolean' } } } } },
  DirectoryInput: { has: { provider: 'okta' } },
  DirectoryPatch: { has: { name: 'Staff' } },
  ExceptionInput: { has: { until: '2030-01-15T09:30:00.000Z' }, ids: { record: 'entityId', test: 'testId' } },
  FrameworkScope: { ids: { scope: 'scopeId' } },
  IdUpdate: { ids: { id: 'personId' } },
  NotificationChannelChange: { has: { enabled: true } },
  NotificationChannelInput: { has: { url } },
  NotificationSettingsChange: { has: { windowSeconds: 300 } },
  NotificationURL: { has: { url } },
  ReviewForm: { has: { dueDate: '2030-01-15T09:30:00.000Z', name: 'Accounts, first quarter' } },
  putMapping: { has: { as: 'computer', values: { operatingSystem: 'linux' } } },
  RoleChange: { has: { name: 'Reviewer' } },
  RoleInput: { has: { areas: { tests: 'view' }, name: 'Reviewer' } },
  SLAInput: { has: { deadline: { days: 30 } } },
  SSOProviderInput: { has: { kind: 'oidc', name: 'Staff', oidc: { clientId: 'CLIENT_ID', clientSecret: 'PASTE_THE_CLIENT_SECRET', issuer: 'https://login.example.com' } } },
  TestChange: { has: { category: 'IT' } },
  TestInput: { has: { description: 'Every record has a name.', passWhen: { all: [{ field: 'displayName', op: 'exists' }] }, remediation: 'Give the record a name.' }, ids: { resource: 'resourceId' } },
  UserChange: { has: { name: 'Jane Doe' } },
  UserInput: { has: { role: 'view-only-admin' } },
};
