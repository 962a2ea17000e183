import { expect, test } from 'vitest';
import {
  type Answers,
  CONFIG,
  livingEdge,
  refusal,
  regionView,
  startFakeEdge,
} from '../test/support/fake-edge.ts';
import { runRegions } from '../test/support/regions-command.ts';
import {
  dockerFinding,
  type Finding,
  fileFinding,
  kvFinding,
  liveFindings,
  loginFinding,
  nodeFinding,
  secretFindings,
} from './doctor-findings.ts';

const ended = (code: number, out = '', err = '') => ({ code, out, err });
const listed = (...names: readonly string[]) =>
  ended(0, JSON.stringify(names.map((name) => ({ name, type: 'secret_text' }))));

test.each<[string, Finding, Finding['state'], RegExp]>([
  ['a new Node', nodeFinding('24.21.0'), 'ok', /24\.21/],
  ['an old Node', nodeFinding('20.20.2'), 'fix', /TypeScript/],
  ['Docker', dockerFinding(ended(0, '28.1.1\n')), 'ok', /28\.1\.1/],
  ['no Docker', dockerFinding(undefined), 'note', /not here/],
  [
    'Docker without its daemon',
    dockerFinding(ended(1, '', 'Cannot connect\nmore')),
    'note',
    /\(Cannot connect\)/,
  ],
  ['a login', loginFinding(ended(0, '{"loggedIn":true}')), 'ok', /signed in/],
  ['no login', loginFinding(ended(1)), 'note', /not signed in/],
  ['no wrangler', loginFinding(undefined), 'fix', /not here/],
  ['a file with problems', fileFinding(2, true), 'fix', /2 problems/],
  ['a file that was not synchronized', fileFinding(0, false), 'fix', /does not agree/],
  ['a file', fileFinding(0, true), 'ok', /regions\.json/],
])('%s', (_what, { state, text, fix }, expected, words) => {
  expect({ state, text }).toEqual({ state: expected, text: expect.stringMatching(words) });
  expect(fix === undefined).toBe(expected === 'ok');
});

test.each([
  [listed('NATS_TOKEN', 'MERIDIAN_ADMIN_TOKEN'), false, ['ok', 'ok']],
  [listed('NATS_USER', 'NATS_PASSWORD'), true, ['ok', 'ok']],
  [listed('NATS_USER'), false, ['fix', 'fix']],
  [listed('NATS_OPERATOR_JWT', 'MERIDIAN_READ_TOKEN'), false, ['ok', 'fix']],
  [ended(1), false, ['note']],
  [ended(0, 'no JSON'), false, ['note']],
])('secrets %#', (ran, hasAccess, states) => {
  expect(secretFindings(ran, hasAccess).map(({ state }) => state)).toEqual(states);
});

test('a secret that an external region needs is missed', () => {
  const ran = listed('NATS_TOKEN', 'MERIDIAN_ADMIN_TOKEN', 'MERIDIAN_EXTERNAL_THERE');
  const needed = ['MERIDIAN_EXTERNAL_THERE', 'MERIDIAN_EXTERNAL_OFFICE'];
  const missed = secretFindings(ran, false, needed).filter(({ state }) => state !== 'ok');
  expect(missed).toMatchObject([{ state: 'fix', fix: '`npx wrangler secret put MERIDIAN_EXTERNAL_OFFICE`' }]);
});

const MADE = { version: 7, time: '2026-11-23T14:06:54.000Z' };
const MADE_AT = Date.parse(MADE.time);

test.each<[string, Finding, Finding['state'], RegExp]>([
  ['shows the newest version', kvFinding(MADE, 7, MADE_AT), 'ok', /version 7/],
  ['has a minute to show it', kvFinding(MADE, 6, MADE_AT + 60_000), 'note', /up to a minute/],
  [
    'does not show it',
    kvFinding(MADE, 6, MADE_AT + 60_001),
    'fix',
    /routed by version 6, and 7 is the newest/,
  ],
])('KV %s', (_what, { state, text }, expected, words) => {
  expect({ state, text }).toEqual({ state: expected, text: expect.stringMatching(words) });
});

test('a region that should be awake and is not is named; one that may sleep is not', () => {
  const regions = [
    regionView({ id: 'weur', state: 'down' }),
    regionView({ id: 'oc', state: 'asleep', keepAwake: false }),
  ];
  const [, awake] = liveFindings({ version: 7 }, [], regions);
  expect(awake).toMatchObject({ state: 'fix', text: 'weur is down' });
});

async function doctorOn(answers: Answers, ...args: readonly string[]) {
  await using edge = await startFakeEdge(answers);
  const result = await runRegions(['doctor', ...args], { edge: { url: edge.url, adminToken: 'hush' } });
  expect(result.out + result.err).not.toContain('hush');
  return result;
}

test('the command on an edge: what is right and what differs', { timeout: 60_000 }, async () => {
  const live = { ...CONFIG, routing: { ...CONFIG.routing, bandMs: 5 } };
  const { out } = await doctorOn(livingEdge(live));
  expect(out).toMatch(/^ok {4}Node /m);
  expect(out).toMatch(/^ok {4}regions\/regions\.json/m);
  expect(out).toMatch(/^ok {4}http:\S+ answers, and knows the token$/m);
  expect(out).toMatch(/^ok {4}KV has version 7, and clients are routed by it$/m);
  expect(out).toMatch(/^note {2}the file and the live configuration, version 7, differ in 1 setting: /m);
});

test('KV that keeps showing an old version is to be fixed, one that catches up is not', {
  timeout: 60_000,
}, async () => {
  const { 'GET /api/regions': answer } = livingEdge();
  let looks = 0;
  const old = (until: number): Answers => ({
    ...livingEdge(),
    'GET /api/regions': () => {
      looks += 1;
      return looks > until ? (answer as { body: object }) : { body: { version: 6, regions: [regionView()] } };
    },
  });
  const late = await doctorOn(old(Number.POSITIVE_INFINITY));
  expect(late).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^fix {3}clients here are routed by version 6/m),
  });
  looks = 0;
  expect((await doctorOn(old(1))).out).toMatch(/^ok {4}KV has version 7/m);
});

test('an edge that does not know the token is to be fixed, and the exit code says so', {
  timeout: 60_000,
}, async () => {
  const { code, out } = await doctorOn({ 'GET /api/config': refusal(401, 'unauthorized') }, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toContainEqual({
    state: 'fix',
    text: expect.stringContaining('does not know this token'),
  });
});
