// SPDX-License-Identifier: Apache-2.0

import { CopyButton } from './CopyField';

/** Roles with their names and ids, each to be copied: what an identity provider's list of values wants. Name over id where it is narrow. */
export function RoleTable({ heads = ['Role', 'Id'], roles }: { heads?: [name: string, id: string]; roles: { description?: string; id: string; name: string }[] }) {
  const line = 'grid grid-cols-[minmax(0,1fr)] gap-x-4 px-3 @md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]';
  return (
    <div className="@container">
      <div className="overflow-hidden rounded-lg border bg-panel">
        <div aria-hidden className={`${line} hidden h-8 items-center border-b font-medium text-soft text-xs @md:grid`}>
          {heads.map((head) => (
            <span key={head}>{head}</span>
          ))}
        </div>
        <ul aria-label="Roles with their ids">
          {roles.map((role) => (
            <li className={`${line} border-b py-1.5 last:border-b-0`} key={role.id}>
              <span>
                <span className="flex items-center gap-1">
                  <span className="min-w-0 flex-1 break-words font-medium">{role.name}</span>
                  <CopyButton label={`Copy the name ${role.name}`} text={role.name} />
                </span>
                {role.description && <span className="block pb-0.5 text-soft text-sm">{role.description}</span>}
              </span>
              <span className="flex items-start gap-1">
                <code className="min-w-0 flex-1 break-all py-0.5 font-mono text-sm">{role.id}</code>
                <CopyButton label={`Copy the id of ${role.name}`} text={role.id} />
              </span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
