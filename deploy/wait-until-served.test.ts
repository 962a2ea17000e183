import { expect, test } from 'vitest';
import { startFakeEdge } from '../test/support/fake-edge.ts';
import { waitUntilServed } from './wait-until-served.ts';

const HEALTH = { ok: true, version: 7, regions: ['weur'], others: [], jetstream: { ok: true } };
const WAITS = { status: 503, body: { ...HEALTH, jetstream: { ok: false, problem: 'enam has no leader' } } };
const AT = 'GET /health?jetstream=true';

test('it waits until clients and JetStream are served', async () => {
  let times = 0;
  await using edge = await startFakeEdge({ [AT]: () => (++times < 3 ? WAITS : { body: HEALTH }) });
  await waitUntilServed(edge.url, 5_000);
  expect(edge.asked.length).toBe(3);
});

test.each([
  ['not yet', { [AT]: WAITS }, 'enam has no leader'],
  ['something else', {}, 'it answered 404, and not as an edge does'],
] as const)('%s: the last answer is told', async (_what, answers, words) => {
  await using edge = await startFakeEdge(answers);
  await expect(waitUntilServed(edge.url, 200)).rejects.toThrow(words);
});

test('nobody answers', async () => {
  await expect(waitUntilServed('http://127.0.0.1:1', 200)).rejects.toThrow('it did not answer');
});
