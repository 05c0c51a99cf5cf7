// SPDX-License-Identifier: Apache-2.0

import { begin, call, find, make, show, takeToken, when, whenSent } from './door.js';
import { byLink, bySession, providerName } from './directory-reach.js';
import { mountLog } from './directory-log.js';
import { mountSteps } from './directory-step.js';
import { showArrived, showError, showStanding, showWarnings } from './directory-show.js';

const query = new URLSearchParams(location.search);

begin(async () => {
  const link = takeToken();
  if (link !== '') return offerLink(link);
  if (query.has('directory')) return setUp(bySession(query.get('directory')));
  try {
    await setUp(byLink());
  } catch (error) {
    if (error.status !== 401) throw error;
    await choose();
  }
});

// offerLink waits for a button: programs that look into mail open pages, and a
// link opens once.
function offerLink(link) {
  whenSent(find('link-form'), async () => {
    try {
      await call('POST', '/v1/setup-links/open', { link });
    } catch (error) {
      if (error.status !== 404) throw error;
      return show('dead');
    }
    await setUp(byLink());
  });
  show('link');
}

// signIn sends who has a session that ended, or none, to get one.
function signIn() {
  location.replace(`/sign-in?return=${encodeURIComponent(location.pathname + location.search)}`);
  return new Promise(() => {});
}

// choose lets an Admin who is signed in connect a provider or go on with one; who
// is not has come with a link that is over.
async function choose() {
  let page;
  try {
    page = await call('GET', '/v1/directories?pageSize=100');
  } catch (error) {
    if (error.status !== 401 && error.status !== 403) throw error;
    return show('dead');
  }
  find('directory-list').replaceChildren(...page.results.data.map((directory) => make('li', {},
    make('a', { className: 'name', href: `/directory-setup?directory=${directory.id}` }, directory.name,
      make('span', { className: 'soft', textContent: providerName(directory) })),
    directory.state === 'linked' ? make('span', { className: 'badge', textContent: 'Active' }) : '')));
  const provider = find('provider'), name = find('directory-name');
  let own = false;
  name.addEventListener('input', () => { own = name.value !== ''; });
  provider.addEventListener('change', () => { if (!own) name.value = provider.selectedOptions[0].text.replace(/^Another.*/, 'Provider'); });
  whenSent(find('connect'), async (values) => {
    const made = await call('POST', '/v1/directories', { ...values, name: name.value });
    history.replaceState(null, '', `/directory-setup?directory=${made.id}`);
    await setUp(bySession(made.id), made.token);
  });
  show('choose');
}

const beat = 3000; // milliseconds between two looks
const farther = 5; // looks after which the log is read again though nothing seems new

// setUp shows a directory and keeps showing it as it is. token is one that has
// just been made with it.
async function setUp(reach, token) {
  let directory;
  try {
    directory = await reach.look();
  } catch (error) {
    if (error.status === 401 && !reach.byLink) return signIn();
    throw error;
  }
  document.title = `${directory.name} - Muster`;
  find('title').textContent = `Connect ${directory.name}`;
  const provider = providerName(directory);
  const house = directory.workspace ? ['the workspace ', make('strong', { textContent: directory.workspace })] : ['this workspace'];
  find('intro').replaceChildren('Let ', provider, ' send its people and groups into ', ...house,
    ' of Muster. Go through the steps in their order: each ticks itself off when requests of ', provider, ' arrive.');
  if (directory.linkExpiresAt) {
    find('until').hidden = false;
    find('until').replaceChildren('Works in this browser until ', when(directory.linkExpiresAt));
  }
  const steps = mountSteps(reach, directory, token, (changed) => paint(changed));
  const log = mountLog(reach, directory);
  function paint(now) {
    showStanding(now);
    showError(now);
    showWarnings(now);
    showArrived(now);
    steps.update(now);
  }
  paint(directory);
  await log.load();
  show('setup');
  follow(reach, directory, paint, log);
}

// follow looks again and again while the page is seen.
function follow(reach, before, paint, log) {
  const count = (directory) => directory.requestsByDay.at(-1)?.requests + directory.requestsByDay.at(-1)?.day;
  let known = count(before), turn = 0;
  const look = async () => {
    if (!document.hidden) {
      try {
        const directory = await reach.look();
        paint(directory);
        if (count(directory) !== known || ++turn % farther === 0) await log.refresh();
        known = count(directory);
      } catch (error) {
        if (error.status === 401) return reach.byLink ? show('dead') : signIn();
        showStanding(null); // the next look may reach the server again
      }
    }
    setTimeout(look, beat);
  };
  setTimeout(look, beat);
}
