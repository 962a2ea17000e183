// What a running cluster's inspection looks like to an operator, and with which code the command ends.

import { expect, test } from 'vitest';
import type { CheckResult, Finding, Inspection } from '../api/inspection.ts';
import { refusal } from '../test/support/fake-edge.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

const finding = (outcome: Finding['outcome']): Finding => ({
  outcome,
  region: 'oc',
  what: 'it is not\nas it should be',
  fix: 'mend it',
});

const check = (...findings: readonly Finding[]): CheckResult => ({
  code: 'MERIDIAN_003',
  name: 'every two regions that are up are linked',
  outcome: findings[0]?.outcome ?? 'pass',
  findings,
  leftOut: 0,
});

const inspected = (...checks: readonly CheckResult[]): Inspection => ({ at: 0, version: 7, checks });

const run = (inspection: Inspection, ...more: readonly string[]) =>
  runRegionsOn({ 'GET /api/inspection': { body: inspection } }, ['inspect', ...more]);

test.each<[string, CheckResult, number]>([
  ['nothing is found', check(), 0],
  ['something is to be looked at', check(finding('warn')), 0],
  ['something is not known', check(finding('unknown')), 7],
  ['something is wrong, and something is not known', check(finding('fail'), finding('unknown')), 1],
  ['something is to be looked at, and something is not known', check(finding('warn'), finding('unknown')), 7],
])('it ends, where %s, with a code that says so', async (_what, found, code) => {
  expect((await run(inspected(check(), found))).code).toBe(code);
});

test('a finding is a line, with the region and the likely fix; what passes is only counted', async () => {
  const { out } = await run(inspected(check(), { ...check(finding('fail')), leftOut: 950 }));
  expect(out).toMatch(/^fail {5}MERIDIAN_003 {2}every two regions that are up are linked$/m);
  expect(out).toContain('oc: it is not');
  expect(out).toContain('Likely fix: mend it');
  expect(out).toContain('and 950 more');
  expect(out).not.toMatch(/^pass/m);
  expect(out).toContain('1 of 2 checks pass, 1 fail, 0 warn');
  expect((await run(inspected(check()), '--all')).out).toMatch(/^pass {5}MERIDIAN_003/m);
});

test('--json prints what the edge says', async () => {
  const inspection = inspected(check(finding('unknown')));
  const { code, out } = await run(inspection, '--json');
  expect(code).toBe(7);
  expect(JSON.parse(out)).toEqual(inspection);
});

test('without a collector it says what is missing', async () => {
  const { code, err } = await runRegionsOn({ 'GET /api/inspection': refusal(404, 'no_collector') }, [
    'inspect',
  ]);
  expect(code).toBe(1);
  expect(err).toContain('no_collector');
});
