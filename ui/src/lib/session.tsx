// SPDX-License-Identifier: Apache-2.0

import { useQueryClient } from '@tanstack/react-query';
import { type ComponentType, type ReactNode, createContext, useContext, useEffect } from 'react';

import { type Schema, send, useGet } from './api';
import { hush } from './live';

/** The permissions as GET /v1/session spells them (internal/caller). */
export type Permission =
  | 'list documents'
  | "manage applications' secrets"
  | 'manage notifications'
  | 'manage provisioning'
  | 'manage sign-in'
  | 'manage users and roles'
  | 'manage workspaces'
  | 'read access reviews'
  | 'read accounts'
  | 'read applications and definitions'
  | 'read computers'
  | 'read controls and frameworks'
  | 'read documents'
  | 'read people'
  | 'read policies'
  | 'read resources'
  | 'read settings'
  | 'read tests'
  | 'read the audit trail'
  | 'read users and roles'
  | 'read vulnerabilities'
  | 'see sensitive documents'
  | 'upload files for documents'
  | "use an account of one's own"
  | 'write access reviews'
  | 'write accounts'
  | 'write applications and definitions'
  | 'write controls and frameworks'
  | 'write documents'
  | 'write people'
  | 'write policies'
  | 'write resources'
  | 'write tests'
  | 'write vulnerabilities';

type Session = Schema<'Session'>;

const Context = createContext<Session | undefined>(undefined);

/** The address of the sign-in page that comes back to where one is. */
export function signInAddress(): string {
  const here = location.pathname + location.search;
  return here === '/' ? '/sign-in' : `/sign-in?return=${encodeURIComponent(here)}`;
}

/** Sends who is not signed in to the sign-in page. */
export function ToSignIn() {
  useEffect(() => location.replace(signInAddress()), []);
  return null;
}

/** Asks who is signed in. Nobody: what visitors are shown. */
export function SessionGate({ children, Otherwise, Visitor }: { Otherwise: ComponentType<{ error: unknown }>; Visitor: ComponentType; children: ReactNode }) {
  const session = useGet('/v1/session', undefined, { retry: false, staleTime: 60_000 });
  if (session.error?.status === 401) return <Visitor />;
  if (session.error && !session.data) return <Otherwise error={session.error} />;
  if (!session.data) return null;
  return <SessionOf session={session.data}>{children}</SessionOf>;
}

/** Says who is signed in to what stands in it. */
export function SessionOf({ children, session }: { children: ReactNode; session: Session }) {
  return <Context value={session}>{children}</Context>;
}

/** Who is signed in. */
export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error('useSession stands outside of SessionGate');
  return session;
}

/** Who is signed in, on a page that visitors may open too. */
export const useVisitor = (): Session | undefined => useContext(Context);

/** Answers can('read tests'): the one question that decides what is shown. */
export function useCan(): (permission: Permission) => boolean {
  const { permissions } = useSession();
  return (permission) => permissions.includes(permission);
}

/** Answers sees(page): whether the user has a page, by a permission or because they may own what is on it. */
export function useSees(): (page: { needs?: Permission; owners?: boolean }) => boolean {
  const { mayOwn, permissions } = useSession();
  return ({ needs, owners }) => needs === undefined || permissions.includes(needs) || (owners === true && mayOwn);
}

/** Ends the session and goes to the sign-in page. */
export async function signOut(): Promise<void> {
  await send('DELETE', '/v1/session');
  hush();
  location.assign('/sign-in');
}

/** Switches to another workspace of this browser; everything on screen is of the old one. */
export async function switchWorkspace(workspace: string): Promise<void> {
  await send('POST', '/v1/session/workspace', { body: { workspace } });
  location.assign('/');
}

/** Answers a function that makes every answer under the paths be asked again. */
export function useRefresh(): (...prefixes: string[]) => Promise<void> {
  const queries = useQueryClient();
  return (...prefixes) =>
    queries.invalidateQueries({ predicate: ({ queryKey }) => prefixes.some((prefix) => String(queryKey[0]).startsWith(prefix)) });
}
