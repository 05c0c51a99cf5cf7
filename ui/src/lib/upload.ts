// SPDX-License-Identifier: Apache-2.0

import { Refusal } from './api';

/** Posts a text that is no JSON, such as a CSV file, and reads the JSON that comes back. */
export async function upload<Result>(path: string, text: string, type: string): Promise<Result> {
  let answer: Response;
  try {
    answer = await fetch(path, { body: text, headers: { 'Content-Type': type }, method: 'POST' });
  } catch {
    throw new Refusal(0, 'The server cannot be reached. Check your connection, and try again.');
  }
  const body = (await answer.json().catch(() => ({}))) as Result & { errors?: unknown; message?: string };
  // A file with wrong lines is refused with the lines: those are a result too.
  if (answer.ok || Array.isArray(body.errors)) return body;
  throw new Refusal(answer.status, body.message ?? `the server answered ${String(answer.status)}`);
}
