// SPDX-License-Identifier: Apache-2.0

/** A small line of values, oldest first; its last point is marked. */
export function Sparkline({ values, label, width = 96, height = 28 }: { height?: number; label: string; values: number[]; width?: number }) {
  const most = Math.max(1, ...values);
  const x = (i: number) => (values.length < 2 ? width - 3 : 1 + (i / (values.length - 1)) * (width - 4));
  const y = (value: number) => height - 3 - (value / most) * (height - 6);
  const line = values.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const last = values.at(-1);
  return (
    <svg aria-label={label} className="text-faint" height={height} role="img" viewBox={`0 0 ${width} ${height}`} width={width}>
      {values.length > 1 && <path className="fill-none-soft" d={`${line}L${x(values.length - 1)} ${height - 1}L1 ${height - 1}Z`} />}
      <path d={line} fill="none" stroke="currentColor" strokeLinejoin="round" strokeWidth="1.5" />
      {last !== undefined && <circle className="fill-text" cx={x(values.length - 1)} cy={y(last)} r="2" />}
    </svg>
  );
}
