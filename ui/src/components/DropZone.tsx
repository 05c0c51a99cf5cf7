// SPDX-License-Identifier: Apache-2.0

import { FileUp } from 'lucide-react';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';

import { Button } from './Button';

/** Takes files that are dropped on it or picked. several: more than one at a time. */
export function DropZone({ children, label, several = false, take }: { children?: ReactNode; label: string; several?: boolean; take: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const hover = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault(); // or the browser opens the file
    event.dataTransfer.dropEffect = 'copy';
    setOver(true);
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const files = [...event.dataTransfer.files];
    if (files.length > 0) take(several ? files : files.slice(0, 1));
  };
  return (
    <div
      className={`flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-dashed px-4 py-4 ${over ? 'border-accent bg-accent-soft' : 'border-line-strong bg-panel'}`}
      data-no-print
      onDragEnter={hover}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDragOver={hover}
      onDrop={dropped}
    >
      <FileUp aria-hidden className="size-5 shrink-0 text-soft" />
      <div className="min-w-40 flex-1">{children}</div>
      <input
        aria-label={label}
        className="sr-only"
        multiple={several}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          target.value = ''; // the same file can be chosen again
          if (files.length > 0) take(files);
        }}
        ref={input}
        tabIndex={-1}
        type="file"
      />
      <Button onClick={() => input.current?.click()}>{label}</Button>
    </div>
  );
}
