// SPDX-License-Identifier: Apache-2.0

import { complain, confirmDone, copying, make, whenPressed, whenSent } from './door.js';
import { icon } from './directory-show.js';

// mountAttribute is the step that names the attribute which carries the role, with
// the roles that it may hold.
export function mountAttribute(reach, inside, box, changed) {
  const table = make('table', { className: 'roles' });
  const input = make('input', { autocapitalize: 'none', autocomplete: 'off', id: 'attribute', name: 'roleAttribute', spellcheck: false });
  const offered = make('datalist', { id: 'offered' });
  input.setAttribute('list', 'offered');
  const form = make('form', { method: 'post', noValidate: true, className: 'line' },
    make('div', { className: 'field' }, make('label', { for: 'attribute', textContent: 'Name of the attribute (Directory Provider Value)' }), input, offered),
    make('button', { className: 'button second', textContent: 'Save' }));
  const words = make('p', { hidden: true });
  whenSent(form, async (values) => {
    changed(await reach.nameAttribute(values.roleAttribute.trim()));
    confirmDone(form, 'Saved.');
    input.dataset.known = input.value = values.roleAttribute.trim();
  });
  inside.append(make('div', {}, make('h3', { textContent: 'Roles to offer, as name and value' }), table), form, words);
  return (directory) => {
    roles(table, directory.roles);
    const may = directory.mayNameAttribute !== false;
    form.hidden = !may;
    input.placeholder = directory.provider === 'entra' ? 'roles' : 'muster_roles';
    words.hidden = may;
    words.textContent = directory.roleAttribute ? `The attribute ${directory.roleAttribute} carries the role.`
      : 'When the attribute is there, tell its name to the person who sent you this link: an Admin enters it.';
    offered.replaceChildren(...directory.offeredAttributes.map((value) => make('option', { value })));
    if (input.dataset.known === undefined || input.value === input.dataset.known) input.value = input.dataset.known = directory.roleAttribute;
  };
}

// roles lists them once: they hardly ever change while somebody looks, and a
// button that copies must not go while it is pressed.
function roles(table, all) {
  const is = all.map((role) => role.id + role.name).join();
  if (table.dataset.is === is) return;
  table.dataset.is = is;
  const copy = (label, text, what) => {
    const button = make('button', { className: 'link', type: 'button', textContent: label, 'aria-label': `Copy ${what}` });
    copying(button, () => text);
    return button;
  };
  const row = (role) => make('tr', {}, make('td', { textContent: role.name }), make('td', {}, make('code', { textContent: role.id })),
    make('td', {}, copy('Copy name', role.name, `the name ${role.name}`), copy('Copy id', role.id, `the id of ${role.name}`)));
  table.replaceChildren(make('thead', {}, make('tr', {}, make('th', { scope: 'col', textContent: 'Display name' }), make('th', { scope: 'col', textContent: 'Value' }), make('th', {}))),
    make('tbody', {}, ...all.map(row)));
}

// mountTest is the step that plays the provider's requests.
export function mountTest(reach, inside, box, changed) {
  const list = make('ul', { className: 'checks', role: 'status' });
  const press = make('button', { className: 'button second', type: 'button', textContent: 'Run the self-test' });
  whenPressed(press, async () => {
    list.replaceChildren();
    const { passed, steps } = await reach.selfTest();
    list.replaceChildren(...steps.map((step) => make('li', { className: step.passed ? '' : 'failed' }, icon(step.passed ? 'check' : 'cross'),
      make('span', {}, step.words, step.passed ? '' : `: ${step.answered} ${step.whatToDo}`))));
    if (!passed) complain(box, 'The self-test did not pass.');
    changed(await reach.look());
  }, box);
  inside.append(make('p', { className: 'buttons' }, press), list);
}
