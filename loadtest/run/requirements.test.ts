// What is read from what k6 says of a script; and of the project's own scripts, by the real k6.

import { beforeAll, describe, expect, test } from 'vitest';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { inspectScript, milliseconds, requirementsOf, type Scenario, scriptErrorOf } from './requirements.ts';
import { findScript, listScripts } from './scripts.ts';

function of(...scenarios: readonly Scenario[]): ReturnType<typeof requirementsOf> {
  const named = Object.fromEntries(scenarios.map((scenario, index) => [`${index}`, scenario]));
  return requirementsOf({ scenarios: named, setupTimeout: null, totalDuration: '99s', maxVUs: 7 });
}

test.each([
  ['5m30s', 330_000],
  ['1h0m1.5s', 3_601_500],
  ['250ms', 250],
  ['1500', 1500],
  ['0s', 0],
])('%s is %d ms', (text, expected) => {
  expect(milliseconds(text)).toBe(expected);
});

describe('the time of a run', () => {
  test('is that of its executor, without what iterations are left to end in', () => {
    const scenario = { executor: 'constant-vus', duration: '1m', gracefulStop: '30s' };
    expect(of(scenario)).toEqual({
      plannedMs: 60_000,
      endsByMs: 60_000,
      setupMs: 60_000,
      users: 7,
      work: [],
      thresholds: [],
    });
  });

  test('is that of the last of several, each from its own start', () => {
    const first = { executor: 'constant-vus', duration: '20s' };
    const second = {
      executor: 'ramping-vus',
      startTime: '10s',
      stages: [{ duration: '5s' }, { duration: '10s' }],
    };
    expect(of(first, second)).toMatchObject({ plannedMs: 25_000, endsByMs: 25_000 });
  });

  test('is not known where there is only a limit', () => {
    const scenario = { executor: 'per-vu-iterations', maxDuration: '40s' };
    expect(of(scenario)).toMatchObject({ plannedMs: null, endsByMs: 40_000 });
  });

  test('is what a scenario says of itself, beside which others only watch; its limit stays', () => {
    const scenario = { executor: 'per-vu-iterations', maxDuration: '40s', env: { PLANNED_SECONDS: '25' } };
    const watching = { executor: 'per-vu-iterations', maxDuration: '30s' };
    expect(of({ ...scenario, startTime: '5s' }, watching)).toMatchObject({
      plannedMs: 30_000,
      endsByMs: 45_000,
    });
  });

  test('may go on after the users have arrived', () => {
    const scenario = { executor: 'constant-arrival-rate', duration: '1.5s', gracefulStop: '37s' };
    expect(of(scenario)).toMatchObject({ plannedMs: null, endsByMs: 38_500 });
  });
});

test('thresholds are read with their tags, whether or not one may abort the run', () => {
  const thresholds = {
    'nats_ping{region:weur}': ['p(95)<50', 'med<9'],
    nats_errors: [{ threshold: 'rate<0.01', abortOnFail: true }],
  };
  expect(
    requirementsOf({ scenarios: {}, setupTimeout: null, totalDuration: '9s', maxVUs: 1, thresholds })
      .thresholds,
  ).toEqual([
    { metric: 'nats_ping{region:weur}', expression: 'p(95)<50' },
    { metric: 'nats_ping{region:weur}', expression: 'med<9' },
    { metric: 'nats_errors', expression: 'rate<0.01' },
  ]);
});

test("of k6's line of log the script's own words are left", () => {
  const line = `time="2026" level=error msg="Error: A is \\"b\\": no number\\n\\tat f (file:///x.js:1)\\n" hint="script exception"`;
  expect(scriptErrorOf(line)).toBe('A is "b": no number');
});

describe('with k6 itself', () => {
  let k6 = '';
  beforeAll(async () => {
    k6 = (await ensureK6()).path;
  }, 16 * 60_000);

  test('every script of ours has an end', async () => {
    for (const { name, path } of await listScripts()) {
      const { endsByMs, users } = await inspectScript(k6, ['-e', 'CONTROL=http://127.0.0.1:9', path], {});
      expect(endsByMs, name).toBeGreaterThan(1_000);
      expect(users, name).toBeGreaterThan(0);
    }
  });

  test.each([
    [['DURATION=20s'], 20_000],
    [['CLIENTS=10'], 30_000],
    [['CLIENTS=10', 'DURATION=20s'], 20_000],
    [[], 7_500],
  ])('a smoke run of routing heeds %j', async (variables, durationMs) => {
    const { path } = await findScript('routing');
    const given = variables.flatMap((variable) => ['-e', variable]);
    expect((await inspectScript(k6, [...given, path], {})).plannedMs).toBe(durationMs);
  });

  test.each([
    ['DURATION=0s', 'DURATION is "0s": it must be a time such as 90s, 15m or 2h, above 0'],
    ['DURATION=30', 'DURATION is "30": it must be a time such as 90s, 15m or 2h'],
    ['CLIENTS=abc', 'CLIENTS is "abc": it must be a number above 0'],
  ])('%s is refused in the words of the script', async (variable, message) => {
    const { path } = await findScript('routing');
    await expect(inspectScript(k6, ['-e', variable, path], {})).rejects.toThrow(message);
  });
});
