// SPDX-License-Identifier: Apache-2.0

import { Button } from './Button';
import { useFormBusy } from './Form';

/** The end of a form in a drawer: leave it, or send it. */
export function FormFoot({ close, text }: { close: () => void; text: string }) {
  return (
    <div className="flex flex-wrap justify-end gap-2">
      <Button onClick={close}>Cancel</Button>
      <Button busy={useFormBusy()} look="primary" type="submit">
        {text}
      </Button>
    </div>
  );
}
