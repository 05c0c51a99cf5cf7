// SPDX-License-Identifier: Apache-2.0

// Measures the pages of a server that runs: node proof/measure.mjs URL EMAIL PASSWORD.
// Prints one line of JSON a page: {page, calls, slowest, call, paint, kilobytes, frames},
// times in milliseconds, each the median of some rounds. A call's time is what the browser
// waited for its answer's first byte, so what it holds back itself is not in it. Frames
// is of a list that is scrolled from its top: {median, p95, rows} between two frames.

import { findChromium, launch, openTab } from './browser.mjs';

const [url, email, password] = process.argv.slice(2);
const rounds = Number(process.env.ROUNDS ?? 5);

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const round = (value) => Math.round(value * 10) / 10;

async function signIn(page) {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
  await page.waitForURL((at) => at.pathname !== '/sign-in');
}

/** Asks the API as the page does. */
const get = (page, at) => page.evaluate(async (path) => (await fetch(path)).json(), at);
const rowsOf = async (page, at) => (await get(page, at)).results.data;

/** Answers the pages: every route, on the fullest thing of its kind. */
async function places(page) {
  const [test] = await rowsOf(page, '/v1/tests?pageSize=1&statusFilter=NEEDS_ATTENTION');
  const definitions = await rowsOf(page, '/v1/definitions?pageSize=100');
  const full = definitions.toSorted((a, b) => b.records - a.records)[0];
  const definition = full.id;
  const [control] = await rowsOf(page, '/v1/controls?pageSize=1');
  const [framework] = await rowsOf(page, '/v1/frameworks?pageSize=1');
  const { requirementCategories } = await get(page, `/v1/frameworks/${framework.id}`);
  const requirement = requirementCategories[0].requirements[0].id;
  const [review] = await rowsOf(page, '/v1/access-reviews?pageSize=1');
  const [scope] = await rowsOf(page, '/v1/scopes?pageSize=1');
  const [application] = await rowsOf(page, '/v1/applications?pageSize=1');
  return [
    '/', '/tests', '/tests/new', `/tests/${test.id}`, `/tests/${test.id}?tab=passing`, `/tests/${test.id}/version`,
    '/resources', `/resources/${definition}`, `/resources/${definition}?tab=records`, `/resources/${definition}?tab=syncs`,
    '/controls', `/controls/${control.id}`, '/frameworks', `/frameworks/${framework.id}`, `/frameworks/${framework.id}/requirements/${requirement}`,
    '/documents', '/policies', '/audit', '/settings/members', '/my-work', '/access', '/access-reviews', ...(review ? [`/access-reviews/${review.id}`] : []), '/people', '/computers', '/vulnerabilities', '/exceptions', '/deadlines',
    '/scopes', ...(scope ? [`/scopes/${scope.id}`] : []), '/integrations', `/integrations/${application.id}`, `/integrations/${application.id}?tab=records`,
  ];
}

/** What the browser says of the page that it has just opened. */
const told = () => {
  const calls = performance.getEntriesByType('resource').filter(({ name }) => new URL(name).pathname.startsWith('/v1/') && !name.endsWith('/v1/events'));
  return {
    bytes: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, one) => sum + one.encodedBodySize, 0),
    calls: calls.map(({ name, requestStart, responseStart }) => ({ name: new URL(name).pathname + new URL(name).search, took: responseStart - requestStart })),
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  };
};

/** Scrolls the longest list of a page and answers the times between frames. */
const scroll = () =>
  new Promise((done) => {
    const list = [...document.querySelectorAll('*')].filter((one) => one.scrollHeight > one.clientHeight + 2000 && /auto|scroll/.test(getComputedStyle(one).overflowY)).toSorted((a, b) => b.scrollHeight - a.scrollHeight)[0] ?? document.scrollingElement;
    if (list.scrollHeight < list.clientHeight + 2000) { done(null); return; }
    const times = [];
    let last = performance.now();
    const step = (now) => {
      times.push(now - last);
      last = now;
      list.scrollTop += 60;
      if (times.length < 180) requestAnimationFrame(step);
      else done({ height: list.scrollHeight, times: times.slice(5) });
    };
    requestAnimationFrame(step);
  });

async function measure(page, at) {
  const seen = [];
  for (let i = 0; i < rounds; i++) {
    await page.goto(at);
    await page.settle();
    seen.push(await page.evaluate(told));
  }
  const times = new Map();
  for (const { calls } of seen) for (const { name, took } of calls) times.set(name, [...(times.get(name) ?? []), took]);
  const slowest = [...times].map(([name, list]) => ({ name, took: median(list) })).toSorted((a, b) => b.took - a.took)[0] ?? { name: '', took: 0 };
  const scrolled = await page.evaluate(scroll);
  const frames = scrolled && { height: scrolled.height, median: round(median(scrolled.times)), p95: round(scrolled.times.toSorted((a, b) => a - b)[Math.floor(scrolled.times.length * 0.95)]) };
  return { page: at, calls: seen[0].calls.length, slowest: round(slowest.took), call: slowest.name, paint: round(median(seen.map(({ paint }) => paint))), kilobytes: Math.round(seen[0].bytes / 1000), frames };
}

const chromium = findChromium();
if (!chromium) {
  console.error('no Chromium: pages are not measured');
  process.exit(1);
}
const browser = await launch(chromium);
const problems = [];
const page = await openTab(browser, { url }, problems, { viewport: { height: 860, width: 1280 } });
await signIn(page);
for (const at of await places(page)) console.log(JSON.stringify(await measure(page, at)));
await browser.close();
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
