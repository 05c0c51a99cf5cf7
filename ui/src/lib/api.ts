// SPDX-License-Identifier: Apache-2.0

// The one way to the API. Types come from the served OpenAPI document.

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import createClient from 'openapi-fetch';

import type { components, paths } from '../api/schema';

/** A named struct of the document: Schema<'Test'>. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

type Problem = { pointer: string; message: string };

/** An answer that is no success, or none at all (status 0). */
export class Refusal extends Error {
  readonly problems: Problem[];
  readonly status: number;

  constructor(status: number, message: string, problems: Problem[] = []) {
    super(message);
    this.problems = problems;
    this.status = status;
  }
}

/** Makes one of the API's messages a sentence: a capital letter and a full stop. */
export function sentence(words: string): string {
  const first = words.split(' ', 1)[0] ?? '';
  const text = /^[a-z][a-z'-]*,?$/.test(first) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
  return /[.?!…]$/.test(text) ? text : `${text}.`;
}

/** What to show of any error. */
export function explain(error: unknown): string {
  if (error instanceof Refusal) return sentence(error.message);
  return 'This page ran into an error of its own. Reload it, and try again.';
}

const client = createClient<paths>({ cache: 'no-store' });

type Method = 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
type Lower<M extends Method> = Lowercase<M>;
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<Lower<M>, infer O> ? O : never;
type PathsOf<M extends Method> = { [P in keyof paths]: paths[P] extends Record<Lower<M>, { responses: unknown }> ? P : never }[keyof paths];
type JSONOf<R> = R extends { content: { 'application/json': infer B } } ? B : undefined;
type Success<O> = O extends { responses: infer R } ? JSONOf<R[keyof R & (200 | 201 | 202 | 204)]> : never;
type Parameters<O> = O extends { parameters: { path?: infer P; query?: infer Q } } ? { path?: P; query?: Q } : object;
type BodyOf<O> = O extends { requestBody?: { content: { 'application/json': infer B } } } ? B : undefined;

/** What a call of the API answers. */
export type Answer<P extends keyof paths, M extends Method = 'GET'> = Success<Operation<P, M>>;

/** What a call may carry beside its path. */
export type Request<P extends keyof paths, M extends Method> = Parameters<Operation<P, M>> & { body?: BodyOf<Operation<P, M>> };

type Loose = (path: string, init: unknown) => Promise<{ data?: unknown; error?: { message?: string; problems?: Problem[] }; response: Response }>;

/** Sends one request. What is no success is thrown as a Refusal. */
export async function send<M extends Method, P extends PathsOf<M>>(method: M, path: P, request: Request<P, M> = {} as Request<P, M>): Promise<Answer<P, M>> {
  const { body, ...params } = request;
  let answer;
  try {
    answer = await (client[method] as unknown as Loose)(path, { body, params });
  } catch {
    throw new Refusal(0, 'The server cannot be reached. Check your connection, and try again.');
  }
  if (answer.response.ok) return answer.data as Answer<P, M>;
  const { message, problems } = answer.error ?? {};
  throw new Refusal(answer.response.status, message ?? `the server answered ${answer.response.status}`, problems);
}

type GetPath = PathsOf<'GET'>;
type Options = { enabled?: boolean; refetchInterval?: number; retry?: boolean; staleTime?: number };

/** The key under which an answer is kept: invalidate([path]) takes all of a path. */
export const keyOf = (path: string, request?: unknown) => (request === undefined ? [path] : [path, request]);

/** Reads one thing and keeps it fresh. The previous answer stays on screen while filters change. */
export function useGet<P extends GetPath>(path: P, request?: Parameters<Operation<P, 'GET'>>, options?: Options) {
  return useQuery<Answer<P>, Refusal>({
    placeholderData: keepPreviousData as never,
    queryFn: () => send('GET', path, request as never),
    queryKey: keyOf(path, request),
    ...options,
  });
}

type ListPath = { [P in GetPath]: Answer<P> extends { results: { data: unknown[] } } ? P : never }[GetPath];
type Entry<P extends ListPath> = Answer<P> extends { results: { data: (infer E)[] } } ? E : never;

/** Reads a list page by page, as far as it has been scrolled. */
export function usePages<P extends ListPath>(path: P, request?: Parameters<Operation<P, 'GET'>>, options?: { enabled?: boolean; pageSize?: number; refetchInterval?: number }) {
  const { pageSize = 100, ...rest } = options ?? {};
  const query = useInfiniteQuery({
    getNextPageParam: (last: Answer<P>) => {
      const { pageInfo } = (last as { results: { pageInfo: { endCursor: string | null; hasNextPage: boolean } } }).results;
      return pageInfo.hasNextPage ? pageInfo.endCursor : null;
    },
    initialPageParam: undefined as string | null | undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) => {
      const asked = request as { path?: object; query?: object } | undefined;
      return send('GET', path, { ...asked, query: { ...asked?.query, pageCursor: pageParam ?? undefined, pageSize } } as never);
    },
    queryKey: [path, 'pages', request],
    ...rest,
  });
  const rows = (query.data?.pages ?? []).flatMap((page) => (page as { results: { data: unknown[] } }).results.data) as Entry<P>[];
  return {
    error: query.error as Refusal | null,
    hasMore: query.hasNextPage,
    isLoading: query.isLoading,
    isStale: query.isPlaceholderData,
    more: () => {
      if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
    },
    rows,
  };
}
