// SPDX-License-Identifier: Apache-2.0

import { begin, call, find, show, takeToken, whenSent } from './door.js';

begin(async () => {
  const token = takeToken();
  const offer = await call('GET', '/v1/sign-in');
  if (token === '') return show(offer.setUp ? 'dead' : 'done');
  whenSent(find('setup'), async (values) => {
    try {
      await call('POST', '/v1/setup', { token, ...values });
    } catch (error) {
      if (error.status === 401) return show('dead');
      if (error.status === 409) return show('done');
      throw error;
    }
    location.replace('/account');
  });
  show('form');
});
