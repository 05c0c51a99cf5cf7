// SPDX-License-Identifier: Apache-2.0

import { Refusal, type Schema } from './api';

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

/** How a file is sent. */
type Sending = { method?: 'POST' | 'PUT'; progress?: (sent: number) => void; signal?: AbortSignal };

const unreachable = 'The server cannot be reached. Check your connection, and try again.';

/** What an answer that is no success says. */
function refusalOf(request: XMLHttpRequest): Refusal {
  if (request.status === 0) return new Refusal(0, unreachable);
  try {
    const { message, problems } = JSON.parse(request.responseText) as Partial<Schema<'ErrorBody'>>;
    const places = (problems ?? []).map((one) => ({ message: one.message, pointer: one.pointer ?? '' }));
    return new Refusal(request.status, places[0]?.message ?? message ?? '', places);
  } catch {
    return new Refusal(request.status, `the server answered ${String(request.status)}`);
  }
}

/**
 * Sends a file or a form with one, however large: the browser reads it as it goes. progress
 * hears how many bytes have left; fetch could not say. Aborted, it throws an AbortError.
 */
export function sendFile<Result>(path: string, body: File | FormData, { method = 'POST', progress, signal }: Sending = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    if (body instanceof File) request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.addEventListener('progress', ({ loaded }) => progress?.(loaded));
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as Result);
      else reject(refusalOf(request));
    });
    request.addEventListener('error', () => reject(new Refusal(0, unreachable)));
    request.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    signal?.addEventListener('abort', () => request.abort());
    request.send(body);
  });
}
