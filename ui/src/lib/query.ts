// SPDX-License-Identifier: Apache-2.0

/** Reads one value of the address, undefined for none. */
export const only = (query: URLSearchParams, name: string): string | undefined => query.get(name) || undefined;

/** Reads the values of the address, joined by commas, as the list that the API wants; undefined for none. */
export function list(query: URLSearchParams, name: string): string[] | undefined {
  return only(query, name)?.split(',');
}

/** Lets the browser save a value as a JSON file. */
export function saveJSON(value: unknown, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: 'application/json' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it after the click
}

/** Lets the browser save what an address answers. Values that are undefined are left out. */
export function download(path: string, query: Record<string, string[] | string | undefined>, name: string): void {
  const asked = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value]) asked.append(key, one);
  const text = asked.toString();
  const link = document.createElement('a');
  link.href = text === '' ? path : `${path}?${text}`;
  link.download = name;
  link.click();
}
