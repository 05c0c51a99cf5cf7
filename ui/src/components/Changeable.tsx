// SPDX-License-Identifier: Apache-2.0

import { ChevronDown } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

/** A fact that opens something to change it. */
export function Changeable({ children, label, ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { children: ReactNode; label: string }) {
  return (
    <button className="-mx-1.5 inline-flex max-w-full items-center gap-1 rounded-md px-1.5 text-left hover:bg-hover" type="button" {...rest}>
      <span className="sr-only">{label}: </span>
      <span className="truncate">{children}</span>
      <ChevronDown aria-hidden className="size-3.5 shrink-0 text-faint print:hidden" />
    </button>
  );
}
