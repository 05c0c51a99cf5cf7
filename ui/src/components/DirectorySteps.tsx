// SPDX-License-Identifier: Apache-2.0

import { Check, ChevronDown } from 'lucide-react';
import { type ReactNode, useState } from 'react';

import { type Directory, type GuideStep, type Part, guideOf, learned, standingOf } from '../lib/guide';
import { providerOf } from '../lib/provider';
import { count } from '../lib/words';
import { Button } from './Button';
import { CopyField } from './CopyField';
import { AttributeForm } from './DirectoryAttribute';
import { DirectoryCredentials } from './DirectoryCredentials';
import { DirectoryMapping } from './DirectoryMapping';
import { SelfTest } from './DirectorySelfTest';
import { Drawing } from './Drawing';
import { Marked } from './Marked';
import { RelativeTime } from './RelativeTime';
import { RoleTable } from './RoleTable';

/** Answers the steps to open: the first that is not done, and while nobody has come, what must be there before. */
function nextOf(steps: GuideStep[], directory: Directory): Part[] {
  const undone = (step: GuideStep) => !standingOf(step.key, directory).done;
  const first = steps.find((step) => !step.optional && undone(step));
  if (!first) return [];
  const attribute = steps.find((step) => step.key === 'custom' && undone(step));
  return first.key === 'provisioning' && attribute ? [first.key, attribute.key] : [first.key];
}

/** What has come of a step so far, beside its tick. */
function arrived(key: Part, directory: Directory): string {
  const { activeUsers, groups, users } = directory.counts;
  const names = learned(directory);
  if (key === 'assigned' && users > 0) return `${count(users, 'user has', 'users have')} arrived, ${activeUsers.toLocaleString('en-GB')} of them active.`;
  if (key === 'groups' && groups > 0) return `${count(groups, 'group has', 'groups have')} arrived.`;
  if (key === 'custom' && directory.roleAttribute === '' && names.length > 0) return `Arrived with users: ${names.join(', ')}.`;
  return '';
}

/** What is wrong with a step though it is done. */
function amiss(key: Part, directory: Directory): string {
  const { provider, roleAttribute } = directory;
  if (directory.counts.users === 0) return '';
  if (key === 'assigned' && provider === 'okta' && roleAttribute === '' && learned(directory).length === 0)
    return 'Those who arrived brought no attribute of their own, so they get a role by their groups or the default role. If the attribute shall decide: set its external namespace in Okta, then open each assignment, choose the role and save.';
  return '';
}

const waits: Part[] = ['assigned', 'credentials', 'groups', 'provisioning'];

/** Says that the provider is waited for, or since when the step is done. */
function Standing({ at, directory, done, step }: { at?: string | null; directory: Directory; done: boolean; step: GuideStep }) {
  const { address, short, token } = providerOf(directory.provider);
  const wrongToken = step.key === 'credentials' && directory.state === 'invalid_credentials';
  const so = arrived(step.key, directory);
  const wrong = amiss(step.key, directory);
  return (
    <div aria-live="polite" className="grid gap-1.5 text-sm">
      {wrongToken && (
        <p className="rounded-md bg-fail-soft px-3 py-2 text-fail">
          The address is right: {short} came, but with a token that is not one of this directory. Copy the {token} again, whole and without <code className="font-mono">Bearer</code> before it, paste it over the old one, and test once more. If it is no longer shown here, make another.
        </p>
      )}
      {!done && !wrongToken && waits.includes(step.key) && (
        <p className="flex items-center gap-2 text-soft">
          <span aria-hidden className="size-2 shrink-0 rounded-full bg-risk-mark motion-safe:animate-pulse" />
          {step.key === 'credentials' ? `Waiting for the first request of ${short}.` : step.key === 'groups' ? `Waiting for the first group of ${short}.` : `Waiting for ${short} to write.`}
        </p>
      )}
      {step.key === 'credentials' && directory.state === 'validating' && !done && <p className="text-soft">Tested, and still nothing comes? Then {short} does not reach this server: look at the {address}, and whether a firewall stands between.</p>}
      {done && (
        <p className="flex items-center gap-2 text-pass">
          <Check aria-hidden className="size-4 shrink-0" />
          <span>
            Done{at && <> <RelativeTime at={at} /></>}. {so}
          </span>
        </p>
      )}
      {!done && so && <p>{so}</p>}
      {wrong && <p className="rounded-md bg-risk-soft px-3 py-2 text-risk">{wrong}</p>}
    </div>
  );
}

/** What is done here in a step. */
function Here({ directory, step }: { directory: Directory; step: GuideStep }): ReactNode {
  const widgets: Partial<Record<Part, ReactNode>> = {
    attribute: <AttributeForm directory={directory} />,
    credentials: <DirectoryCredentials directory={directory} />,
    custom: <div className="max-w-3xl"><RoleTable heads={['Display name', 'Value']} roles={directory.roles} /></div>,
    mapping: <DirectoryMapping directory={directory} />,
    tested: <SelfTest directory={directory} />,
  };
  return widgets[step.key] ?? null;
}

type StepProps = { directory: Directory; next?: () => void; number: number; open: boolean; set: (open: boolean) => void; step: GuideStep };

function Step({ directory, next, number, open, set, step }: StepProps) {
  const { at, done } = standingOf(step.key, directory);
  const { short } = providerOf(directory.provider);
  const id = `step-${step.key}`;
  return (
    <li className={`scroll-mt-4 rounded-xl border bg-panel ${open && !done ? 'border-accent' : ''}`} id={id}>
      <h2>
        <button aria-controls={`${id}-inside`} aria-expanded={open} className="flex w-full items-center gap-3 rounded-xl px-4 py-3.5 text-left hover:bg-hover" onClick={() => set(!open)} type="button">
          <span className={`grid size-6 shrink-0 place-items-center rounded-full font-semibold text-xs ${done ? 'bg-pass-soft text-pass' : open ? 'bg-accent-fill text-on-accent' : 'bg-sunk text-soft'}`}>{done ? <Check aria-label="Done" className="size-3.5" /> : number}</span>
          <span className={`min-w-0 flex-1 font-semibold ${done && !open ? 'text-soft' : ''}`}>{step.title}</span>
          {step.optional && !done && <span className="text-soft text-xs">optional</span>}
          <ChevronDown aria-hidden className={`size-4 shrink-0 text-faint ${open ? 'rotate-180' : ''}`} />
        </button>
      </h2>
      {open && (
        <div className="@container grid grid-cols-[minmax(0,1fr)] gap-4 px-4 pt-1 pb-5 sm:pl-13" id={`${id}-inside`}>
          <div className={`grid grid-cols-[minmax(0,1fr)] items-start gap-x-6 gap-y-4 ${step.picture ? '@2xl:grid-cols-[minmax(0,40rem)_minmax(0,440px)]' : ''}`}>
            <div className="grid max-w-prose gap-3">
              <ol className="grid gap-2">
                {step.todo.map((text, i) => (
                  <li className="flex gap-2.5" key={text}>
                    {step.todo.length > 1 && <span className="w-4 shrink-0 text-right text-soft text-sm">{i + 1}.</span>}
                    <span className="min-w-0 text-soft">
                      <Marked text={text} />
                    </span>
                  </li>
                ))}
              </ol>
              {step.note && (
                <p className="border-l-2 pl-3 text-soft text-sm">
                  <Marked text={step.note} />
                </p>
              )}
            </div>
            {step.picture && <Drawing picture={step.picture(directory)} provider={short} />}
          </div>
          {step.values?.map(([label, text]) => (
            <div className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-1" key={label}>
              <p className="font-medium text-sm">{label}</p>
              <CopyField label={label} text={text} />
            </div>
          ))}
          <Here directory={directory} step={step} />
          <Standing at={at} directory={directory} done={done} step={step} />
          {next && (
            <div>
              <Button onClick={next}>
                Next step
              </Button>
            </div>
          )}
        </div>
      )}
    </li>
  );
}

/** The guide of a provider, which ticks itself off by what arrives. */
export function DirectorySteps({ directory }: { directory: Directory }) {
  const steps = guideOf(directory.provider);
  const current = nextOf(steps, directory);
  const [open, setOpen] = useState<Partial<Record<Part, boolean>>>({});
  // What was open when it was ticked stays so: there may be a button left to press at the provider.
  const [seen, setSeen] = useState(current);
  if (current.some((key) => !seen.includes(key))) setSeen([...seen, ...current]);
  const needed = steps.filter((step) => !step.optional);
  const done = needed.filter((step) => standingOf(step.key, directory).done).length;
  const go = (from: GuideStep, to: GuideStep) => () => {
    setOpen((old) => ({ ...old, [from.key]: false, [to.key]: true }));
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`#step-${to.key} button`)?.focus());
  };
  return (
    <section aria-label="Steps" className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex items-center gap-3">
        <progress aria-label="Steps that are done" className="h-1.5 flex-1 appearance-none overflow-hidden rounded-full [&::-moz-progress-bar]:bg-pass-mark [&::-webkit-progress-bar]:bg-none-soft [&::-webkit-progress-value]:bg-pass-mark" max={needed.length} value={done} />
        <span className="text-soft text-sm">{done === needed.length ? 'All set up' : `${String(done)} of ${String(needed.length)} steps done`}</span>
      </div>
      <ol className="grid grid-cols-[minmax(0,1fr)] gap-2.5">
        {steps.map((step, i) => {
          const after = steps[i + 1];
          return <Step directory={directory} key={step.key} next={after && go(step, after)} number={i + 1} open={open[step.key] ?? seen.includes(step.key)} set={(to) => setOpen((old) => ({ ...old, [step.key]: to }))} step={step} />;
        })}
      </ol>
    </section>
  );
}
