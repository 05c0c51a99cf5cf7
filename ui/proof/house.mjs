// SPDX-License-Identifier: Apache-2.0

// A house is a real server on an empty temporary folder: the program as anybody
// starts it, filled through its command line and its API.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const patience = 60_000;

/** Answers the program: $MUSTER_BINARY, or one built from the sources around. */
async function program(folder) {
  if (process.env.MUSTER_BINARY) return process.env.MUSTER_BINARY;
  const at = path.join(folder, 'muster');
  await run('go', ['build', '-o', at, './cmd/muster'], { cwd: path.join(import.meta.dirname, '..', '..'), env: { ...process.env, CGO_ENABLED: '0' } });
  return at;
}

export class House {
  log = '';

  /** Starts a server, with more flags if wanted, and waits until it listens. It may reach what a walk plays beside it. */
  static async open(...more) {
    const house = new House();
    house.folder = await mkdtemp(path.join(tmpdir(), 'muster-proof-'));
    house.binary = await program(house.folder);
    house.env = { HOME: process.env.HOME, MUSTER_DATA: path.join(house.folder, 'data'), PATH: process.env.PATH };
    const flags = ['serve', '--listen', ':0', '--rate-session=0', '--rate-manage=0', '--rate-integration=0', '--rate-oauth=0', '--rate-unknown=0', '--allow-private-addresses', ...more];
    house.server = spawn(house.binary, flags, { env: house.env, stdio: ['ignore', 'ignore', 'pipe'] });
    house.ended = new Promise((done) => { house.server.on('exit', done); });
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the server does not listen:\n${house.log}`)), patience);
      void house.ended.then(() => reject(new Error(`the server ended:\n${house.log}`)));
      house.server.stderr.on('data', (text) => {
        house.log += text;
        const found = /listening on (http:\/\/[^" ]+)/.exec(house.log);
        const link = /set one up: (http[^"\s]+)/.exec(house.log);
        if (!found || !link) return;
        house.url = found[1];
        house.setUpLink = link[1];
        clearTimeout(timer);
        resolve();
      });
    });
    return house;
  }

  /** Stops the server and takes its folder away. */
  async close() {
    this.server?.kill('SIGTERM');
    await this.ended;
    await rm(this.folder, { force: true, recursive: true });
  }

  /** Runs muster admin and answers what it prints. */
  async admin(...args) {
    const { stdout } = await run(this.binary, ['admin', '--json', ...args], { env: this.env });
    return JSON.parse(stdout);
  }

  /** Makes a user with a role and a password. */
  async user(email, role, password) {
    const made = run(this.binary, ['admin', 'user', 'create', '--email', email, '--role', role, '--password-stdin'], { env: this.env });
    made.child.stdin.end(`${password}\n`);
    await made;
  }

  /** Writes a file into the folder and answers its path. */
  async file(name, content) {
    const at = path.join(this.folder, name);
    await writeFile(at, typeof content === 'string' ? content : JSON.stringify(content));
    return at;
  }

  /** Makes an application and answers a token of it. */
  async token(name, type) {
    const more = type === 'manage' ? ['--type', 'manage'] : [];
    const app = await this.admin('app', 'create', '--name', name, ...more);
    const body = { client_id: app.clientId, client_secret: app.clientSecret, grant_type: 'client_credentials' };
    const { access_token: token } = await this.call('POST', '/oauth/token', { body });
    return { app, token };
  }

  /** Calls the API and answers its JSON; what is no success ends the walk. */
  async call(method, at, { body, token } = {}) {
    const headers = { 'Content-Type': 'application/json' };
    if (token) headers.Authorization = `Bearer ${token}`;
    const response = await fetch(this.url + at, { body: body === undefined ? undefined : JSON.stringify(body), headers, method });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${at}: ${response.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }
}
