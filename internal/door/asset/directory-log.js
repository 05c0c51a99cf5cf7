// SPDX-License-Identifier: Apache-2.0

import { find, make, whenPressed } from './door.js';
import { providerName } from './directory-reach.js';
import { ago, capital } from './directory-show.js';

const pageSize = 20;

// mountLog shows what the provider sent, in words, the newest first.
export function mountLog(reach, directory) {
  const list = find('log-list'), box = find('log');
  let shown = [], cursor = null, failed = false;

  const ask = async (after) => {
    const query = new URLSearchParams({ pageSize });
    if (failed) query.set('status', 'failed');
    if (after) query.set('pageCursor', after);
    const { results } = await reach.requests(query);
    return { data: results.data, next: results.pageInfo.hasNextPage ? results.pageInfo.endCursor : null };
  };
  const paint = (known) => {
    list.replaceChildren(...shown.map((request) => row(directory, request, known !== null && !known.has(request.id))));
    find('log-more').hidden = cursor === null;
    find('log-none').hidden = shown.length > 0;
    find('log-none').textContent = failed ? 'Nothing was refused.' : `Nothing has come yet. What ${providerName(directory)} sends shows here within seconds.`;
  };
  const load = async () => {
    ({ data: shown, next: cursor } = await ask());
    paint(null);
  };
  // refresh puts what is new above what is shown.
  const refresh = async () => {
    const known = new Set(shown.map((request) => request.id));
    const { data, next } = await ask();
    if (data.length > 0 && !data.some((request) => known.has(request.id))) [shown, cursor] = [data, next];
    else shown = [...data.filter((request) => !known.has(request.id)), ...shown];
    paint(known);
  };

  whenPressed(find('log-more'), async () => {
    const page = await ask(cursor);
    shown.push(...page.data);
    cursor = page.next;
    paint(null);
  }, box);
  for (const [id, only] of [['log-all', false], ['log-failed', true]]) {
    whenPressed(find(id), async () => {
      failed = only;
      find('log-all').setAttribute('aria-pressed', String(!only));
      find('log-failed').setAttribute('aria-pressed', String(only));
      await load();
    }, box);
  }
  return { load, refresh };
}

function row(directory, request, isNew) {
  const bad = request.status >= 400;
  const text = make('div', {}, `${capital(providerName(directory))} ${request.words}`);
  if (bad && request.whatToDo) text.append(make('span', { className: 'advice', textContent: request.whatToDo }));
  text.append(make('span', { className: 'soft meta' }, ago(request.at), ' · ', make('code', { textContent: `${request.method} ${request.path} ${request.status}` })));
  const item = make('li', { className: bad ? 'failed' : '' }, make('span', { className: 'dot', title: bad ? 'Refused' : 'Done' }), text);
  if (isNew) item.classList.add('new');
  return item;
}
