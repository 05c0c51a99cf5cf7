// SPDX-License-Identifier: Apache-2.0

/** A text in which *…* is what a button or field says, and `…` what is typed. */
export function Marked({ text }: { text: string }) {
  return text.split(/(\*[^*]+\*|`[^`]+`)/).map((piece, i) => {
    // The pieces of a text never change places.
    // oxlint-disable react/no-array-index-key
    if (piece.startsWith('*')) return <strong className="font-medium text-text" key={i}>{piece.slice(1, -1)}</strong>;
    if (piece.startsWith('`')) return <code className="rounded bg-sunk px-1 font-mono text-sm text-text" key={i}>{piece.slice(1, -1)}</code>;
    return <span key={i}>{piece}</span>;
    // oxlint-enable react/no-array-index-key
  });
}
