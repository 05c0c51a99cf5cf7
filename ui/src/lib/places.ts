// SPDX-License-Identifier: Apache-2.0

import { pages } from '../pages';
import { useSees } from './session';

const fits = (pattern: string, path: string) => new RegExp(`^${pattern.replaceAll(/:\w+/g, '[^/]+')}$`).test(path);

/** Answers a function that says whether an address is a page that the user may see. */
export function useReach(): (address: string) => boolean {
  const sees = useSees();
  return (address) => {
    const path = address.split('?', 1)[0] ?? '';
    const page = pages.find((one) => fits(one.path, path));
    return page !== undefined && sees(page);
  };
}
