// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';

/** Something that a button does: run does it; busy while it lasts; error is what it threw last, gone when it runs again. */
export function useTask() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = (doing: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    void doing()
      .catch(setError)
      .finally(() => setBusy(false));
  };
  return { busy, error, run };
}
