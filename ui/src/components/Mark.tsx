// SPDX-License-Identifier: Apache-2.0

/** The mark of the product. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg aria-hidden className="shrink-0" height={size} viewBox="0 0 28 28" width={size}>
      <rect className="fill-accent-fill" height="28" rx="7" width="28" />
      <path className="stroke-on-accent" d="M7.5 14.5l4.5 4.5 8.5-10" fill="none" strokeLinecap="round" strokeLinejoin="round" strokeWidth="3" />
    </svg>
  );
}
