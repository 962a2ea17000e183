// What was or would be applied to an account, as text. Pure.

import { printable } from '../cli/printable.ts';
import type { Applied } from './accounts/apply.ts';
import { type Difference, differenceText } from './accounts/differences.ts';

const ACCOUNT = {
  add: 'is new',
  change: 'changes',
  keep: 'is as its file says',
  foreign: "is made in Synadia's console: account.json and users.json are not applied",
  unknown: 'was not compared: no secrets',
} as const;

const STREAM = { add: 'is new', change: 'changes', keep: 'is as its file says' } as const;

export function appliedText({ account, users, written, streams }: Applied): string {
  return [
    `account ${account.account} ${ACCOUNT[account.what]}`,
    ...differenceLines(account.differences),
    `users: ${users.join(', ') || 'none'}`,
    ...written.map((file) => `wrote ${printable(file)}`),
    ...(streams ?? []).flatMap(({ stream, what, differences }) => [
      `stream ${printable(stream)} ${STREAM[what]}`,
      ...differenceLines(differences),
    ]),
  ].join('\n');
}

function differenceLines(found: readonly Difference[]): readonly string[] {
  return found.map((each) => `  ${printable(differenceText(each))}`);
}
