// The checks leave out no variable of entrypoint.sh.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONTAINER_FOLDER } from '../../../local/image/build.ts';
import { CHECKS } from './all.ts';

/** As the comment at its top lists them: `#   NAME   default; what it is`. */
function documentedVariables(): readonly string[] {
  const script = readFileSync(join(CONTAINER_FOLDER, 'entrypoint.sh'), 'utf8');
  const header = script.slice(0, script.indexOf('\nset -eu'));
  const lines = header.match(/^# {3}(?:(?:[A-Z][A-Z0-9_]+)(?:, | and )?)+/gm) ?? [];
  return lines.flatMap((line) => line.match(/[A-Z][A-Z0-9_]{3,}/g) ?? []);
}

test('every variable that entrypoint.sh documents is covered by a check, and no other', () => {
  const documented = documentedVariables();
  expect(documented.length).toBeGreaterThan(25);
  expect(new Set(CHECKS.flatMap(({ covers = [] }) => covers))).toEqual(new Set(documented));
});

test('each check has a name of its own', () => {
  const names = CHECKS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
