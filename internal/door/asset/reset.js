// SPDX-License-Identifier: Apache-2.0

import { begin, call, find, show, takeToken, whenSent } from './door.js';

begin(() => {
  const token = takeToken();
  if (token === '') return show('dead');
  whenSent(find('reset'), async ({ password }) => {
    try {
      await call('POST', '/v1/password/reset', { token, password });
    } catch (error) {
      if (error.status !== 401) throw error;
      return show('dead');
    }
    show('done');
  });
  show('form');
});
