// SPDX-License-Identifier: Apache-2.0

import { Dialog } from '@base-ui/react/dialog';
import { Bell, Building2, ChevronsUpDown, CircleUser, House, Keyboard, LogOut, Menu as MenuIcon, Monitor, Moon, PanelLeft, Search, Settings, Sun } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';

import { useKey } from '../lib/keys';
import { signOut, switchWorkspace, useSees, useSession } from '../lib/session';
import { type Theme, recall, remember, setTheme, theme } from '../lib/theme';
import { type Group, pages } from '../pages';
import { CommandPalette } from './CommandPalette';
import { KeyList } from './KeyList';
import { Mark } from './Mark';
import { Menu } from './Menu';

const foldKey = 'muster.nav';

// One function for all drawings: it is called when an entry becomes that of the page, and brings it into sight.
const showHere = (element: HTMLElement | null) => element?.scrollIntoView({ block: 'nearest' });

/** The entries of the navigation that the user has pages for. */
function NavList({ folded, leave }: { folded: boolean; leave?: () => void }) {
  const sees = useSees();
  const [path] = useLocation();
  const groups = new Map<Group, typeof pages>();
  for (const page of pages) {
    if (!page.nav || !sees(page)) continue;
    groups.set(page.nav.group, [...(groups.get(page.nav.group) ?? []), page]);
  }
  return (
    <ul className="grid gap-4">
      {[...groups].map(([group, entries]) => (
        <li key={group}>
          {group !== '' && (folded ? <div className="mx-2 mb-2 border-t" /> : <div className="px-2 pb-1 text-faint text-xs">{group}</div>)}
          <ul className="grid gap-0.5">
            {entries.map(({ path: href, nav, Page }) => {
              const here = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
              const Icon = nav?.Icon ?? House;
              return (
                <li key={href}>
                  <Link
                    aria-current={here ? 'page' : undefined}
                    aria-label={folded ? nav?.label : undefined}
                    className={`flex h-8 items-center gap-2.5 rounded-md px-2 font-medium text-sm ${here ? 'bg-accent-soft text-accent' : 'text-soft hover:bg-hover hover:text-text'}`}
                    href={href}
                    onClick={leave}
                    onFocus={Page.preload}
                    onMouseEnter={Page.preload}
                    ref={here ? showHere : undefined}
                    title={folded ? nav?.label : undefined}
                  >
                    <Icon aria-hidden className="size-4 shrink-0" strokeWidth={2} />
                    {!folded && nav?.label}
                  </Link>
                </li>
              );
            })}
          </ul>
        </li>
      ))}
    </ul>
  );
}

/** Names the workspace; a menu when this browser is in more than one. */
function Workspace({ folded }: { folded: boolean }) {
  const { workspace, workspaces } = useSession();
  const face = (
    <>
      <Mark />
      {!folded && <span className="min-w-0 flex-1 truncate text-left font-semibold">{workspace.name}</span>}
    </>
  );
  if (workspaces.length < 2) return <div className="flex h-9 items-center gap-2.5 px-1.5">{face}</div>;
  return (
    <Menu
      items={[{ heading: 'Workspaces' }, ...workspaces.map((one) => ({ Icon: Building2, act: () => void switchWorkspace(one.id), chosen: one.current, label: one.name }))]}
      label="Workspaces"
      trigger={
        <button aria-label={`Workspace ${workspace.name}: switch`} className="flex h-9 w-full items-center gap-2.5 rounded-md px-1.5 hover:bg-hover" type="button">
          {face}
          {!folded && <ChevronsUpDown aria-hidden className="size-4 text-faint" />}
        </button>
      }
    />
  );
}

/** Who is signed in: account, theme, keys, sign out. */
function UserMenu({ folded, keys }: { folded: boolean; keys: () => void }) {
  const { user } = useSession();
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useState(theme());
  const pick = (to: Theme) => () => {
    setTheme(to);
    setChosen(to);
  };
  const name = user.displayName || user.email;
  const sees = useSees();
  const settings = pages.find((page) => page.nav?.group === 'Settings' && page.nav.label !== 'Notifications' && sees(page));
  return (
    <Menu
      header={
        <div className="px-2 pt-1.5 pb-2">
          <div className="truncate font-medium">{name}</div>
          <div className="truncate text-soft text-sm">
            {user.displayName === '' ? '' : `${user.email} · `}
            {user.role.name}
          </div>
        </div>
      }
      items={[
        'line',
        { Icon: CircleUser, act: () => location.assign('/account'), label: 'Your account' },
        { Icon: Bell, act: () => navigate('/settings/notifications'), label: 'Notifications' },
        ...(settings ? [{ Icon: Settings, act: () => navigate(settings.path), label: 'Settings' }] : []),
        { Icon: Keyboard, act: keys, label: 'Keys' },
        'line',
        { heading: 'Theme' },
        { Icon: Monitor, act: pick('system'), chosen: chosen === 'system', label: 'System' },
        { Icon: Sun, act: pick('light'), chosen: chosen === 'light', label: 'Light' },
        { Icon: Moon, act: pick('dark'), chosen: chosen === 'dark', label: 'Dark' },
        'line',
        { Icon: LogOut, act: () => void signOut(), label: 'Sign out' },
      ]}
      label="You"
      trigger={
        <button aria-label={folded ? `You: ${name}` : undefined} className="flex h-9 w-full items-center gap-2.5 rounded-md px-1.5 text-left hover:bg-hover" type="button">
          <span aria-hidden className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft font-semibold text-accent text-xs">
            {name.charAt(0).toUpperCase()}
          </span>
          {!folded && <span className="min-w-0 flex-1 truncate text-sm">{name}</span>}
        </button>
      }
    />
  );
}

function FindButton({ folded, find }: { find: () => void; folded: boolean }) {
  return (
    <button aria-label={folded ? 'Find' : undefined} className={`mt-1 mb-3 flex h-8 w-full items-center gap-2 rounded-md text-soft text-sm hover:bg-hover ${folded ? 'justify-center' : 'border bg-panel px-2'}`} onClick={find} title={folded ? 'Find (Ctrl-K)' : undefined} type="button">
      <Search aria-hidden className="size-4" />
      {!folded && (
        <>
          <span className="flex-1 text-left">Find</span>
          <kbd className="font-sans text-faint text-xs">Ctrl K</kbd>
        </>
      )}
    </button>
  );
}

/** The navigation as a drawer, on narrow screens. */
function NavDrawer({ open, setOpen, keys }: { keys: () => void; open: boolean; setOpen: (open: boolean) => void }) {
  return (
    <Dialog.Root onOpenChange={setOpen} open={open}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/30 dark:bg-black/50" />
        <Dialog.Popup aria-label="Navigation" className="fixed inset-y-0 left-0 z-50 flex w-64 flex-col gap-3 border-r bg-ground p-3 outline-none">
          <Workspace folded={false} />
          <nav aria-label="Main" className="min-h-0 flex-1 overflow-y-auto">
            <NavList folded={false} leave={() => setOpen(false)} />
          </nav>
          <UserMenu folded={false} keys={keys} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** What stands around every page: navigation, workspace, user, search, keys. */
export function Shell({ children }: { children: ReactNode }) {
  const [folded, setFolded] = useState(recall(foldKey) === 'folded');
  const [finding, setFinding] = useState(false);
  const [keys, setKeys] = useState(false);
  const [drawer, setDrawer] = useState(false);
  const [path] = useLocation();
  const scroller = useRef<HTMLElement>(null);
  const fold = () => {
    remember(foldKey, folded ? '' : 'folded');
    setFolded(!folded);
  };
  useKey('k', () => setFinding(true), { ctrl: true });
  useKey('?', () => setKeys(true));
  useKey('[', fold);
  useEffect(() => {
    scroller.current?.scrollTo(0, 0);
  }, [path]);
  return (
    <div className="flex h-dvh flex-col md:flex-row" data-shell>
      <a className="sr-only z-50 rounded-md bg-raised px-3 py-2 shadow-raised focus:not-sr-only focus:absolute focus:top-2 focus:left-2" href="#main">
        Skip to the page
      </a>
      <header className="flex h-12 shrink-0 items-center gap-2 border-b px-2 md:hidden" data-bar>
        <button aria-label="Navigation" className="grid size-9 place-items-center rounded-md hover:bg-hover" onClick={() => setDrawer(true)} type="button">
          <MenuIcon aria-hidden className="size-5" />
        </button>
        <span className="flex flex-1 items-center gap-2 font-semibold">
          <Mark size={20} />
          Muster
        </span>
        <button aria-label="Find" className="grid size-9 place-items-center rounded-md hover:bg-hover" onClick={() => setFinding(true)} type="button">
          <Search aria-hidden className="size-5" />
        </button>
      </header>
      <nav aria-label="Main" className={`hidden shrink-0 flex-col border-r p-2.5 md:flex ${folded ? 'w-14' : 'w-[220px]'}`}>
        <Workspace folded={folded} />
        <FindButton find={() => setFinding(true)} folded={folded} />
        <div className="min-h-0 flex-1 overflow-y-auto">
          <NavList folded={folded} />
        </div>
        <button aria-label={folded ? 'Unfold the navigation' : 'Fold the navigation'} className="mb-1 flex h-8 items-center gap-2.5 rounded-md px-2 text-soft text-sm hover:bg-hover" onClick={fold} title={folded ? 'Unfold ([)' : undefined} type="button">
          <PanelLeft aria-hidden className="size-4" />
          {!folded && 'Fold'}
        </button>
        <UserMenu folded={folded} keys={() => setKeys(true)} />
      </nav>
      {/* The page scrolls here; without a tab stop the keyboard could not scroll it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <main className="min-h-0 min-w-0 flex-1 overflow-y-auto outline-none" data-scroll id="main" ref={scroller} tabIndex={-1}>
        {children}
      </main>
      <NavDrawer keys={() => setKeys(true)} open={drawer} setOpen={setDrawer} />
      <CommandPalette open={finding} setOpen={setFinding} />
      <KeyList open={keys} setOpen={setKeys} />
    </div>
  );
}
