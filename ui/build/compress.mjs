// SPDX-License-Identifier: Apache-2.0

// Compresses what vite built, once and as small as it gets: the server sends the
// files as they are. Says what a first visit costs.

import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = path.join(import.meta.dirname, '..', 'dist');
const worthIt = 512; // bytes; a smaller file fits a packet anyway

let total = 0;
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(css|html|js|svg)$/.test(entry.name)) continue;
  const file = path.join(entry.parentPath, entry.name);
  const body = await readFile(file);
  if (body.length < worthIt) continue;
  const brotli = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } });
  await writeFile(`${file}.br`, brotli);
  await writeFile(`${file}.gz`, gzipSync(body, { level: 9 }));
  total += brotli.length;
}
console.log(`all pages together: ${(total / 1000).toFixed(0)} kB compressed`);
