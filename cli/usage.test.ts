// `regions usage`, on a server that answers as Cloudflare's GraphQL analytics are documented to: the real ones need an
// account in which Meridian runs.

import { expect, test } from 'vitest';
import { type Answer, startFakeEdge } from '../test/support/fake-edge.ts';
import { runRegions } from '../test/support/regions-command.ts';

const GIB = 1024 ** 3;
const DAY_S = 86_400;

interface Row {
  readonly server: string;
  readonly location?: string | null;
  readonly region?: string | null;
  readonly seconds: number;
  readonly gib?: number;
  readonly cpuTimeSec?: number;
  readonly txBytes?: number;
}

function answerOf(...rows: readonly Row[]): Answer {
  const groups = rows.map(
    ({ server, location = 'AMS07', region = 'WEUR', seconds, gib = 4, cpuTimeSec = 0, txBytes = 0 }) => ({
      dimensions: { server, location, region },
      sum: { cpuTimeSec, txBytes, allocatedMemory: seconds * gib * GIB, allocatedDisk: seconds * 8e9 },
    }),
  );
  return {
    body: { data: { viewer: { accounts: [{ containersUsageAdaptiveGroups: groups }] } }, errors: null },
  };
}

async function usage(answer: Answer, ...args: readonly string[]) {
  await using cloudflare = await startFakeEdge({ 'POST /graphql': answer });
  const result = await runRegions(['usage', ...args], {
    env: {
      CLOUDFLARE_ACCOUNT_ID: 'acc',
      CLOUDFLARE_API_TOKEN: 'hush',
      CLOUDFLARE_API_BASE_URL: cloudflare.url,
    },
  });
  expect(result.out + result.err).not.toContain('hush');
  return { ...result, asked: cloudflare.asked };
}

test('usage asks for the servers of this cluster, and adds up what each used, with where it ran', async () => {
  const { code, out, err, asked } = await usage(
    answerOf(
      { server: 'nats-weur', seconds: 0.75 * DAY_S, cpuTimeSec: 3_600, txBytes: 10e9 },
      { server: 'nats-weur', location: 'WAW01', region: 'EEUR', seconds: 0.25 * DAY_S },
      { server: 'nats-oc', location: 'SYD01', region: 'OC', seconds: DAY_S, gib: 1, txBytes: 2e9 },
    ),
  );
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(asked[0]?.authorization).toBe('Bearer hush');
  expect(asked[0]?.body).toMatchObject({
    variables: { account: 'acc', cluster: 'meridian-cluster=meridian' },
  });
  // Memory and disk of a day are $0.91; CPU $0.07; 10 GB from Europe $0.25, 2 GB from Oceania $0.10. oc has 1 GiB: $0.26.
  expect(out).toMatch(/^nats-weur +24\.0 +1\.00 +10\.00 +1\.23 +WEUR +WEUR AMS07 75%, EEUR WAW01 25%\*$/m);
  expect(out).toMatch(/^nats-oc +24\.0 +0\.00 +2\.00 +0\.36 +OC, APAC +OC SYD01 100%$/m);
  expect(out).toContain('$1.60 in the last day by list prices');
  expect(out).toContain('nats-weur ran outside of its placement (WEUR)');
  expect(out).not.toContain('nats-oc ran outside');
});

test('sessions are one line, and servers that the file does not know are told too', async () => {
  const { out } = await usage(
    answerOf(
      { server: 'sessions', seconds: 10 },
      { server: 'nats-old', region: null, location: null, seconds: 9 },
    ),
    '--json',
  );
  const { servers } = JSON.parse(out);
  expect(servers).toMatchObject([
    { server: 'sessions', placement: null },
    { server: 'nats-old', placement: null, hours: null, ranIn: [{ region: '', asConfigured: null }] },
  ]);
});

test('no use at all is unknown, not zero', async () => {
  const { code, out } = await usage(answerOf());
  expect(code).toBe(7);
  expect(out).toContain('Cloudflare knows of no use');
});

test.each([
  ['a refused token', { status: 403 }, 5, 'Account Analytics: Read'],
  [
    'a refusal inside of the answer',
    refusal('not authorized for that account'),
    5,
    'Account Analytics: Read',
  ],
  ['a query that it does not understand', refusal('unknown field "server"'), 1, 'unknown field "server"'],
  ['an error of its own', { status: 502, body: 'bad gateway' }, 1, '502'],
  ['another form', { body: { data: { viewer: { accounts: [{}] } } } }, 1, 'another form'],
  ['an account that is not there', { body: { data: { viewer: { accounts: [] } } } }, 5, 'no such account'],
])('%s is told as what it is', async (_name, answer, code, text) => {
  const result = await usage(answer);
  expect(result.code).toBe(code);
  expect(result.err).toContain(text);
  expect(result.out).toBe('');
});

function refusal(message: string): Answer {
  return { body: { data: null, errors: [{ message }] } };
}

test('without a token it says which one, and without an answer that there is none', async () => {
  const env = { CLOUDFLARE_ACCOUNT_ID: '', CLOUDFLARE_API_TOKEN: '' };
  const none = await runRegions(['usage'], { env });
  expect(none).toMatchObject({ code: 2, err: expect.stringContaining('CLOUDFLARE_ACCOUNT_ID') });
  const gone = {
    CLOUDFLARE_ACCOUNT_ID: 'a',
    CLOUDFLARE_API_TOKEN: 't',
    CLOUDFLARE_API_BASE_URL: 'http://127.0.0.1:9',
  };
  expect((await runRegions(['usage'], { env: gone })).code).toBe(6);
});

test.each(['0', '32', 'x'])('--days %s is wrong usage', async (days) => {
  expect((await runRegions(['usage', '--days', days])).code).toBe(2);
});
