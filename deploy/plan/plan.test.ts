import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDeploy } from '../../test/support/deploy-command.ts';
import { CONFIG } from '../../test/support/fake-edge.ts';
import { planOf } from './plan-files.ts';
import { MARKER, planMarkdown } from './plan-text.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-plan-'));
});
afterAll(() => rm(folder, { recursive: true }));

const withWeur = (change: object) => ({
  ...CONFIG,
  regions: CONFIG.regions.map((region) => (region.id === 'weur' ? { ...region, ...change } : region)),
});

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('a change is shown with whom it moves, and what of it needs a deploy', async () => {
  const base = await file('base.json', CONFIG);
  const changed = await file('changed.json', withWeur({ dial: 50, instanceType: 'basic' }));
  const { code, out } = await runDeploy(['--base', base, changed, '--markdown'], {}, 'plan');
  expect(code).toBe(0);
  expect(out.startsWith(MARKER)).toBe(true);
  expect(out).toContain('2 changes of regions.json, compared with the base. 1 of them needs a deploy.');
  expect(out).toContain('~ regions.weur.dial: 100 -> 50');
  expect(out).toMatch(/% +weur -> /);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested
  expect(out).not.toMatch(/\u001b/);
  const json = await runDeploy(['--base', base, changed, '--json'], {}, 'plan');
  expect(JSON.parse(json.out)).toMatchObject({ needsDeploy: [{ path: 'regions.weur.instanceType' }] });
});

test('no change moves nobody', async () => {
  const base = await file('base.json', CONFIG);
  const { code, out } = await runDeploy(['--base', base, base, '--markdown'], {}, 'plan');
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('nobody would move') });
});

test('a file that is not valid is named, with its problem', async () => {
  const base = await file('base.json', CONFIG);
  const bad = await file('bad.json', withWeur({ dial: 101 }));
  const { code, err } = await runDeploy(['--base', base, bad], {}, 'plan');
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/bad\.json is not valid:\n.*dial/) });
});

test('what somebody wrote into a name stays inside of its block', () => {
  const name = '``` @everyone <img src=x>';
  const text = planMarkdown(planOf(CONFIG, withWeur({ name }), 0), 'the base');
  const [, fence = ''] = /^(`{3,})diff$/m.exec(text) ?? [];
  expect(fence).toBe('````');
  const blocks = text.split(new RegExp(`^${fence}(?:diff)?$`, 'm'));
  expect(blocks[1]).toContain('@everyone');
  expect(blocks.filter((_, index) => index !== 1).join()).not.toContain('@everyone');
});

test('a plan that is too long for a comment is cut, and says so', () => {
  const plan = planOf(CONFIG, withWeur({ dial: 50 }), 0);
  const [change] = plan.changes;
  const text = planMarkdown({ ...plan, changes: Array(5000).fill(change) }, 'the base');
  expect(text.length).toBeLessThan(65_536);
  expect(text).toContain('(cut here)');
});
