// SPDX-License-Identifier: Apache-2.0

/** Something that is on or off, changed at once. */
export function Switch({ id, on, label, disabled = false, set }: { disabled?: boolean; id?: string; label: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <button aria-checked={on} aria-label={label} className={`relative block h-6 w-10 shrink-0 rounded-full border transition-colors ${on ? 'border-transparent bg-accent-fill' : 'border-line-strong bg-sunk'}`} disabled={disabled} id={id} onClick={() => set(!on)} role="switch" type="button">
      <span aria-hidden className={`absolute top-1/2 size-4 -translate-y-1/2 rounded-full transition-[left] ${on ? 'left-5 bg-on-accent' : 'left-1 bg-faint'}`} />
    </button>
  );
}
