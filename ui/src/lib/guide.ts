// SPDX-License-Identifier: Apache-2.0

// The guides of the admin portal, provider by provider: what to do there, which
// values to copy, and a drawing of where they go. In texts, *…* stands for what is
// written on a button or a field, and `…` for what is typed.

import type { Schema } from './api';
import { entra } from './guide.entra';
import { generic, google, jumpcloud, onelogin } from './guide.others';
import { okta } from './guide.okta';

export type Directory = Schema<'Directory'>;

/** One line of a drawing; mark is the number of the instruction that it belongs to. */
export type Line = { kind: 'button' | 'field' | 'row' | 'tick'; label: string; mark?: number; off?: boolean; value?: string };

/** A drawing of a place at the provider: where it is, its tabs, and what stands there. */
export type Picture = { lines: Line[]; tabs?: string[]; where: string[] };

/** What is done in a step here, beside the instructions. */
export type Part = 'application' | 'assigned' | 'attribute' | 'credentials' | 'custom' | 'groups' | 'mapping' | 'provisioning' | 'tested';

/** One step of a guide. */
export type GuideStep = {
  key: Part;
  note?: string;
  optional?: boolean;
  picture?: (directory: Directory) => Picture;
  title: string;
  todo: string[];
  values?: [label: string, text: string][];
};

export type Guide = GuideStep[];

/** What Okta and others call the namespace of attributes of users. */
export const userURN = 'urn:ietf:params:scim:schemas:core:2.0:User';

const guides: Record<string, Guide> = { entra, google, jumpcloud, okta, onelogin };

/** Answers the guide of a provider. */
export const guideOf = (provider: string): Guide => guides[provider] ?? generic;

/** Answers the names that users arrived with, beside that which every schema has, and that which was named here: it is offered whether it came or not. */
export const learned = (directory: Directory): string[] => directory.offeredAttributes.filter((name) => name !== 'roles' && name !== directory.roleAttribute);

/** Says whether a step is done, and since when where that is known. */
export function standingOf(key: Part, directory: Directory): { at?: string | null; done: boolean } {
  const step = (name: string) => directory.steps.find((one) => one.name === name);
  const of = (name: string) => ({ at: step(name)?.doneAt, done: step(name)?.done ?? false });
  // What is made at the provider before it speaks shows by what comes after it.
  if (key === 'application') return { done: of('credentials').done };
  if (key === 'custom') return { done: of('attribute').done || learned(directory).length > 0 };
  return of(key);
}
