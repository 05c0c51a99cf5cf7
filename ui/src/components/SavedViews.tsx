// SPDX-License-Identifier: Apache-2.0

import { Bookmark, BookmarkPlus, ChevronDown, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { useQueryState } from '../lib/address';
import { Refusal } from '../lib/api';
import { useSession } from '../lib/session';
import { changesTo, dropView, filtersOf, saveView, useViews } from '../lib/views';
import { ConfirmDialog } from './ConfirmButton';
import { Field } from './Form';
import { type Item, Menu } from './Menu';

const longest = 40; // characters of a name, which has to fit a phone

/** Says beside the name what is wrong with it. */
const refuse = (message: string) => new Refusal(0, message, [{ message, pointer: '/name' }]);

/** The filters of a list under names: choose, save, delete. names are the parameters of the address that count. */
export function SavedViews({ list, names }: { list: string; names: string[] }) {
  const { user, workspace } = useSession();
  const shelf = { list, user: user.id, workspace: workspace.id };
  const views = useViews(shelf);
  const [query, change] = useQueryState();
  const [asking, setAsking] = useState<'drop' | 'save' | undefined>();
  const now = filtersOf(query, names);
  const chosen = views.find((view) => view.query === now);
  const items: Item[] = [
    ...views.map((view): Item => ({ act: () => change(changesTo(view === chosen ? '' : view.query, names)), chosen: view === chosen, label: view.name })),
    ...(views.length > 0 && now !== '' ? (['line'] as const) : []),
    ...(now !== '' && !chosen ? [{ Icon: BookmarkPlus, act: () => setAsking('save'), label: 'Save these filters as…' }] : []),
    ...(chosen ? [{ Icon: Trash2, act: () => setAsking('drop'), danger: true, label: 'Delete this view' }] : []),
  ];
  const save = async ({ name = '' }: Record<string, string>) => {
    if (name.trim() === '') throw refuse('Give the view a name.');
    if (!saveView(shelf, { name: name.trim(), query: now })) throw refuse('This browser keeps nothing for Muster, so the view is not saved.');
  };
  return (
    <>
      {items.length > 0 && (
        <span className="inline-flex" data-no-print>
          <Menu
            items={items}
            label="Saved views"
            trigger={
              <button className={`inline-flex h-7 items-center gap-1 rounded-md border px-2 text-sm hover:bg-hover ${chosen ? 'border-accent bg-accent-soft font-medium text-accent' : 'border-line-strong border-dashed text-soft'}`} type="button">
                <Bookmark aria-hidden className="size-3.5" />
                <span className="max-w-48 truncate">{chosen ? `View: ${chosen.name}` : 'Views'}</span>
                <ChevronDown aria-hidden className="size-3.5" />
              </button>
            }
          />
        </span>
      )}
      <ConfirmDialog
        fields={<Field data-missing="Give the view a name." hint="A view that has this name already is replaced." label="Name" maxLength={longest} name="name" required />}
        open={asking === 'save'}
        send={save}
        setOpen={(open) => setAsking(open ? 'save' : undefined)}
        text="The filters that are set now. This browser keeps them, for you in this workspace."
        title="Save the view"
        verb="Save"
      />
      <ConfirmDialog
        look="danger"
        open={asking === 'drop'}
        send={async () => dropView(shelf, chosen?.name ?? '')}
        setOpen={(open) => setAsking(open ? 'drop' : undefined)}
        text={<>The name <strong className="font-medium text-text">{chosen?.name}</strong> goes. The tests and the filters that are set stay as they are.</>}
        title="Delete the view"
        verb="Delete it"
      />
    </>
  );
}
