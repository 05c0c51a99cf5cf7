// SPDX-License-Identifier: Apache-2.0

import { find, make, when } from './door.js';
import { providerName } from './directory-reach.js';

// shape builds an SVG element.
export function shape(name, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const strokes = { check: 'M5 12.5l4.5 4.5L19 7.5', chevron: 'M6 9.5l6 6 6-6', cross: 'M7 7l10 10M17 7L7 17' };

// icon draws one in the colour of the text around it.
export const icon = (name) => shape('svg', { 'aria-hidden': 'true', fill: 'none', stroke: 'currentColor', 'stroke-linecap': 'round',
  'stroke-linejoin': 'round', 'stroke-width': '2.5', viewBox: '0 0 24 24' }, shape('path', { d: strokes[name] }));

const spans = [['day', 86400], ['hour', 3600], ['minute', 60]];
const relative = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });

// ago says how long ago something was, with the time itself for who points at it.
export function ago(text) {
  const seconds = (Date.now() - new Date(text)) / 1000;
  const span = spans.find(([, length]) => seconds >= length);
  const element = when(text);
  element.title = element.textContent;
  element.textContent = span ? relative.format(-Math.floor(seconds / span[1]), span[0]) : 'just now';
  return element;
}

const standings = {
  deleting: ['bad', 'Being deleted', ''],
  invalid_credentials: ['bad', 'Wrong token', 'Requests came, but with a token that is not good. Paste a new one.'],
  linked: ['good', 'Active', ''],
  unlinked: ['', 'Switched off', 'An Admin has switched this directory off: requests are refused.'],
  validating: ['wait', 'Waiting', 'No request with a good token has come yet.'],
};

// showStanding says where the connection stands; null: the server cannot be asked.
export function showStanding(directory) {
  const [mood, words, more] = directory ? standings[directory.state] : ['wait', 'Offline', 'The server cannot be reached. Trying again.'];
  const pill = find('state');
  if (find('state-words').textContent === words && pill.dataset.linked === directory?.linkedAt) return;
  pill.className = `pill ${mood}`;
  pill.dataset.linked = directory?.linkedAt;
  find('state-words').textContent = words;
  find('state-more').replaceChildren(...(mood === 'good' && directory.linkedAt ? ['since ', when(directory.linkedAt)] : [more]));
}

// showError tells the last request that was refused, with what to do, unless a day
// has passed or a wrong token has given way to a good one.
export function showError(directory) {
  const error = directory.lastError, box = find('last-error');
  box.hidden = error === null || Date.now() - new Date(error.at) > 86400000 || (error.status === 401 && directory.tokens.some((token) => token.lastUsedAt > error.at));
  if (box.hidden) return;
  find('last-error-words').textContent = `${capital(providerName(directory))} ${error.words}`;
  find('last-error-advice').textContent = error.whatToDo;
  find('last-error-meta').replaceChildren(ago(error.at), ` · status ${error.status} · request ${error.requestId}`);
}

export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

const fewWarnings = 5;

export function showWarnings(directory) {
  const { warnings } = directory;
  find('warnings').hidden = warnings.length === 0;
  const rows = warnings.slice(0, fewWarnings).map((warning) => make('li', {}, /^[a-z]/.test(warning.message) ? `A change of ${warning.subject} was refused: ${warning.message}.` : warning.message,
    make('span', { className: 'soft' }, ago(warning.lastAt), warning.count > 1 ? `, ${warning.count} times` : '')));
  if (warnings.length > fewWarnings) rows.push(make('li', { className: 'soft', textContent: `and ${warnings.length - fewWarnings} more` }));
  find('warning-list').replaceChildren(...rows);
}

const number = new Intl.NumberFormat('en-GB');

export function showArrived(directory) {
  const { counts, requestsByDay: days } = directory;
  find('users').textContent = number.format(counts.users);
  find('active').textContent = number.format(counts.activeUsers);
  find('groups').textContent = number.format(counts.groups);
  const total = days.reduce((sum, day) => sum + day.requests, 0), failed = days.reduce((sum, day) => sum + day.failed, 0);
  const words = make('p', { className: 'soft' }, make('span', { textContent: `${number.format(total)} requests in ${days.length} days` }),
    make('span', { textContent: failed > 0 ? `${number.format(failed)} refused` : '' }));
  find('days').replaceChildren(...(total > 0 ? [chart(days)] : []), words);
}

// chart draws a bar a day, the refused part below.
function chart(days) {
  const most = Math.max(...days.map((day) => day.requests)), wide = 10, high = 48;
  const bars = days.flatMap((day, i) => {
    const whole = Math.max(day.requests / most * high, day.requests > 0 ? 2 : 0), bad = Math.max(day.failed / most * high, day.failed > 0 ? 2 : 0);
    const bar = (className, y, height) => shape('rect', { class: className, height, rx: 1.5, width: wide - 3, x: i * wide + 1.5, y },
      shape('title', {}, `${day.day}: ${day.requests} requests, ${day.failed} refused`));
    return day.requests === 0 ? [bar('floor', high - 2, 2)] : [bar('bar', high - whole, whole), ...(bad > 0 ? [bar('bar refused', high - bad, bad)] : [])];
  });
  return shape('svg', { 'aria-label': 'Requests by day', preserveAspectRatio: 'none', role: 'img', viewBox: `0 0 ${days.length * wide} ${high}` }, ...bars);
}
