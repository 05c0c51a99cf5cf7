// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { useReach } from '../lib/places';

/** A link to a page, where there is one and the user may see it; otherwise the words alone. */
export function PlaceLink({ href, children }: { children: ReactNode; href: string }) {
  const reaches = useReach();
  if (!reaches(href)) return children;
  return (
    <Link className="text-accent underline decoration-line-strong underline-offset-2 hover:decoration-current" href={href}>
      {children}
    </Link>
  );
}
