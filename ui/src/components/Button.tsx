// SPDX-License-Identifier: Apache-2.0

import type { ButtonHTMLAttributes } from 'react';

/** How a button looks. A page has at most one that is primary. */
export type Look = 'danger' | 'plain' | 'primary' | 'quiet';

const looks: Record<Look, string> = {
  danger: 'border-transparent bg-[light-dark(#c0322c,#b23a34)] text-on-accent hover:bg-[light-dark(#a52a25,#9f332e)]',
  plain: 'border-line-strong bg-panel text-text hover:bg-hover',
  primary: 'border-transparent bg-accent-fill text-on-accent hover:opacity-90',
  quiet: 'border-transparent text-soft hover:bg-hover hover:text-text',
};

/** The classes of a button, for links that look like one. */
export const buttonClass = (look: Look = 'plain', shape: 'square' | 'text' | 'wide' = 'text') =>
  `inline-flex h-8 items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium text-sm transition-colors select-none aria-disabled:opacity-60 disabled:opacity-60 ${looks[look]} ${{ square: 'w-8', text: 'px-3', wide: 'w-full px-3' }[shape]}`;

/** A button. busy keeps it from being pressed again without taking the focus from it. */
export function Button({ look = 'plain', busy = false, shape = 'text', className = '', onClick, type = 'button', ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { busy?: boolean; look?: Look; shape?: 'square' | 'text' | 'wide' }) {
  return (
    <button
      aria-disabled={busy || undefined}
      className={`${buttonClass(look, shape)} ${className}`}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      type={type}
      {...rest}
    />
  );
}
