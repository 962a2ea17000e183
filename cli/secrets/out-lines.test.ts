import { execFileSync } from 'node:child_process';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { linesOf } from './out-lines.ts';

const VALUES = {
  NATS_USER_NEXT: 'ann.2',
  NATS_PASSWORD_NEXT: 'a "b" #c $HOME `d` \\e=',
  MERIDIAN_ADMIN_TOKEN_NEXT: 'ann 0123456789abcdef',
};

test('a shell and a .env file read back what was written', () => {
  const lines = linesOf(VALUES);
  expect(parseEnv(lines)).toEqual(VALUES);
  const names = Object.keys(VALUES);
  const script = `${lines}printf '%s\\0' ${names.map((name) => `"$${name}"`).join(' ')}`;
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(
    Object.values(VALUES),
  );
});

test('what has no such form is as it is, below its name', () => {
  expect(linesOf({ NATS_LEAF_USERS_NEXT: 'a b\nc d', NATS_PASSWORD: "it's" })).toBe(
    "NATS_LEAF_USERS_NEXT:\na b\nc d\nNATS_PASSWORD:\nit's\n",
  );
});
