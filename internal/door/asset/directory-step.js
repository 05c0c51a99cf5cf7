// SPDX-License-Identifier: Apache-2.0

import { find, make, when } from './door.js';
import { icon } from './directory-show.js';
import { mountAttribute, mountTest } from './directory-role.js';
import { mountCredentials } from './directory-credential.js';

// mountSteps builds the steps once; update ticks them off. A step that is done
// closes and the next opens, unless the reader has worked in it: what was just made
// there must not go out of sight.
export function mountSteps(reach, directory, token, changed) {
  const box = find('steps').closest('section');
  const insides = {
    assigned: (inside) => counted(inside, ({ users, activeUsers }) => users > 0 && `${users} ${users === 1 ? 'user has' : 'users have'} arrived, ${activeUsers} of them active.`),
    attribute: (inside) => mountAttribute(reach, inside, box, changed),
    credentials: (inside) => mountCredentials(reach, inside, box, directory, token),
    groups: (inside) => counted(inside, ({ groups }) => groups > 0 && `${groups} ${groups === 1 ? 'group has' : 'groups have'} arrived.`),
    mapping: (inside) => mapping(reach, inside),
    tested: (inside) => mountTest(reach, inside, box, changed),
  };
  const steps = directory.steps.map((step, i) => oneStep(step, i + 1, insides[step.name]));
  find('steps').replaceChildren(...steps.map((step) => step.item));

  const update = (now) => {
    const needed = now.steps.filter((step) => !step.optional), done = needed.filter((step) => step.done).length;
    const next = nextOf(now.steps, needed);
    now.steps.forEach((step, i) => steps[i].update(step, next.includes(step), now));
    Object.assign(find('progress'), { max: needed.length, value: done });
    find('progress-words').textContent = done === needed.length ? 'All set up' : `${done} of ${needed.length} steps done`;
  };
  return { update };
}

// nextOf answers what is to be done now: the first step that is not done, and the
// first that is needed. That provisioning is on shows only when the provider
// writes, and the attribute must be there before it does.
function nextOf(steps, needed) {
  const first = steps.find((step) => !step.done), must = needed.find((step) => !step.done);
  if (!must) return [];
  const attribute = steps.find((step) => step.name === 'attribute' && !step.done);
  return first.name === 'provisioning' && attribute ? [first, attribute] : [first, must];
}

function oneStep(step, number, mount) {
  const mark = make('span', { className: 'number' }, String(number)), date = make('span', { className: 'when' });
  const summary = make('summary', {}, mark, make('span', { className: 'title', textContent: step.title }),
    make('span', { className: 'aside' }, date, ...(step.optional ? [make('span', { className: 'tag', textContent: 'optional' })] : []), icon('chevron')));
  const inside = make('div', { className: 'inside' }, how(step.words));
  const refresh = mount?.(inside);
  const details = make('details', {}, summary, inside);
  const item = make('li', { className: 'step' }, details);
  let touched = false, was = null;
  for (const sign of ['click', 'focusin']) details.addEventListener(sign, () => { touched = true; });
  return {
    item,
    update(now, current, directory) {
      refresh?.(directory);
      const is = `${now.done} ${current}`;
      if (is === was) return;
      was = is;
      item.className = `step${now.done ? ' ticked' : ''}${current ? ' now' : ''}`;
      mark.replaceChildren(now.done ? icon('check') : String(number));
      mark.title = now.done ? 'Done' : 'To do';
      date.replaceChildren(...(now.doneAt ? [when(now.doneAt)] : []));
      if (!touched) details.open = current;
    },
  };
}

// how lists what to do, sentence by sentence.
function how(words) {
  const sentences = words.split(/(?<=\.)\s+(?=[A-Z"])/);
  if (sentences.length === 1) return make('p', { textContent: words });
  return make('ul', { className: 'how' }, ...sentences.map((textContent) => make('li', { textContent })));
}

// counted says what has arrived, once something has.
function counted(inside, say) {
  const words = make('p', { hidden: true }, make('strong', {}));
  inside.append(words);
  return ({ counts }) => {
    const text = say(counts);
    words.hidden = !text;
    words.firstChild.textContent = text || '';
  };
}

function mapping(reach, inside) {
  inside.append(make('p', {}, reach.byLink
    ? 'Only an Admin of Muster can do this. If groups shall give roles, tell the person who sent you the link which group gives which role.'
    : 'On the server: muster admin directory mapping set, or PUT /v1/directories/{id}/mapping.'));
}
