import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkProfile, PROFILES } from './profiles.ts';
import { findScript, listScripts, questionOf } from './scripts.ts';

test.each([
  ['// @ts-check\n// Some words, e.g.these. How fast is it? More.\nimport x;', 'How fast is it?'],
  ['/* How many\n * clients fit? */\n', 'How many clients fit?'],
  ['// It has no question. More.\n', 'It has no question.'],
  ['import x;\n// Not the opening?\n', ''],
])('the question of a script is the first of its opening comment: %j', (source, question) => {
  expect(questionOf(source)).toBe(question);
});

test('every script of ours has something to say for itself', async () => {
  const scripts = await listScripts();
  expect(scripts.map(({ name }) => name)).toContain('routing');
  for (const { question } of scripts) expect(question).not.toBe('');
});

test('a mistyped script is answered with the nearest and with all', async () => {
  await expect(findScript('ruoting')).rejects.toThrow(
    /there is no script "ruoting"; did you mean "routing"\? There are: .*routing/,
  );
});

test('what resembles no script gets the list alone', async () => {
  await expect(findScript('zzzzzzzz')).rejects.toThrow(/there is no script "zzzzzzzz"\. There are/);
});

test('a script of your own is named by its path', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  const path = join(folder, 'mine.js');
  await writeFile(path, '// Is it mine?\n');
  expect(await findScript(path)).toEqual({ name: 'mine', path, question: 'Is it mine?' });
  await rm(folder, { recursive: true });
  await expect(findScript(path)).rejects.toThrow(/cannot read the script/);
});

test('the profiles are those of the scripts', async () => {
  for (const name of Object.keys(PROFILES)) expect(checkProfile(name)).toBe(name);
  expect(() => checkProfile('smok')).toThrow(/did you mean "smoke"/);
  expect(() => checkProfile('toString')).toThrow(/there is no profile/);
});
