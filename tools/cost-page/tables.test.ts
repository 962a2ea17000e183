// docs/cost.md: its tables are what the model computes, and its commands run as they are printed.

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { defaultConfig } from '../../test/support/data/checked-in.ts';
import { runRegions } from '../../test/support/regions-command.ts';
import { TABLES, withTables } from './tables.ts';

const PAGE = await readFile(new URL('../../docs/cost.md', import.meta.url), 'utf8');
const COMMANDS = [...PAGE.matchAll(/^npm run cost -- (.+)$/gm)].map(([, args = '']) => args);

test('the tables are those that the model computes: npm run cost:page writes them', () => {
  expect(withTables(PAGE, defaultConfig())).toBe(PAGE);
});

test('each table is on the page, and a figure that is not computed is put right', () => {
  for (const name of Object.keys(TABLES)) expect(PAGE).toContain(`<!-- computed: ${name} -->`);
  const wrong = PAGE.replace('| `basic` | 7.96 |', '| `basic` | 7.97 |');
  expect(wrong).not.toBe(PAGE);
  expect(withTables(wrong, defaultConfig())).toBe(PAGE);
  expect(() => withTables('<!-- computed: nothing -->\n\n', defaultConfig())).toThrow('no table "nothing"');
});

test('there are commands on the page', () => expect(COMMANDS.length).toBeGreaterThan(5));

test.each(COMMANDS)('npm run cost -- %s', async (args) => {
  const { code, err } = await runRegions(args.split(' '), { program: 'cost' });
  const said = err.split('\n').filter((line) => line !== '' && !line.startsWith('Stale, since'));
  expect({ code, said }).toEqual({ code: 0, said: [] });
});
