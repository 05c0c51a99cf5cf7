// SPDX-License-Identifier: Apache-2.0

import type { Schema } from '../lib/api';
import { Field } from './Form';

type Person = Schema<'Person'>;
type Source = Schema<'PersonInfoSource'>;

const elsewhere = (source: Source | undefined) => source !== undefined && source.type !== 'VANTA';

/** Why a field cannot be changed here; undefined where it can. */
export function lockOf(source: Source | undefined): string | undefined {
  if (!elsewhere(source)) return undefined;
  return source?.type === 'SCIM' ? 'Comes from the identity provider: change it there.' : 'Comes from an integration: change it there.';
}

/** What is known of a person, to be typed. What comes from elsewhere says so and is locked. */
export function PersonFields({ person }: { person?: Person }) {
  const sources = person?.sources;
  const email = lockOf(sources?.emailAddress);
  const start = lockOf(sources?.employment.startDate);
  const end = lockOf(sources?.employment.endDate);
  return (
    <>
      <Field autoComplete="off" data-missing="A person is known by an e-mail." defaultValue={person?.emailAddress} disabled={email !== undefined} hint={email} label="E-mail" name="emailAddress" required={email === undefined} type="email" />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field autoComplete="off" defaultValue={person?.name.first ?? ''} label="First name" name="name/first" />
        <Field autoComplete="off" defaultValue={person?.name.last ?? ''} label="Last name" name="name/last" />
      </div>
      <Field autoComplete="off" defaultValue={person?.employment.jobTitle ?? ''} label="Job title" name="employment/jobTitle" />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field defaultValue={person?.employment.startDate.slice(0, 10)} disabled={start !== undefined} hint={start} label="First day" name="employment/startDate" type="date" />
        <Field defaultValue={person?.employment.endDate?.slice(0, 10)} disabled={end !== undefined} hint={end ?? 'From this day on they have left.'} label="Left on" name="employment/endDate" type="date" />
      </div>
    </>
  );
}

const day = (value: string) => (value === '' ? null : `${value}T00:00:00Z`);

/** What a form says that is not so yet, as the API wants it. */
export function personOf(values: Record<string, string>, before?: Person): Schema<'PersonForm'> {
  const was: Record<string, string> = {
    'employment/endDate': before?.employment.endDate?.slice(0, 10) ?? '',
    'employment/jobTitle': before?.employment.jobTitle ?? '',
    'employment/startDate': before?.employment.startDate.slice(0, 10) ?? '',
    emailAddress: before?.emailAddress ?? '',
    'name/first': before?.name.first ?? '',
    'name/last': before?.name.last ?? '',
  };
  const is = (name: string) => (values[name] === undefined || values[name] === was[name] ? undefined : values[name]);
  const text = (name: string) => (is(name) === '' ? null : is(name));
  const date = (name: string) => {
    const value = is(name);
    return value === undefined ? undefined : day(value);
  };
  const name = { first: text('name/first'), last: text('name/last') };
  const employment = { endDate: date('employment/endDate'), jobTitle: text('employment/jobTitle'), startDate: date('employment/startDate') };
  const some = (part: object) => Object.values(part).some((value) => value !== undefined);
  return { emailAddress: is('emailAddress'), employment: some(employment) ? employment : undefined, name: some(name) ? name : undefined };
}
