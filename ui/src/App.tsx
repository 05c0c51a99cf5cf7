// SPDX-License-Identifier: Apache-2.0

import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { Component, type ReactNode, useEffect } from 'react';
import { Route, Switch } from 'wouter';

import { Button } from './components/Button';
import { NotFound } from './components/NotFound';
import { OpenFrame } from './components/OpenFrame';
import { Shell } from './components/Shell';
import { explain } from './lib/api';
import { listen } from './lib/live';
import { SessionGate, ToSignIn, useSees } from './lib/session';
import { type Entry, doors, pages } from './pages';

/** A page that could not be shown, and why. */
function Trouble({ error }: { error: unknown }) {
  return (
    <main className="mx-auto grid max-w-md justify-items-start gap-3 px-6 py-24">
      <CircleAlert aria-hidden className="size-6 text-fail" />
      <h1 className="font-semibold text-xl">This page cannot be shown</h1>
      <p className="text-soft">{explain(error)}</p>
      <Button onClick={() => location.reload()}>Try again</Button>
    </main>
  );
}

/** Catches what a page throws, such as code that an update has replaced. */
class Net extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    return this.state.error === null ? this.props.children : <Trouble error={this.state.error} />;
  }
}

/** Keeps what is shown as it is on the server, while somebody is signed in. */
function Live() {
  const queries = useQueryClient();
  useEffect(() => listen(queries), [queries]);
  return null;
}

/** A page, for those who may see it. */
function Guarded({ entry }: { entry: Entry }) {
  const sees = useSees();
  if (!sees(entry)) return <NotFound />;
  const { Page } = entry;
  return (
    <Net key={entry.key ?? entry.path}>
      <Page />
    </Net>
  );
}

/** What is shown to who is not signed in: the pages that are open to everybody, and otherwise the sign-in. */
function Visitor() {
  return (
    <Switch>
      {pages.filter(({ open }) => open).map(({ key, path, Page }) => (
        <Route key={key ?? path} path={path}>
          <OpenFrame>
            <Net>
              <Page />
            </Net>
          </OpenFrame>
        </Route>
      ))}
      <Route>
        <ToSignIn />
      </Route>
    </Switch>
  );
}

/** The whole application: the pages before a sign-in, and behind it the shell with the others. */
export function App() {
  return (
    <Net>
      <Switch>
        {doors.map(({ path, Page }) => (
          <Route key={path} path={path}>
            <Page />
          </Route>
        ))}
        <Route>
          <SessionGate Otherwise={Trouble} Visitor={Visitor}>
            <Live />
            <Shell>
              <Switch>
                {pages.map((entry) => (
                  <Route key={entry.key ?? entry.path} path={entry.path}>
                    <Guarded entry={entry} />
                  </Route>
                ))}
                <Route>
                  <NotFound />
                </Route>
              </Switch>
            </Shell>
          </SessionGate>
        </Route>
      </Switch>
    </Net>
  );
}
