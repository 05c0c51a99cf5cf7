// SPDX-License-Identifier: Apache-2.0

import { Link } from 'wouter';

import { buttonClass } from './Button';
import { Page } from './Page';

/** What stands at an address that is nothing, or nothing for this user: the two look alike. */
export function NotFound() {
  return (
    <Page title="There is nothing here" wide={false}>
      <p className="text-soft">The address is wrong, what stood here is gone, or your role does not show it.</p>
      <p>
        <Link className={buttonClass()} href="/">
          Go home
        </Link>
      </p>
    </Page>
  );
}
