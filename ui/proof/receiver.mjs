// SPDX-License-Identifier: Apache-2.0

// What a walk plays of the world outside: a server that takes what incoming webhooks of
// Slack do, and one that takes mail. Both keep what came.

import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';

const patience = 30_000;

/** Keeps what came, and lets a walk wait for it. */
class Kept {
  came = [];
  #waiting = [];

  take(one) {
    this.came.push(one);
    this.#waiting = this.#waiting.filter(({ fits, done }) => !fits(one) || done(one));
  }

  /** Answers the first that fits, of what came or comes yet. */
  next(fits, what) {
    const there = this.came.find(fits);
    if (there !== undefined) return Promise.resolve(there);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} did not come; what came: ${JSON.stringify(this.came).slice(0, 2000)}`)), patience);
      this.#waiting.push({ done: (one) => { clearTimeout(timer); resolve(one); }, fits });
    });
  }
}

const listen = async (server) => {
  await new Promise((ready) => { server.listen(0, '127.0.0.1', ready); });
  server.unref();
  return server.address().port;
};

/** Takes what is posted: {path, body}. What is posted to /gone… is answered as Slack does for a webhook that is gone. */
export async function openSlack() {
  const kept = new Kept();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (text) => { body += text; });
    request.on('end', () => {
      kept.take({ body, path: request.url });
      const gone = request.url.startsWith('/gone');
      response.writeHead(gone ? 404 : 200).end(gone ? 'no_service' : 'ok');
    });
  });
  kept.url = `http://127.0.0.1:${await listen(server)}`;
  kept.close = () => server.close();
  return kept;
}

/** Takes mail: {headers, text}; folded lines of headers are one. */
export async function openMail() {
  const kept = new Kept();
  const server = createSocket((socket) => {
    let said = '';
    let writing = false;
    const answer = (text) => socket.write(`${text}\r\n`);
    const message = () => {
      const end = said.indexOf('\r\n.\r\n');
      if (end < 0) return false;
      const [head = '', ...rest] = said.slice(0, end).split('\r\n\r\n');
      kept.take({ headers: head.replaceAll(/\r\n[ \t]+/g, ' '), text: rest.join('\r\n\r\n') });
      said = said.slice(end + 5);
      writing = false;
      answer('250 kept');
      return true;
    };
    const command = () => {
      const end = said.indexOf('\r\n');
      if (end < 0) return false;
      const verb = said.slice(0, 4).toUpperCase();
      said = said.slice(end + 2);
      writing = verb === 'DATA';
      answer({ DATA: '354 go on', EHLO: '250-here\r\n250 8BITMIME', QUIT: '221 bye' }[verb] ?? '250 ok');
      return true;
    };
    socket.on('error', () => {});
    socket.on('data', (text) => {
      said += text;
      while (writing ? message() : command());
    });
    answer('220 here');
  });
  kept.url = `smtp://127.0.0.1:${await listen(server)}`;
  kept.close = () => server.close();
  return kept;
}
