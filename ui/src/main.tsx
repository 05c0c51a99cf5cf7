// SPDX-License-Identifier: Apache-2.0

import './styles.css';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './App';
import { Refusal } from './lib/api';
import { pages } from './pages';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server refuses it refuses again; only a lost connection is tried again.
      retry: (failures, error) => failures < 2 && error instanceof Refusal && (error.status === 0 || error.status >= 500),
      staleTime: 5_000,
    },
  },
});

// The page's code is on its way while the server is asked who is signed in.
pages.find(({ path }) => new RegExp(`^${path.replaceAll(/:[^/]+/g, '[^/]+')}$`).test(location.pathname))?.Page.preload();

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
