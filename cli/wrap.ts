// What people read. Text on a terminal is broken at words, where the line ends; further lines are indented like the text
// of the first, and in a table like its last column. In a pipe or a file lines stay whole, for programs that read them.

import { stripVTControlCharacters } from 'node:util';

/** Prints text for people; what programs read (`--json`) is printed whole. */
export function say(text: string): void {
  console.log(wrapped(text));
}

/** What is written to, as far as lines are concerned. */
export interface Page {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Words this narrow a column cannot be read. */
const LEAST_WIDTH = 20;

/** Of a pipe, and of a terminal that does not say how wide it is, or says 0. */
export const USUAL_WIDTH = 80;

/** Breaks every line that is too long for the page. */
export function wrapped(text: string, { isTTY = false, columns }: Page = process.stdout): string {
  if (!isTTY) return text;
  return text
    .split('\n')
    .map((line) => wrapLine(line, columns || USUAL_WIDTH))
    .join('\n');
}

/** Help is for people, also through a pager: broken as commander breaks its own part. */
export function wrappedHelp(text: string, { columns = USUAL_WIDTH }: Page = process.stdout): string {
  return wrapped(text, { isTTY: true, columns });
}

function wrapLine(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  // Two spaces end a column: what is wrapped is the last one.
  const column = Math.max(...[...line.matchAll(/ {2,}/g)].map(({ index, 0: gap }) => index + gap.length), 0);
  const width = widthOf(line.slice(0, column));
  const indent = columns - width < LEAST_WIDTH ? 2 : width;
  const lines: string[] = [];
  let current = line.slice(0, column);
  let isEmpty = true;
  for (const word of line.slice(column).split(' ')) {
    const isFull = widthOf(current) + (isEmpty ? 0 : 1) + widthOf(word) > columns;
    // A word that is too long for a line of its own stays where it is.
    if (isFull && widthOf(current) > indent) {
      lines.push(current.trimEnd());
      current = ' '.repeat(indent);
      isEmpty = true;
    }
    current += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, current].join('\n');
}

/** Colours take no room. */
function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
