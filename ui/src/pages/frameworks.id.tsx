// SPDX-License-Identifier: Apache-2.0

import { Download, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';

import { Button, buttonClass } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmButton';
import { ErrorNote } from '../components/ErrorNote';
import { Families } from '../components/Families';
import { FilterInput } from '../components/FilterInput';
import { FrameworkGaps } from '../components/FrameworkGaps';
import { MoreMenu } from '../components/Menu';
import { NotFound } from '../components/NotFound';
import { Page } from '../components/Page';
import { Ring } from '../components/Ring';
import { ScopePicker } from '../components/ScopePicker';
import { StackedBar } from '../components/StackedBar';
import { Tabs } from '../components/Tabs';
import { useQueryState } from '../lib/address';
import { type Schema, send, useGet } from '../lib/api';
import { type Share, shares, useFrameworkControls } from '../lib/program';
import { useCan, useRefresh } from '../lib/session';
import { count } from '../lib/words';

type Framework = Schema<'FrameworkDetail'>;

const dots = { fail: 'bg-fail-mark', none: 'hatch', pass: 'bg-pass-mark', risk: 'bg-risk-mark', stale: 'bg-stale-mark' } as const;

/** How far a framework is met: ring, bar, and a legend whose numbers open the controls behind them. */
function Standing({ framework, parts }: { framework: Framework; parts: Share[] }) {
  const { numControlsCompleted: ok, numControlsTotal: all, numTestsPassing: passing, numTestsTotal: tests } = framework;
  return (
    <section aria-label="How far it is met" className="flex flex-wrap items-center gap-x-6 gap-y-4 rounded-xl border bg-panel p-5">
      <Ring parts={parts} size={84}>
        <span className="text-lg">{all === 0 ? '-' : `${String(Math.floor((ok / all) * 100))}%`}</span>
      </Ring>
      <div className="grid min-w-0 flex-1 basis-72 gap-2.5">
        <div className="flex flex-wrap items-baseline justify-between gap-x-6">
          <span className="font-semibold text-lg">
            {ok.toLocaleString('en-GB')} of {count(all, 'control')} OK
          </span>
          <span className="text-soft">
            {passing.toLocaleString('en-GB')} of {count(tests, 'test')} passing
          </span>
        </div>
        <StackedBar label="Controls" parts={parts} />
        <ul className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
          {parts.map((part) => (
            <li key={part.status}>
              <Link className="inline-flex min-h-6 items-center gap-2 text-soft hover:text-text hover:underline" href={`/controls?framework=${encodeURIComponent(framework.id)}&status=${part.status}`}>
                <span aria-hidden className={`size-2.5 rounded-sm ${dots[part.tone]}`} />
                {part.label} <span className="font-medium text-text">{part.value.toLocaleString('en-GB')}</span>
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

/** Export for everybody, and to stop using it for those who may. */
function Actions({ framework }: { framework: Framework }) {
  const can = useCan();
  const refresh = useRefresh();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <ScopePicker frameworkId={framework.id} />
      <a className={buttonClass()} download={`${framework.id}.json`} href={`/v1/frameworks/${encodeURIComponent(framework.id)}/export`}>
        <Download aria-hidden className="size-3.5" />
        Export
      </a>
      {can('write controls and frameworks') && (
        <MoreMenu items={[{ Icon: Trash2, act: () => setAsking(true), danger: true, label: 'Stop using it' }]} />
      )}
      <ConfirmDialog
        look="danger"
        open={asking}
        send={async () => {
          await send('DELETE', '/v1/frameworks/{frameworkId}', { path: { frameworkId: framework.id } });
          navigate('/frameworks');
          await refresh('/v1/frameworks', '/v1/home');
        }}
        setOpen={setAsking}
        text={framework.custom ? 'It is your own: export it first if you may want it back. Its controls stay.' : 'What is mapped to its requirements goes with it; its controls stay. It can come back from the library.'}
        title={`Stop using ${framework.displayName}`}
        verb="Stop using it"
      />
    </>
  );
}

/** Where the wording comes from, and what may be done with it. */
function Source({ framework }: { framework: Framework }) {
  const parts = [framework.source, framework.attribution].filter(Boolean);
  if (parts.length === 0) return null;
  return <p className="max-w-4xl text-faint text-xs">{parts.map((one) => (one.endsWith('.') ? one : `${one}.`)).join(' ')}</p>;
}

/** /frameworks/ID: its families; ?tab=gaps what is missing, ?open= families unfolded, ?q= words of requirements. */
export default function FrameworkPage() {
  const { frameworkId = '' } = useParams<{ frameworkId: string }>();
  const [query, change] = useQueryState();
  const answer = useGet('/v1/frameworks/{frameworkId}', { path: { frameworkId } });
  const controls = useFrameworkControls(frameworkId);
  const up = { href: '/frameworks', label: 'Frameworks' };
  if (answer.error?.status === 404) return <NotFound />;
  if (answer.error && !answer.data) return <Page title="Framework" up={up}><ErrorNote error={answer.error} retry={() => void answer.refetch()} /></Page>;
  const framework = answer.data;
  if (!framework || answer.isPlaceholderData || controls.isLoading || controls.hasMore) return null;
  const known = new Map(controls.rows.map((one) => [one.id, one]));
  const families = framework.requirementCategories;
  const everything = families.map((family) => family.id);
  const unfolded = (query.get('open') ?? '') !== '';
  return (
    <Page actions={<Actions framework={framework} />} lead={framework.description} title={framework.displayName} up={up}>
      <ErrorNote error={controls.error} />
      <Standing framework={framework} parts={shares(controls.rows)} />
      <Tabs
        change={(tab) => change({ tab: tab === 'gaps' ? 'gaps' : '' })}
        tabs={[
          { count: families.reduce((sum, family) => sum + family.requirements.length, 0), key: 'requirements', label: 'Requirements' },
          { key: 'gaps', label: 'What is missing' },
        ]}
        value={query.get('tab') === 'gaps' ? 'gaps' : 'requirements'}
      >
        <div className="grid gap-3 pt-4">
          {query.get('tab') === 'gaps' ? (
            <FrameworkGaps frameworkId={framework.id} />
          ) : (
            <>
              <div className="flex flex-wrap items-center justify-between gap-2">
                <FilterInput label="Find a requirement" name="q" />
                <Button look="quiet" onClick={() => change({ open: unfolded ? '' : everything.join('|') })}>
                  {unfolded ? 'Fold all' : 'Unfold all'}
                </Button>
              </div>
              <Families families={families} frameworkId={framework.id} known={known} />
            </>
          )}
        </div>
      </Tabs>
      <Source framework={framework} />
    </Page>
  );
}
