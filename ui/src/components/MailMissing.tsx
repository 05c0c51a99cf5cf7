// SPDX-License-Identifier: Apache-2.0

import { useCan } from '../lib/session';
import { CopyField } from './CopyField';

/** Says that this server sends no mail; to who may change that, the flags that it takes. */
export function MailMissing() {
  const can = useCan();
  if (!can('manage notifications')) return <p className="rounded-md bg-risk-soft px-3 py-2 text-sm">This server sends no mail yet. Ask who runs it.</p>;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-md bg-risk-soft px-3 py-2 text-sm">
      <p>This server sends no mail yet. Start it with the SMTP server to send by:</p>
      <CopyField label="flags" text={'--mail-url smtps://USER:PASSWORD@smtp.example.com --mail-from "Muster <muster@example.com>"'} />
    </div>
  );
}
