// SPDX-License-Identifier: Apache-2.0

/** A condition as files and the API have it: all, any, not, or a leaf. */
type Rule = { all?: Rule[]; any?: Rule[]; field?: string; not?: Rule; op?: string; value?: unknown };

const groups = [
  ['all', 'All of'],
  ['any', 'Any of'],
] as const;

/** A condition as a tree of its parts. */
export function RuleTree({ rule }: { rule: unknown }) {
  if (rule === null || typeof rule !== 'object') return null;
  const one = rule as Rule;
  for (const [name, word] of groups) {
    const parts = one[name];
    if (parts)
      return (
        <div className="grid gap-1">
          <div className="font-medium text-soft text-xs">{word}</div>
          <ul className="grid gap-1 border-l-2 pl-3">
            {parts.map((part) => (
              <li key={JSON.stringify(part)}>
                <RuleTree rule={part} />
              </li>
            ))}
          </ul>
        </div>
      );
  }
  if (one.not)
    return (
      <div className="grid gap-1">
        <div className="font-medium text-soft text-xs">Not</div>
        <div className="border-l-2 pl-3">
          <RuleTree rule={one.not} />
        </div>
      </div>
    );
  if (one.field)
    return (
      <div className="break-words text-sm">
        <code className="font-mono">{one.field}</code> <span className="text-soft">{one.op}</span> {one.value !== undefined && <code className="font-mono text-accent">{JSON.stringify(one.value)}</code>}
      </div>
    );
  return <code className="break-words font-mono text-sm">{JSON.stringify(rule)}</code>;
}
