// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';

import { type Block, type Inline, parse } from '../lib/markdown';

const headings = ['text-xl', 'text-lg', 'text-base', 'text-base', 'text-sm', 'text-sm'];

function Words({ parts }: { parts: Inline[] }): ReactNode {
  return parts.map((part, i) => {
    const key = `${part.kind}-${String(i)}`;
    if (part.kind === 'strong') return <strong key={key}>{part.text}</strong>;
    if (part.kind === 'emphasis') return <em key={key}>{part.text}</em>;
    if (part.kind === 'code') return <code className="rounded bg-sunk px-1 font-mono text-[0.9em]" key={key}>{part.text}</code>;
    if (part.kind === 'link')
      return (
        <a className="text-accent underline decoration-line-strong underline-offset-2 hover:decoration-current" href={part.href} key={key} rel="noreferrer noopener" target="_blank">
          {part.text}
          <span className="sr-only"> (opens a new window)</span>
        </a>
      );
    return part.text;
  });
}

function BlockView({ block }: { block: Block }) {
  if (block.kind === 'heading') {
    // The page has an h1 of its own: what the text calls one stands below it.
    const Tag = `h${String(Math.min(6, block.level + 1))}` as 'h2';
    return (
      <Tag className={`mt-3 font-semibold first:mt-0 ${headings[block.level - 1] ?? ''}`}>
        <Words parts={block.words} />
      </Tag>
    );
  }
  if (block.kind === 'list') {
    const Tag = block.ordered ? 'ol' : 'ul';
    return (
      <Tag className={`grid gap-1 pl-5 ${block.ordered ? 'list-decimal' : 'list-disc'}`} start={block.ordered ? block.start : undefined}>
        {block.items.map((words, i) => (
          <li key={String(i)}>
            <Words parts={words} />
          </li>
        ))}
      </Tag>
    );
  }
  if (block.kind === 'code')
    return (
      // A region that scrolls must be reachable by keyboard.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      <pre aria-label="Preformatted text" className="overflow-x-auto rounded-md border bg-sunk px-3 py-2 font-mono text-sm" role="region" tabIndex={0}>
        {block.text}
      </pre>
    );
  if (block.kind === 'rule') return <hr className="my-2" />;
  if (block.kind === 'quote')
    return (
      <blockquote className="border-l-2 pl-3 text-soft">
        <Words parts={block.words} />
      </blockquote>
    );
  return (
    <p>
      <Words parts={block.words} />
    </p>
  );
}

/** A text in Markdown, as people read it. Whatever is in it is text: it brings no HTML. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="grid max-w-prose grid-cols-[minmax(0,1fr)] gap-3 break-words">
      {parse(text).map((block, i) => (
        <BlockView block={block} key={`${block.kind}-${String(i)}`} />
      ))}
    </div>
  );
}
