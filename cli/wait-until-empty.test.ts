import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { OperationResult, RegionViews } from '../api/regions.ts';
import type { SeenState } from '../api/states.ts';
import { CONFIG, regionView } from '../test/support/fake-edge.ts';
import { waitUntilEmpty } from './wait-until-empty.ts';

/** State and clients at each check. */
type Looks = readonly (readonly [SeenState, number | null])[];

const STARTED: OperationResult = { region: 'weur', state: 'draining', clients: 200 };

/** An edge whose region goes through these states, and stays in the last. */
function edgeOf(...states: Looks): { regions(): Promise<RegionViews> } {
  let look = 0;
  return {
    regions: async () => {
      const [state, clients] = states[Math.min(look, states.length - 1)] ?? ['unreachable', null];
      look += 1;
      return { version: 1, regions: [regionView({ id: 'weur', state, clients })] };
    },
  };
}

function wait(
  states: Looks,
  { started = STARTED, timeoutMs = 5_000, beginTimeoutMs = 5_000, isTTY = false } = {},
) {
  const lines: string[] = [];
  const out = { isTTY, write: (text: string) => lines.push(text) };
  const options = { timeoutMs, beginTimeoutMs, pollMs: 1, out };
  return { lines, result: waitUntilEmpty(edgeOf(...states), started, options) };
}

test('it waits until the clients have gone and the region has stopped', async () => {
  const { lines, result } = wait([
    ['draining', 50],
    ['draining', 50],
    ['stopping', 0],
    ['asleep', 0],
  ]);
  expect(await result).toMatchObject({ region: 'weur', state: 'asleep', clients: 0 });
  expect(lines).toEqual([
    'weur draining, 200 clients left\n',
    'weur draining, 50 clients left\n',
    'weur stopping, 0 clients left\n',
    'weur asleep, 0 clients left\n',
  ]);
});

test('on a terminal a bar fills as clients go', async () => {
  const { lines, result } = wait(
    [
      ['draining', 100],
      ['asleep', 0],
    ],
    { isTTY: true },
  );
  await result;
  expect(lines[0]).toContain(`[${'.'.repeat(20)}]`);
  expect(lines[1]).toContain(`[${'#'.repeat(10)}${'.'.repeat(10)}]`);
  expect(lines[2]).toContain(`[${'#'.repeat(20)}]`);
  expect(lines.at(-1)).toBe('\n');
});

test('there is no bar while the number of clients is unknown', async () => {
  const { lines, result } = wait(
    [
      ['unreachable', null],
      ['asleep', 0],
    ],
    { isTTY: true },
  );
  await result;
  expect(lines[1]).toBe('\r\u001b[2Kweur unreachable, ? clients left');
  expect(lines[2]).toContain(`[${'#'.repeat(20)}]`);
});

test('a region that does not answer is not empty', async () => {
  const { lines, result } = wait([
    ['draining', 50],
    ['unreachable', null],
    ['draining', 3],
    ['asleep', 0],
  ]);
  expect(await result).toMatchObject({ state: 'asleep' });
  expect(lines).toContain('weur unreachable, ? clients left\n');
});

test('nor is one that has stopped with clients that nobody has counted', async () => {
  await expect(wait([['asleep', null]], { timeoutMs: 5 }).result).rejects.toThrow('? clients');
});

test('a drain that is cancelled is no success', async () => {
  await expect(
    wait([
      ['draining', 50],
      ['up', 51],
    ]).result,
  ).rejects.toThrow('cancelled');
});

const UP: OperationResult = { region: 'weur', state: 'up', clients: 1 };

test('a region that has not begun to drain yet is waited for', async () => {
  const { result } = wait(
    [
      ['up', 1],
      ['draining', 1],
      ['asleep', 0],
    ],
    { started: UP },
  );
  expect(await result).toMatchObject({ state: 'asleep' });
});

test.each(['up', 'starting'] as const)('but not for ever if it stays %s', async (state) => {
  const { result } = wait([[state, 0]], { started: UP, beginTimeoutMs: 20 });
  await expect(result).rejects.toThrow(`weur is ${state} and has not begun to drain`);
});

test('a region that is asleep already is not waited for', async () => {
  const asleep: OperationResult = { region: 'weur', state: 'asleep', clients: 0 };
  const { lines, result } = wait([['unreachable', null]], { started: asleep });
  expect(await result).toBe(asleep);
  expect(lines).toEqual(['weur asleep, 0 clients left\n']);
});

test('a drain that takes too long continues without its watcher', async () => {
  await expect(wait([['draining', 50]], { timeoutMs: 5 }).result).rejects.toThrow('The drain continues');
});

test('the bar says the phase of the drain and how long it takes at most, and no line is longer than the terminal', async () => {
  const view = regionView({
    id: 'weur',
    state: 'draining',
    clients: 12,
    drainPhase: 'settling',
    since: Date.now(),
  });
  const views = [view, regionView({ id: 'weur', state: 'asleep', clients: 0 })];
  const edge = { regions: async () => ({ version: 1, regions: [views.shift() ?? view] }) };
  const lines: string[] = [];
  const out = { isTTY: true, columns: 0, write: (text: string) => lines.push(text) };
  await waitUntilEmpty(edge, STARTED, { timeoutMs: 5_000, pollMs: 1, out, times: CONFIG });
  expect(lines[1]).toMatch(/\] weur draining \(settling\), 12 clients left, (60|59) s at most$/);
  for (const line of lines) expect(stripVTControlCharacters(line).trim().length).toBeLessThan(80);
});
