// `secrets ...` on an edge that answers as a test says, in a process of its own.

import { expect, test } from 'vitest';
import type { Secret, Secrets, SecretValue } from '../../api/secrets.ts';
import { type Answers, livingEdge } from '../../test/support/fake-edge.ts';
import { runRegionsOn } from '../../test/support/regions-command.ts';

const OLD: SecretValue = {
  secrets: ['NATS_TOKEN'],
  id: 'a',
  since: '2026-01-01T00:00:00.000Z',
  names: [],
  uses: [{ who: 'orders', region: 'weur', connected: 2, last: '2026-11-28T03:00:00.000Z' }],
};
const NEXT: SecretValue = {
  secrets: ['NATS_USER_NEXT', 'NATS_PASSWORD_NEXT'],
  id: 'b',
  since: '2026-11-28T00:00:00.000Z',
  names: ['meridian'],
  uses: [],
};

function edge(...values: readonly SecretValue[]): Answers {
  const secret: Secret = { name: 'NATS_USER', rotates: true, values, seesUses: true };
  const body: Secrets = {
    secrets: values.length === 0 ? [] : [secret],
    servers: [{ region: 'weur', takes: ['NATS_TOKEN'], takesOther: false }],
    silent: ['oc'],
    seen: [{ region: 'weur', since: '2026-01-01T00:00:00.000Z' }],
    caller: 'MERIDIAN_ADMIN_TOKEN',
  };
  return { ...livingEdge(), 'GET /api/secrets': { body } };
}

const run = (answers: Answers, ...args: readonly string[]) =>
  runRegionsOn(answers, args, { program: 'secrets' });

test('status names who uses the old one, and what to do next', async () => {
  const { code, out } = await run(edge(OLD, NEXT), 'status');
  expect(code).toBe(0);
  expect(out).toMatch(/^NATS_TOKEN +valid, old +\d+ days ago +orders at weur \(2\)$/m);
  expect(out).toMatch(/^NATS_USER_NEXT, NATS_PASSWORD_NEXT +valid, new +.* +nobody$/m);
  expect(out).toContain('servers of weur do not take the new one yet: `npm run regions -- restart`');
  expect(out).toContain('oc did not answer');
  const old = await run(edge(OLD), 'status');
  expect(old.out).toContain('NATS_TOKEN is older than 90 days: `secrets rotate NATS_TOKEN`.');
  expect((await run(edge(), 'status')).out).toContain('There are no secrets');
});

test.each<[string, Answers, readonly string[], number, RegExp]>([
  ['a name that is none', edge(OLD), ['rotate', 'NATS_TOKN'], 2, /There is no secret NATS_TOKN here/],
  ['what others accept', edge(OLD), ['rotate', 'NATS_ACCOUNT_SIGNING_KEY'], 1, /wrangler secret put/],
  ['what is not set', edge(), ['rotate', 'NATS_TOKEN'], 1, /is not set, so there is nothing to rotate/],
  [
    'a half-finished one',
    edge(OLD, NEXT),
    ['rotate', 'NATS_TOKEN'],
    1,
    /is half finished: NATS_TOKEN \(old\)/,
  ],
  ['the end of none', edge(OLD), ['finish', 'NATS_TOKEN'], 1, /No rotation of NATS_USER is under way/],
  [
    'an edge that is no stack',
    edge(OLD),
    ['rotate', 'NATS_TOKEN'],
    1,
    /secrets of `wrangler dev` are in \.dev\.vars/,
  ],
])('%s is refused with the likely fix, and nothing is set', async (_, answers, args, exitCode, words) => {
  const { code, err, asked } = await run(answers, ...args, '--yes');
  expect({ code, err }).toEqual({ code: exitCode, err: expect.stringMatching(words) });
  expect(asked.every(({ method }) => method === 'GET')).toBe(true);
});

test('an error is JSON too', async () => {
  const { out } = await run(edge(OLD, NEXT), 'rotate', 'NATS_TOKEN', '--yes', '--json');
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'half_finished', old: 'NATS_TOKEN' } });
});

test('--help of each names its options', async () => {
  for (const command of ['status', 'rotate', 'finish']) {
    const { code, out } = await run(edge(), command, '--help');
    expect(code).toBe(0);
    expect(out).toContain('--json');
  }
});
