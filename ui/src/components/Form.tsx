// SPDX-License-Identifier: Apache-2.0

import { type FormHTMLAttributes, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, createContext, useContext, useEffect, useId, useRef, useState } from 'react';

import { Refusal, explain, sentence } from '../lib/api';
import { ErrorNote } from './ErrorNote';

type State = { busy: boolean; wrong: Record<string, string> };

const Context = createContext<State>({ busy: false, wrong: {} });

/** Says whether the form around is being sent. */
export const useFormBusy = (): boolean => useContext(Context).busy;

/** What the server says is wrong with the field of a pointer, for controls that are no field of this file. */
export const useWrong = (pointer: string): string | undefined => useContext(Context).wrong[pointer];

/** Checks that every required field has something in it, which needs no server to see. */
function lacking(form: HTMLFormElement): Record<string, string> {
  const wrong: Record<string, string> = {};
  for (const input of form.elements) {
    if (!(input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement || input instanceof HTMLSelectElement)) continue;
    if (input.validity.valueMissing) wrong[`/${input.name}`] = input.dataset.missing ?? 'This must not be empty.';
    else if (input.validity.typeMismatch) wrong[`/${input.name}`] = 'This is not an e-mail address.';
  }
  return wrong;
}

function focusFirst(form: HTMLFormElement, wrong: Record<string, string>): void {
  const first = [...form.elements].find((e) => `/${(e as HTMLInputElement).name}` in wrong);
  if (first instanceof HTMLElement) first.focus();
}

/** Answers the pointer of the field that a pointer of the server speaks of: its own, or that of the list it is in; '' for none. */
function fieldOf(form: HTMLFormElement, pointer: string): string {
  const whole = pointer.slice(1);
  const [list = ''] = whole.split('/');
  const name = [whole, list].find((one) => one !== '' && form.elements.namedItem(one) !== null);
  return name === undefined ? '' : `/${name}`;
}

type FormProps = Omit<FormHTMLAttributes<HTMLFormElement>, 'onSubmit'> & { send: (values: Record<string, string>) => Promise<void> };

/** A form. What send throws is shown beside the fields that the server names, the rest above them. */
export function Form({ send, children, className = 'grid gap-4', ...more }: FormProps) {
  const [state, setState] = useState<State & { lost: string }>({ busy: false, lost: '', wrong: {} });
  const lost = useRef<HTMLDivElement>(null);
  // A long form is sent from below what it says above.
  useEffect(() => {
    if (state.lost) lost.current?.scrollIntoView?.({ block: 'nearest' });
  }, [state.lost]);
  const mended = (name: string) => {
    if (`/${name}` in state.wrong) setState((before) => ({ ...before, wrong: Object.fromEntries(Object.entries(before.wrong).filter(([pointer]) => pointer !== `/${name}`)) }));
  };
  const submit = async (form: HTMLFormElement) => {
    if (state.busy) return;
    const missing = lacking(form);
    if (Object.keys(missing).length > 0) {
      setState({ busy: false, lost: '', wrong: missing });
      focusFirst(form, missing);
      return;
    }
    setState({ busy: true, lost: '', wrong: {} });
    try {
      await send(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)])));
      setState({ busy: false, lost: '', wrong: {} });
    } catch (error) {
      const problems = error instanceof Refusal ? error.problems : [];
      const wrong = Object.fromEntries(problems.filter((p) => fieldOf(form, p.pointer) !== '').map((p) => [fieldOf(form, p.pointer), sentence(p.message)]));
      const rest = problems.filter((p) => fieldOf(form, p.pointer) === '').map((p) => sentence(p.message));
      setState({ busy: false, lost: problems.length === 0 ? explain(error) : rest.join(' '), wrong });
      focusFirst(form, wrong);
    }
  };
  return (
    <form
      className={className}
      method="post"
      noValidate
      onInput={({ target }) => mended((target as HTMLInputElement).name)}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
      {...more}
    >
      <Context value={state}>
        {state.lost && (
          <div className="scroll-my-16" ref={lost}>
            <ErrorNote error={state.lost} />
          </div>
        )}
        {children}
      </Context>
    </form>
  );
}

const box =
  'w-full rounded-md border border-line-strong bg-panel px-2.5 text-base text-text placeholder:text-faint hover:border-faint aria-invalid:border-fail disabled:bg-sunk disabled:text-soft';

type Common = { hint?: ReactNode; label: ReactNode; name: string; pointer?: string };

/** Label, hint and error around one control; what the control must carry comes by the render function. */
function Labelled({ label, hint, name, pointer, render }: Common & { render: (own: { 'aria-describedby'?: string; 'aria-invalid'?: true; id: string; name: string }) => ReactNode }) {
  const id = useId();
  const wrong = useContext(Context).wrong[pointer ?? `/${name}`];
  const described = [hint ? `${id}-hint` : '', wrong ? `${id}-wrong` : ''].filter(Boolean).join(' ');
  return (
    <div className="grid gap-1.5">
      <label className="font-medium text-sm" htmlFor={id}>
        {label}
      </label>
      {render({ 'aria-describedby': described || undefined, 'aria-invalid': wrong ? true : undefined, id, name })}
      {hint && (
        <p className="text-soft text-sm" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p className="text-fail text-sm" id={`${id}-wrong`} role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

/** A field of one line. pointer names the place in the body that errors speak of when it is not /name. */
export function Field({ label, hint, name, pointer, ...input }: Common & InputHTMLAttributes<HTMLInputElement>) {
  return <Labelled hint={hint} label={label} name={name} pointer={pointer} render={(own) => <input className={`${box} h-9`} {...input} {...own} />} />;
}

/** A field of several lines. */
export function TextField({ label, hint, name, pointer, ...area }: Common & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <Labelled hint={hint} label={label} name={name} pointer={pointer} render={(own) => <textarea className={`${box} min-h-20 py-2`} {...area} {...own} />} />;
}

/** A choice of few. children are its options. */
export function SelectField({ label, hint, name, pointer, children, ...select }: Common & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Labelled
      hint={hint}
      label={label}
      name={name}
      pointer={pointer}
      render={(own) => (
        <select className={`${box} h-9`} {...select} {...own}>
          {children}
        </select>
      )}
    />
  );
}

/** A box to tick; its value is "on", or nothing. */
export function CheckField({ label, hint, name, pointer, ...input }: Common & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  const wrong = useContext(Context).wrong[pointer ?? `/${name}`];
  return (
    <div className="grid grid-cols-[16px_minmax(0,1fr)] items-start gap-x-2.5 gap-y-0.5">
      <input aria-describedby={hint ? `${id}-hint` : undefined} className="mt-0.5 size-4 cursor-pointer accent-[var(--color-accent-fill)]" id={id} name={name} type="checkbox" {...input} />
      <label className="cursor-pointer font-medium text-sm" htmlFor={id}>
        {label}
      </label>
      {hint && (
        <p className="col-start-2 text-soft text-sm" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p className="col-start-2 text-fail text-sm" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}
