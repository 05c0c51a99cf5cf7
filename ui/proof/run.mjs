// SPDX-License-Identifier: Apache-2.0

// Walks every page in a browser: signs in as the first Admin does, and looks at
// each page, light and dark, narrow and wide, empty and full. It fails on what axe
// finds, on an error in the console, on a request to anybody else, and on a page
// that scrolls sideways. MUSTER_SHOTS=FOLDER keeps a picture of each; ONLY=NAME
// walks the pages whose name contains it, and plays the files whose name does.

import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

import { findChromium, findings, launch, openTab } from './browser.mjs';
import { House } from './house.mjs';

const shots = process.env.MUSTER_SHOTS;
const only = process.env.ONLY ?? '';
const email = 'ada@example.com';
const password = 'a horse in the rain';

// An ordinary run sees both schemes and both widths, once each; the other two are for the
// pictures, and for `MUSTER_SHOTS=… npm run proof` before a release.
const looks = [
  { colorScheme: 'light', name: 'wide-light', viewport: { height: 860, width: 1280 } },
  { colorScheme: 'dark', name: 'narrow-dark', viewport: { height: 740, width: 360 } },
  ...(shots
    ? [
        { colorScheme: 'dark', name: 'wide-dark', viewport: { height: 860, width: 1280 } },
        { colorScheme: 'light', name: 'narrow-light', viewport: { height: 740, width: 360 } },
      ]
    : []),
];

const problems = [];

/** Notes what is wrong with a page as it stands, and keeps a picture. */
async function look(page, name, kind) {
  await page.settle();
  for (const finding of await findings(page)) problems.push(`${name} (${kind}): ${finding}`);
  const over = await page.evaluate(() => Math.max(document.documentElement.scrollWidth - innerWidth, ...[...document.querySelectorAll('[data-scroll]')].map((one) => one.scrollWidth - one.clientWidth)));
  if (over > 0) problems.push(`${name} (${kind}): the page is ${over} px wider than the window`);
  if (shots) await page.screenshot({ path: path.join(shots, `${name}-${kind}.png`) });
}

/** Shows one step in every look. A step: {name, path, see, after?}. */
async function show(page, step, house) {
  const began = Date.now();
  const at = typeof step.path === 'function' ? step.path(house) : step.path;
  for (const [i, { colorScheme, name, viewport }] of looks.entries()) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    if (i === 0 || step.after) await page.goto(at); // what is only looked at follows the window by itself
    await page.getByText(step.see).filter({ visible: true }).first().waitFor();
    if (step.after) await step.after(page, { house, narrow: viewport.width < 768 });
    await look(page, step.name, name);
  }
  console.log(`${step.name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

/** Makes the first Admin by the link in the log, who is welcomed as a workspace of its kind does. */
async function setUp(page, house, welcome = 'Welcome, Ada') {
  await page.goto(house.setUpLink);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await look(page, 'setup', 'wide-light');
  await page.getByRole('button', { name: 'Set up and sign in' }).click();
  await page.getByText(welcome).first().waitFor();
  if (page.url() !== `${house.url}/`) problems.push(`set-up: ends at ${page.url()}`);
}

/** Signs in by password, as on any later day. */
async function signIn(page) {
  await page.goto('/tests');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { exact: true, name: 'Sign in' }).click();
  await page.waitForURL('**/tests');
}

/** Shows steps in several tabs at once, each taking the next that nobody has. */
async function share(pages, steps, house) {
  const left = [...steps];
  await Promise.all(
    pages.map(async (page) => {
      for (let step = left.shift(); step; step = left.shift()) await show(page, step, house);
    }),
  );
}

/** Plays what changes things, in the order of the files, then what each role sees. */
async function play(browser, visitor, house, playing) {
  for (const walk of playing) await walk.play?.(visitor, { house, problems });
  for (const walk of playing) await walk.roles?.({ house, open: () => openTab(browser, house, problems), problems });
}

/** Walks what needs a past: the example company, on a server of its own. */
async function company(browser, walks) {
  const house = await House.open('--demo');
  try {
    const page = await openTab(browser, house, problems);
    await setUp(page, house, 'Newly failing');
    for (const walk of walks) await walk.company?.(page, { house, problems });
  } finally {
    await house.close();
  }
}

async function main() {
  const chromium = findChromium();
  if (!chromium) {
    console.error('no Chromium: pages are not walked. To have it: install it, e.g. sudo apt-get install chromium');
    process.exit(process.env.MUSTER_TEST_REQUIRE === 'all' ? 1 : 0);
  }
  if (shots) await mkdir(shots, { recursive: true });
  const files = (await readdir(path.join(import.meta.dirname, 'walk'))).filter((name) => name.endsWith('.mjs')).toSorted();
  const walks = await Promise.all(files.map((name) => import(`./walk/${name}`)));
  const playing = walks.filter((_, i) => files[i].includes(only));
  const wanted = (steps) => (steps ?? []).filter(({ name }) => name.includes(only));
  const house = await House.open();
  const browser = await launch(chromium);
  try {
    const admin = await openTab(browser, house, problems);
    await setUp(admin, house);
    for (const walk of walks) for (const step of wanted(walk.empty)) await show(admin, step, house);
    for (const walk of walks) await walk.fill?.(house);
    const visitor = await openTab(browser, house, problems);
    for (const walk of walks) for (const step of wanted(walk.before)) await show(visitor, step, house);
    await signIn(visitor);
    const second = await openTab(browser, house, problems);
    await signIn(second);
    await share([visitor, second], walks.flatMap((walk) => wanted(walk.full)), house);
    await second.context().close();
    await Promise.all([play(browser, visitor, house, playing), playing.some((walk) => walk.company) && company(browser, playing)]);
  } catch (error) {
    if (shots) for (const [i, page] of browser.contexts().flatMap((context) => context.pages()).entries()) await page.screenshot({ path: path.join(shots, `stopped-${i}.png`) });
    problems.push(error.stack);
  } finally {
    await browser.close();
    await house.close();
  }
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? 'every page was walked, and nothing was found' : `${problems.length} problems`);
  process.exit(problems.length === 0 ? 0 : 1);
}

await main();
