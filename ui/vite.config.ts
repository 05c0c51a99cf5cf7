// SPDX-License-Identifier: Apache-2.0

import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = 'http://127.0.0.1:8080'; // muster serve

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    assetsInlineLimit: 0, // the policy of the pages lets no data: address in
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // `npm run dev` serves the pages and hands everything else to a running server.
  server: { fs: { allow: ['.', '../docs/reference'] }, proxy: Object.fromEntries(['/v1', '/account', '/door', '/invitation', '/openapi.json', '/reset', '/sso'].map((at) => [at, server])) },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'] },
});
