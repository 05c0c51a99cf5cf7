// SPDX-License-Identifier: Apache-2.0

import { Eye, EyeOff } from 'lucide-react';
import { type InputHTMLAttributes, useState } from 'react';

import { Field } from './Form';

/** A password, which can be looked at while it is typed. */
export function PasswordField({ label = 'Password', hint, name = 'password', ...input }: { hint?: string; label?: string; name?: string } & InputHTMLAttributes<HTMLInputElement>) {
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className="relative">
      <Field hint={hint} label={label} name={name} type={shown ? 'text' : 'password'} {...input} className="h-9 w-full rounded-md border border-line-strong bg-panel pr-10 pl-2.5 hover:border-faint aria-invalid:border-fail" />
      <button aria-label="Show the password" aria-pressed={shown} className="absolute top-[26px] right-0 grid size-9 place-items-center text-soft hover:text-text" onClick={() => setShown(!shown)} type="button">
        <Icon aria-hidden className="size-4" />
      </button>
    </div>
  );
}
