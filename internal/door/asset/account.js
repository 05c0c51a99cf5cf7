// SPDX-License-Identifier: Apache-2.0

import { agentName, ask, begin, confirmDone, find, make, show, when, whenPressed } from './door.js';
import { mountFactor } from './account-factor.js';
import { mountPasskeys } from './account-passkey.js';
import { mountPassword } from './account-password.js';
import { load, leave, own, plainCall } from './account-session.js';

const methods = {
  invitation: 'by invitation', magic_link: 'by mailed link', oidc: 'through', passkey: 'with a passkey', password: 'with a password',
  saml: 'through', set_up: 'by set-up link',
};

// how says how a session began.
const how = (session) => [methods[session.method] ?? session.method, session.provider].filter(Boolean).join(' ');

begin(async () => {
  await load();
  showOwn();
  showWorkspaces();
  mountPassword();
  mountFactor();
  mountPasskeys();
  await showSessions();
  wire();
  show('account');
});

function showOwn() {
  const { user, workspace } = own.session;
  find('name').textContent = user.displayName || user.email;
  find('email').textContent = user.email;
  find('workspace').textContent = workspace.name;
  find('role').textContent = user.role.name;
  find('signed-in').replaceChildren(how(own.session), ', ', when(own.session.createdAt));
  find('ends').replaceChildren(when(own.session.idleEndsAt), ' if it is not used; at the latest ', when(own.session.expiresAt));
}

function showWorkspaces() {
  const rows = own.session.workspaces.map((workspace) => {
    const name = make('span', { className: 'name', textContent: workspace.name });
    if (workspace.current) return make('li', {}, name, make('span', { className: 'badge', textContent: 'You are here' }));
    const button = make('button', { className: 'button second small', type: 'button', textContent: 'Switch', 'aria-label': `Switch to ${workspace.name}` });
    whenPressed(button, async () => {
      await plainCall('POST', '/v1/session/workspace', { workspace: workspace.id });
      location.reload();
    }, find('workspaces'));
    return make('li', {}, name, button);
  });
  find('workspace-list').replaceChildren(...rows);
}

async function showSessions() {
  const { sessions } = await plainCall('GET', '/v1/sessions');
  find('session-list').replaceChildren(...sessions.map(sessionRow));
  find('sessions-end').hidden = sessions.length < 2;
}

function sessionRow(session) {
  const agent = agentName(session.agent);
  const text = make('div', { className: 'name', title: session.agent }, agent, make('span', { className: 'soft' },
    session.address, ', ', how(session), ', last used ', when(session.lastSeenAt)));
  if (session.current) return make('li', {}, text, make('span', { className: 'badge', textContent: 'This one' }));
  const button = make('button', { className: 'button second small danger', type: 'button', textContent: 'End', 'aria-label': `End the session of ${agent}` });
  whenPressed(button, async () => {
    await plainCall('DELETE', `/v1/sessions/${session.id}`);
    await sessionsEnded('The session has ended.');
  }, find('sessions'));
  return make('li', {}, text, button);
}

async function sessionsEnded(words) {
  await showSessions();
  confirmDone(find('sessions'), words);
  find('sessions').querySelector('h2').focus();
}

function wire() {
  whenPressed(find('sessions-end'), async () => {
    await ask({
      title: 'End all other sessions?', text: 'Every other browser has to sign in to this workspace again.', verb: 'End them', danger: true,
      send: () => plainCall('DELETE', '/v1/sessions'),
    });
    await sessionsEnded('All other sessions have ended.');
  });
  find('sign-out').hidden = false;
  whenPressed(find('sign-out'), async () => {
    await plainCall('DELETE', '/v1/session');
    leave('');
  }, find('you'));
  document.addEventListener('muster:sessions', showSessions);
}
