// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';

import type { Line, Picture } from '../lib/guide';

const wide = 400;
const inset = 18;
const heights = { button: 36, field: 52, row: 30, tick: 28 };

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** The number of the instruction that a line belongs to. */
function Mark({ n, y }: { n: number; y: number }) {
  return (
    <g>
      <circle className="fill-accent-fill" cx={wide - inset - 2} cy={y} r="9" />
      <text className="fill-on-accent font-semibold" fontSize="11" textAnchor="middle" x={wide - inset - 2} y={y + 4}>
        {n}
      </text>
    </g>
  );
}

const shapes: Record<Line['kind'], (line: Line) => ReactNode> = {
  button: ({ label, mark }) => (
    <>
      <rect className={mark ? 'fill-accent-soft stroke-accent' : 'fill-panel stroke-line-strong'} height="26" rx="5" width={28 + label.length * 6.4} x={inset} y="5" />
      <text className={mark ? 'fill-accent font-medium' : 'fill-text'} fontSize="12" x={inset + 14} y="22">
        {label}
      </text>
    </>
  ),
  field: ({ label, mark, value }) => (
    <>
      <text className="fill-soft" fontSize="11" x={inset} y="12">
        {label}
      </text>
      <rect className={mark ? 'fill-accent-soft stroke-accent' : 'fill-panel stroke-line-strong'} height="26" rx="4" width={wide - 2 * inset - 26} x={inset} y="18" />
      <text className="fill-text" fontSize="12" x={inset + 9} y="35">
        {cut(value ?? '', 48)}
      </text>
    </>
  ),
  row: ({ label, value }) => (
    <>
      <rect className="fill-sunk" height="24" rx="3" width={wide - 2 * inset - 26} x={inset} y="3" />
      <text className="fill-text" fontSize="12" x={inset + 9} y="19">
        {cut(label, value ? 26 : 48)}
      </text>
      <text className="fill-soft" fontSize="11" textAnchor="end" x={wide - inset - 35} y="19">
        {cut(value ?? '', 28)}
      </text>
    </>
  ),
  tick: ({ label, off }) => (
    <>
      <rect className={off ? 'fill-panel stroke-line-strong' : 'fill-accent-fill stroke-accent-fill'} height="14" rx="3" width="14" x={inset} y="7" />
      {!off && <path className="stroke-on-accent" d={`M${String(inset + 3)} 14l3 3 5-6`} fill="none" strokeWidth="1.8" />}
      <text className="fill-text" fontSize="12" x={inset + 23} y="18">
        {cut(label, 52)}
      </text>
    </>
  ),
};

/** A drawing of a place at an identity provider, with the numbers of the instructions beside what they speak of. */
export function Drawing({ picture, provider }: { picture: Picture; provider: string }) {
  const { lines, tabs, where } = picture;
  const top = tabs ? 68 : 42;
  const placed: { line: Line; y: number }[] = [];
  let y = top;
  for (const line of lines) {
    placed.push({ line, y });
    y += heights[line.kind];
  }
  const high = y + 12;
  const active = tabs?.find((tab) => where.includes(tab));
  return (
    <svg aria-label={`A drawing of ${provider}: ${where.join(', ')}. There: ${lines.map((line) => line.label).join(', ')}.`} className="w-full max-w-[440px]" role="img" viewBox={`0 0 ${String(wide)} ${String(high)}`}>
      <rect className="fill-panel stroke-line-strong" height={high - 1} rx="8" width={wide - 1} x="0.5" y="0.5" />
      <path className="fill-sunk" d={`M1 30V9a8 8 0 0 1 8-8h${String(wide - 18)}a8 8 0 0 1 8 8v21z`} />
      {[14, 25, 36].map((x) => (
        <circle className="fill-none-mark" cx={x} cy="15.5" key={x} r="3.5" />
      ))}
      <text className="fill-soft" fontSize="11" x="50" y="19.5">
        {cut(where.join('  ›  '), 58)}
      </text>
      {tabs?.map((tab, i) => {
        const x = inset + tabs.slice(0, i).reduce((sum, one) => sum + one.length * 6.4 + 22, 0);
        return (
          <g key={tab}>
            <text className={tab === active ? 'fill-text font-medium' : 'fill-soft'} fontSize="12" x={x} y="50">
              {tab}
            </text>
            {tab === active && <rect className="fill-accent-fill" height="2" width={tab.length * 6.4} x={x} y="57" />}
          </g>
        );
      })}
      {tabs && <path className="stroke-line" d={`M1 59.5h${String(wide - 2)}`} />}
      {placed.map(({ line, y: at }) => (
        <g key={`${line.label}${String(at)}`}>
          <g transform={`translate(0 ${String(at)})`}>{shapes[line.kind](line)}</g>
          {line.mark && <Mark n={line.mark} y={at + { button: 18, field: 31, row: 15, tick: 14 }[line.kind]} />}
        </g>
      ))}
    </svg>
  );
}
