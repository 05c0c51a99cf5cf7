// @vitest-environment node
// SPDX-License-Identifier: Apache-2.0

import { execFile, execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, describe, expect, test } from 'vitest';

import { verifiers } from './verify';

const bytes = Buffer.from(Array.from({ length: 24 }, (_, i) => (i * 37) % 256));
const secret = `whsec_${bytes.toString('base64')}`;
const body = '{"type":"test.status_changed","data":{"summary":"Ärger mit \\"x\\""}}';

const sign = (id, at, text, key = bytes) => `v1,${createHmac('sha256', key).update(`${id}.${String(at)}.${text}`).digest('base64')}`;

const now = Math.floor(Date.now() / 1000);
const message = (more = {}) => ({ 'webhook-id': 'msg_1', 'webhook-signature': sign('msg_1', now, body), 'webhook-timestamp': String(now), ...more });
const other = sign('msg_1', now, body, Buffer.from('another'));

/** What is shown to each program, and what it must say: name, headers, body, answer. */
const cases = [
  ['as it was signed', message(), body, true],
  ['of two secrets, the second', message({ 'webhook-signature': `${other} ${sign('msg_1', now, body)}` }), body, true],
  ['another body', message(), `${body} `, false],
  ['another id', message({ 'webhook-id': 'msg_2' }), body, false],
  ['another secret', message({ 'webhook-signature': other }), body, false],
  ['too old', message({ 'webhook-signature': sign('msg_1', now - 600, body), 'webhook-timestamp': String(now - 600) }), body, false],
  ['from the future', message({ 'webhook-signature': sign('msg_1', now + 600, body), 'webhook-timestamp': String(now + 600) }), body, false],
  ['no time', message({ 'webhook-timestamp': 'soon' }), body, false],
  ['no signature', message({ 'webhook-signature': '' }), body, false],
];

const has = (command, ...args) => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const folder = mkdtempSync(path.join(tmpdir(), 'muster-verify-'));
afterAll(() => rmSync(folder, { force: true, recursive: true }));

const text = (key) => verifiers('http://127.0.0.1').find((one) => one.key === key)?.text ?? '';
const shown = JSON.stringify(cases.map(([, headers, content]) => ({ body: content, headers })));
const env = { ...process.env, GOFLAGS: '-mod=mod', SHOWN: shown, WEBHOOK_SECRET: secret };

/** How each program is run over the cases: it prints a JSON list of what verify answers. */
const runs = [
  {
    command: process.execPath,
    key: 'node',
    version: '--version',
    start: () => {
      writeFileSync(path.join(folder, 'node.mjs'), `${text('node')}\nconsole.log(JSON.stringify(JSON.parse(process.env.SHOWN).map(({ body, headers }) => verify(headers, Buffer.from(body)))));\n`);
      return [path.join(folder, 'node.mjs')];
    },
  },
  {
    command: 'python3',
    key: 'python',
    version: '--version',
    start: () => {
      writeFileSync(path.join(folder, 'one.py'), `${text('python')}\n\nimport json\nprint(json.dumps([verify(one["headers"], one["body"].encode()) for one in json.loads(os.environ["SHOWN"])]))\n`);
      return [path.join(folder, 'one.py')];
    },
  },
  {
    command: 'go',
    key: 'go',
    version: 'version',
    start: () => {
      writeFileSync(path.join(folder, 'verify.go'), `${text('go')}\n`);
      writeFileSync(
        path.join(folder, 'main.go'),
        `package main
import ("encoding/json"; "net/http"; "os")
func main() {
	var shown []struct{ Body string; Headers map[string]string }
	if err := json.Unmarshal([]byte(os.Getenv("SHOWN")), &shown); err != nil { panic(err) }
	said := []bool{}
	for _, one := range shown {
		h := http.Header{}
		for name, value := range one.Headers { h.Set(name, value) }
		said = append(said, verify(os.Getenv("WEBHOOK_SECRET"), h, []byte(one.Body)))
	}
	_ = json.NewEncoder(os.Stdout).Encode(said)
}
`,
      );
      return ['run', path.join(folder, 'verify.go'), path.join(folder, 'main.go')];
    },
  },
];

describe('the programs that the page shows', () => {
  test.each(runs)('$key', { timeout: 60_000 }, ({ command, key, start, version }) => {
    if (!has(command, version)) return expect(process.env.MUSTER_TEST_REQUIRE, `${key} is not here`).not.toBe('all');
    const said = JSON.parse(execFileSync(command, start(), { cwd: folder, encoding: 'utf8', env }));
    expect(Object.fromEntries(cases.map(([name], i) => [name, said[i]]))).toEqual(Object.fromEntries(cases.map(([name, , , want]) => [name, want])));
  });

  test('curl and openssl', { timeout: 60_000 }, async () => {
    if (!has('openssl', 'version') || !has('curl', '--version') || !has('sh', '-c', 'command -v od base64')) return;
    const came = [];
    const server = createServer((request, response) => {
      let all = '';
      request.on('data', (part) => { all += String(part); }).on('end', () => {
        came.push({ body: all, headers: request.headers });
        response.writeHead(204).end();
      });
    });
    await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
    const url = `http://127.0.0.1:${String(server.address().port)}/it`;
    await promisify(execFile)('sh', ['-c', verifiers(url).at(-1)?.text ?? ''], { env });
    server.close();
    const [one] = came;
    expect(one?.headers['webhook-signature']).toBe(sign(String(one?.headers['webhook-id']), Number(one?.headers['webhook-timestamp']), one?.body ?? ''));
  });
});
