// SPDX-License-Identifier: Apache-2.0

// The browser that pages are walked in: Debian's Chromium, headless, on a profile
// of nobody's, that speaks to no one but the server under test.

import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Answers the path of a browser, undefined for none. */
export function findChromium() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])
    for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
      const at = path.join(folder, name);
      if (statSync(at, { throwIfNoEntry: false })?.isFile()) return at;
    }
  return undefined;
}

export const launch = (executablePath) =>
  chromium.launch({
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    executablePath,
  });

/** Opens a tab that notes in problems what no page may do: errors, foreign requests, failed ones. */
export async function openTab(browser, house, problems, options) {
  const context = await browser.newContext({ baseURL: house.url, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const where = () => new URL(page.url()).pathname;
  page.on('console', (message) => {
    // A refusal that the page shows (401, 404) is in the console of the browser all the same.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) problems.push(`${where()}: console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    problems.push(`${where()}: a script of a record ran: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => problems.push(`${where()}: ${error.message}`));
  const open = new Set();
  for (const event of ['requestfailed', 'requestfinished']) page.on(event, (request) => open.delete(request));
  /** Waits until nothing is on its way: code that a page loads, answers that it asks for. */
  page.settle = async () => {
    for (let quiet = 0; quiet < 3; quiet = open.size === 0 ? quiet + 1 : 0)
      await page.evaluate(() => new Promise((drawn) => { requestAnimationFrame(() => requestAnimationFrame(drawn)); }));
  };
  page.on('request', (request) => {
    if (request.resourceType() !== 'eventsource') open.add(request); // that one never ends
    if (new URL(request.url()).origin !== new URL(house.url).origin) problems.push(`${where()}: a request to ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) problems.push(`${where()}: ${response.status()} of ${response.url()}`);
  });
  return page;
}

/** Runs axe on what is shown, and answers its findings in words. */
export async function findings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  return violations.map((one) => `axe ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} (${node.failureSummary?.split('\n')[1]?.trim() ?? ''})`).join(' | ')}`);
}
