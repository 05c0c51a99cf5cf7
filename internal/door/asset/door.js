// SPDX-License-Identifier: Apache-2.0

// What the pages of the door share: calls of the API, views, forms and dialogs.
// Text reaches the page as text nodes only.

export const find = (id) => document.getElementById(id);

// make builds an element. Properties are set as such; those with a hyphen, and
// href, are attributes.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-') || name === 'href' || name === 'for') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

// Trouble is an error whose words are meant for people.
export class Trouble extends Error {}

// Refusal is an answer of the API that is no success. at is the server's time.
export class Refusal extends Trouble {
  constructor(response, body) {
    super(sentence(body.message ?? `the server answered ${response.status} to this`));
    this.at = new Date(response.headers.get('Date') ?? Date.now());
    this.problems = body.problems ?? [];
    this.status = response.status;
  }
}

// Cancelled says that somebody thought better of it.
export class Cancelled extends Trouble {}

// call sends JSON to the API and answers its JSON, {} for none.
export async function call(method, path, body) {
  const request = { method, cache: 'no-store' };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = { 'Content-Type': 'application/json' };
  }
  let response, text;
  try {
    response = await fetch(path, request);
    text = await response.text();
  } catch {
    throw new Trouble('The server cannot be reached. Check your connection, and try again.');
  }
  let answer = {};
  try {
    answer = text === '' ? {} : JSON.parse(text);
  } catch {
    // Something between here and the server answered; the status says enough.
  }
  if (!response.ok) throw new Refusal(response, answer);
  return answer;
}

// sentence makes one of the API's words: a capital letter, unless an e-mail or
// the like comes first, and a full stop.
export function sentence(words) {
  const [first] = words.split(' ', 1);
  const text = /^[a-z][a-z'-]*,?$/.test(first) ? words[0].toUpperCase() + words.slice(1) : words;
  return /[.?!…]$/.test(text) ? text : text + '.';
}

// explain answers what to show of an error.
export function explain(error) {
  if (error instanceof Cancelled) return '';
  if (error instanceof Trouble) return error.message;
  console.error(error);
  return 'This page ran into an error of its own. Reload it, and try again.';
}

// takeToken answers the token of the link that was opened, '' for none, and takes
// it out of the address bar. Another link to the same page starts over.
export function takeToken() {
  const token = location.hash.slice(1);
  if (token !== '') history.replaceState(null, '', location.pathname + location.search);
  addEventListener('hashchange', () => location.reload());
  return token;
}

// show brings one view of the page forward, and the keyboard to it.
export function show(name) {
  for (const view of document.querySelectorAll('[data-view]')) view.hidden = !view.dataset.view.split(' ').includes(name);
  const view = document.querySelector(`[data-view~="${name}"]`);
  const start = [...view.querySelectorAll('input')].find((input) => input.checkVisibility() && !input.readOnly) ?? view.querySelector('h1');
  if (start?.tagName === 'H1') start.tabIndex = -1;
  start?.focus();
}

// begin runs a page's first step; when it fails the page says so.
export async function begin(step) {
  try {
    await step();
  } catch (error) {
    find('lost').textContent = explain(error);
    show('lost');
  }
}

// paragraph finds where a form or section says something, or makes the place.
function paragraph(box, name, role) {
  let place = box.querySelector(`:scope > .${name}`);
  if (place === null) {
    place = make('p', { className: name, role });
    box.prepend(place);
  }
  return place;
}

// complain says beside what failed; '' takes it back.
export const complain = (box, words) => { paragraph(box, 'problem', 'alert').textContent = words; };

// confirmDone says quietly what has been done.
export const confirmDone = (box, words) => { paragraph(box, 'done', 'status').textContent = words; };

// mark says beside a field what is wrong with it; '' takes it back.
function mark(input, words) {
  const id = `${input.id}-wrong`;
  let place = find(id);
  if (place === null && words === '') return;
  if (place === null) {
    place = make('p', { className: 'wrong', id });
    input.closest('.field').append(place);
    input.setAttribute('aria-describedby', `${input.getAttribute('aria-describedby') ?? ''} ${id}`.trim());
  }
  place.textContent = words;
  input.setAttribute('aria-invalid', String(words !== ''));
}

const fieldsOf = (form) => [...form.elements].filter((input) => input instanceof HTMLInputElement && input.closest('.field'));

// refuse shows an error in a form: beside the fields that it names, and above
// them what belongs to none. Answers say which field an error without one means.
function refuse(form, error, meant) {
  const words = explain(error);
  let problems = error.problems ?? [];
  const name = problems.length === 0 && meant?.(error);
  if (name) problems = [{ pointer: `/${name}`, message: words }];
  const lost = problems.length === 0 ? [words] : [];
  const wrong = [];
  for (const problem of problems) {
    const input = fieldsOf(form).find((field) => `/${field.name}` === problem.pointer);
    if (input) {
      mark(input, sentence(problem.message));
      wrong.push(input);
    } else {
      lost.push(sentence(problem.message));
    }
  }
  complain(form, lost.join(' '));
  fieldsOf(form).find((input) => wrong.includes(input))?.focus();
}

// lacking answers what a field lacks that needs no server to see, '' for nothing.
function lacking(input) {
  if (input.required && input.value === '') return input.dataset.missing;
  return input.validity.typeMismatch ? 'This is not an e-mail address.' : '';
}

// complete says whether every field could be sent.
function complete(form) {
  const wrong = fieldsOf(form).filter((input) => lacking(input) !== '');
  for (const input of wrong) mark(input, lacking(input));
  wrong[0]?.focus();
  return wrong.length === 0;
}

// whenSent calls send with the values of a form. While it runs the form cannot be
// sent again; what it throws is shown in the form.
export function whenSent(form, send, meant) {
  form.querySelectorAll('input[type=password]').forEach(revealable);
  const button = form.querySelector('button:not([type=button])');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.ariaDisabled === 'true') return;
    complain(form, '');
    fieldsOf(form).forEach((input) => mark(input, ''));
    if (!complete(form)) return;
    button.ariaDisabled = 'true';
    try {
      await send(Object.fromEntries(new FormData(form)));
    } catch (error) {
      refuse(form, error, meant);
    } finally {
      button.ariaDisabled = 'false';
    }
  });
}

// whenPressed calls act; what it throws is shown in box.
export function whenPressed(button, act, box = button.closest('section')) {
  button.addEventListener('click', async () => {
    if (button.ariaDisabled === 'true') return;
    complain(box, '');
    box.querySelectorAll(':scope > .done').forEach((place) => { place.textContent = ''; });
    button.ariaDisabled = 'true';
    try {
      await act();
    } catch (error) {
      complain(box, explain(error));
    } finally {
      button.ariaDisabled = 'false';
    }
  });
}

// revealable lets a password be looked at while it is typed.
function revealable(input) {
  const button = make('button', { className: 'reveal', type: 'button', textContent: 'Show', 'aria-label': 'Show the password', 'aria-pressed': 'false' });
  button.addEventListener('click', () => {
    const shown = input.type === 'password';
    input.type = shown ? 'text' : 'password';
    button.textContent = shown ? 'Hide' : 'Show';
    button.setAttribute('aria-pressed', String(shown));
  });
  const around = make('div', { className: 'revealing' });
  input.replaceWith(around);
  around.append(input, button);
}

let dialogs = 0;

// ask opens a dialog and answers what send answered; Cancelled when it is closed
// before. fields are {name, label} with properties of inputs, and hint; send gets
// their values. username tells password managers whose password it is.
export function ask({ title, text, fields = [], verb, danger = false, send, meant, username }) {
  const number = ++dialogs;
  const place = (field, i) => {
    const { label, hint, ...properties } = field;
    const id = `dialog-${number}-${i}`;
    const box = make('div', { className: 'field' }, make('label', { for: id, textContent: label }), make('input', { id, ...properties }));
    if (hint) {
      box.append(make('p', { className: 'hint', id: `${id}-hint`, textContent: hint }));
      box.querySelector('input').setAttribute('aria-describedby', `${id}-hint`);
    }
    return box;
  };
  const cancel = make('button', { className: 'button second', type: 'button', textContent: 'Cancel' });
  const whose = username ? [make('input', { id: `dialog-${number}-whose`, type: 'email', autocomplete: 'username', value: username, readOnly: true, hidden: true })] : [];
  const form = make('form', { method: 'post', noValidate: true }, ...whose, ...fields.map(place),
    make('p', { className: 'buttons' }, make('button', { className: danger ? 'button danger' : 'button', textContent: verb }), cancel));
  const dialog = make('dialog', { 'aria-labelledby': `dialog-${number}` },
    make('h2', { id: `dialog-${number}`, textContent: title }), make('p', { textContent: text }), form);
  document.body.append(dialog);
  return new Promise((answer, reject) => {
    cancel.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => {
      dialog.remove();
      reject(new Cancelled()); // comes to nothing when there is an answer
    });
    whenSent(form, async (values) => {
      answer(await send(values));
      dialog.close();
    }, meant);
    dialog.showModal();
    form.querySelector('.field input')?.select();
  });
}

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

// when shows a time in the reader's own zone.
export function when(text) {
  return make('time', { dateTime: text, textContent: moment.format(new Date(text)) });
}

// agentName answers what people call a browser, from what it calls itself.
export function agentName(agent) {
  const browsers = [['Edg', 'Edge'], ['OPR', 'Opera'], ['Firefox', 'Firefox'], ['FxiOS', 'Firefox'], ['CriOS', 'Chrome'], ['Chrome', 'Chrome'], ['Safari', 'Safari']];
  const systems = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['Mac OS', 'macOS'], ['CrOS', 'ChromeOS'], ['Linux', 'Linux']];
  const named = (list) => list.find(([mark]) => agent.includes(mark))?.[1];
  const browser = named(browsers), system = named(systems);
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? (agent === '' ? 'Unknown program' : agent.slice(0, 60));
}

// copying copies text at the press of a button, which is hidden where the browser
// does not let pages do so (plain HTTP).
export function copying(button, text) {
  button.hidden = navigator.clipboard === undefined;
  const label = button.textContent;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not copied';
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}
