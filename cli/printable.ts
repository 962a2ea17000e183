// Makes text from others (messages of versions, addresses and paths of refused attempts) harmless for a terminal.

import { stripVTControlCharacters } from 'node:util';

/** One line, without escape sequences and control characters. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}+/gu, ' ');
}
