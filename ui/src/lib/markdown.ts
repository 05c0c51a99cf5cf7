// SPDX-License-Identifier: Apache-2.0

// The part of Markdown that policies are written in, as data: headings, paragraphs, lists,
// quotes, code, rules; bold, italic, code and links inside of a line. What it does not know,
// such as tables and HTML, is shown as it was typed.

/** A piece of a line. */
export type Inline = { href: string; kind: 'link'; text: string } | { kind: 'code' | 'emphasis' | 'strong' | 'text'; text: string };

/** A piece of a text. */
export type Block =
  | { items: Inline[][]; kind: 'list'; ordered: boolean; start: number }
  | { kind: 'code'; text: string }
  | { kind: 'heading'; level: number; words: Inline[] }
  | { kind: 'paragraph' | 'quote'; words: Inline[] }
  | { kind: 'rule' };

const pieces = /`([^`]+)`|\*\*(.+?)\*\*|__(.+?)__|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

/** Takes a line apart. Links lead to web pages and mail only. */
export function inline(line: string): Inline[] {
  const parts: Inline[] = [];
  let at = 0;
  const plain = (text: string) => {
    if (text !== '') parts.push({ kind: 'text', text });
  };
  for (const found of line.matchAll(pieces)) {
    const [whole, code, strong, alsoStrong, emphasis, text, href = ''] = found;
    plain(line.slice(at, found.index));
    at = found.index + whole.length;
    if (code !== undefined) parts.push({ kind: 'code', text: code });
    else if (strong !== undefined || alsoStrong !== undefined) parts.push({ kind: 'strong', text: strong ?? alsoStrong ?? '' });
    else if (emphasis !== undefined) parts.push({ kind: 'emphasis', text: emphasis });
    else if (text !== undefined && /^(https?:\/\/|mailto:)/i.test(href)) parts.push({ href, kind: 'link', text });
    else plain(whole);
  }
  plain(line.slice(at));
  return parts;
}

const bullet = /^\s{0,3}[-*+]\s+(.*)$/;
const numbered = /^\s{0,3}(\d{1,9})[.)]\s+(.*)$/;
const fence = /^\s{0,3}(```|~~~)/;
const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const rule = /^ {0,3}([-*_])(\s*\1){2,}\s*$/;

const begins = (line: string) => [bullet, fence, heading, numbered, rule].some((one) => one.test(line)) || line.startsWith('>');

/** Reads a list from a line on, and answers the line after it. */
function list(lines: string[], from: number): [Block, number] {
  const first = numbered.exec(lines[from] ?? '');
  const items: string[] = [];
  let at = from;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const item = first ? numbered.exec(line)?.[2] : rule.test(line) ? undefined : bullet.exec(line)?.[1];
    if (item !== undefined) items.push(item);
    else if (line.trim() !== '' && !begins(line) && items.length > 0) items[items.length - 1] = `${items.at(-1) ?? ''} ${line.trim()}`;
    else break;
  }
  return [{ items: items.map(inline), kind: 'list', ordered: first !== null, start: Number(first?.[1] ?? 1) }, at];
}

/** Reads lines up to one that something else begins in, and answers it. */
function run(lines: string[], from: number, more: (line: string) => boolean): number {
  let at = from;
  while (at < lines.length && more(lines[at] ?? '')) at += 1;
  return at;
}

/** Reads a text. */
export function parse(text: string): Block[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const head = heading.exec(line);
    if (line.trim() === '') at += 1;
    else if (fence.test(line)) {
      const end = run(lines, at + 1, (one) => !fence.test(one));
      blocks.push({ kind: 'code', text: lines.slice(at + 1, end).join('\n') });
      at = end + 1;
    } else if (head) {
      blocks.push({ kind: 'heading', level: head[1]?.length ?? 1, words: inline(head[2] ?? '') });
      at += 1;
    } else if (rule.test(line)) {
      blocks.push({ kind: 'rule' });
      at += 1;
    } else if (bullet.test(line) || numbered.test(line)) {
      const [block, next] = list(lines, at);
      blocks.push(block);
      at = next;
    } else {
      const quoted = line.startsWith('>');
      const end = run(lines, at + 1, (one) => one.trim() !== '' && one.startsWith('>') === quoted && (quoted || !begins(one)));
      const words = inline(lines.slice(at, end).map((one) => one.replace(/^>\s?/, '').trim()).join(' '));
      blocks.push({ kind: quoted ? 'quote' : 'paragraph', words });
      at = end;
    }
  }
  return blocks;
}
