// SPDX-License-Identifier: Apache-2.0

import { Link } from 'wouter';

import type { Schema } from '../lib/api';
import { useReach } from '../lib/places';
import { buttonClass } from './Button';
import { NextSteps } from './NextSteps';

/** A link to a page, where there is one. */
function To({ path, search = '', children }: { children: string; path: string; search?: string }) {
  const reach = useReach();
  if (!reach(path)) return null;
  return (
    <Link className={buttonClass('primary')} href={path + search}>
      {children}
    </Link>
  );
}

/** The first steps in a workspace, ticked off by what is there. */
export function FirstSteps({ steps }: { steps: Schema<'HomeSteps'> }) {
  return (
    <NextSteps
      steps={[
        {
          action: <To path="/integrations" search="?create=1">Create an application</To>,
          children: 'An application holds the credentials that your script pushes with. Create it here, or on the command line beside the server:',
          command: 'muster admin app create --name "My integration"',
          done: steps.application,
          title: 'Create an application',
        },
        {
          action: <To path="/integrations">See what it expects</To>,
          children: 'One PUT per kind of record: user accounts, servers, anything with a schema. Always the whole set; what is left out is gone. The id stands with the resource, under Integrations.',
          command: 'muster push --resource ID servers.csv',
          done: steps.record,
          title: 'Push what your system knows',
        },
        {
          action: <To path="/tests/new">State a rule</To>,
          children: 'A rule over these records, such as active is true and memory is at least 8192. Every record is judged again with each push.',
          done: steps.test,
          title: 'State what must be true',
        },
      ]}
    />
  );
}
