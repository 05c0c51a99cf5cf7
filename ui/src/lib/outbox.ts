// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'react';

/** A file on its way: sent of its bytes have left; error is why it did not arrive. */
export type Outgoing = { error: unknown; file: File; key: string; sent: number };

type Send = (file: File, how: { progress: (sent: number) => void; signal: AbortSignal }) => Promise<unknown>;

let counter = 0;

/**
 * Sends files one after the other. They go on when the page is left for another, but not
 * when the window closes, which is asked about.
 */
export function useOutbox(send: Send) {
  const [files, setFiles] = useState<Outgoing[]>([]);
  const running = useRef({ aborts: new Map<string, AbortController>(), last: Promise.resolve() });
  const set = (key: string, values: Partial<Outgoing>) => setFiles((all) => all.map((one) => (one.key === key ? { ...one, ...values } : one)));
  const drop = (key: string) => {
    running.current.aborts.get(key)?.abort();
    setFiles((all) => all.filter((one) => one.key !== key));
  };
  const start = (key: string, file: File) => {
    const abort = new AbortController();
    running.current.aborts.set(key, abort);
    const deed = async () => {
      if (abort.signal.aborted) return;
      try {
        await send(file, { progress: (sent) => set(key, { sent: Math.min(sent, file.size) }), signal: abort.signal });
        drop(key);
      } catch (error) {
        if (!abort.signal.aborted) set(key, { error, sent: 0 });
      }
    };
    running.current.last = running.current.last.then(deed);
  };
  const add = (chosen: File[]) => {
    const more = chosen.map((file) => ({ error: null, file, key: String((counter += 1)), sent: 0 }));
    setFiles((all) => [...all, ...more]);
    for (const { file, key } of more) start(key, file);
  };
  const again = ({ file, key }: Outgoing) => {
    set(key, { error: null, sent: 0 });
    start(key, file);
  };
  const busy = files.some(({ error }) => error === null);
  useEffect(() => {
    if (!busy) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [busy]);
  return { add, again, drop, files };
}
