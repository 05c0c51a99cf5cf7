// SPDX-License-Identifier: Apache-2.0

import { CopyButton } from './CopyField';

/** Roles with their names and ids, each to be copied: what an identity provider's list of values wants. */
export function RoleTable({ heads = ['Role', 'Id'], roles }: { heads?: [name: string, id: string]; roles: { description?: string; id: string; name: string }[] }) {
  return (
    <div className="overflow-hidden rounded-lg border bg-panel">
      <table className="w-full table-fixed">
        <caption className="sr-only">Roles with their ids</caption>
        <thead>
          <tr className="border-b text-left text-soft text-xs">
            <th className="h-8 w-2/5 px-3 font-medium" scope="col">
              {heads[0]}
            </th>
            <th className="px-3 font-medium" scope="col">
              {heads[1]}
            </th>
          </tr>
        </thead>
        <tbody>
          {roles.map((role) => (
            <tr className="border-b align-top last:border-b-0" key={role.id}>
              <th className="px-3 py-1.5 text-left font-normal" scope="row">
                <span className="flex items-start gap-1">
                  <span className="min-w-0 flex-1 break-words py-0.5 font-medium">{role.name}</span>
                  <CopyButton label={`Copy the name ${role.name}`} text={role.name} />
                </span>
                {role.description && <span className="block pb-0.5 text-soft text-sm max-sm:hidden">{role.description}</span>}
              </th>
              <td className="px-3 py-1.5">
                <span className="flex items-start gap-1">
                  <code className="min-w-0 flex-1 break-all py-1 font-mono text-sm">{role.id}</code>
                  <CopyButton label={`Copy the id of ${role.name}`} text={role.id} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
