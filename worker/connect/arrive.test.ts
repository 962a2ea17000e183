import { describe, expect, test } from 'vitest';
import { FORCE_REGION_HEADER, LAST_REGION_HEADER, PLACE_HEADER } from '../../api/headers.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { compileRouting } from '../../routing/plan.ts';
import { edgeOf, requestFrom } from '../../test/support/workerd/edge-context.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { membersHeaders } from '../region/members-header.ts';
import { mayWake, WAKE_HEADER } from '../region/wake-header.ts';
import { arrive } from './arrive.ts';
import { decide } from './decide.ts';
import type { Lesson } from './hand-off.ts';
import { routingRequestOf } from './routing-request.ts';

describe('a visit', () => {
  test('has the regions in the order of the decision, each with the way to its own object', async () => {
    const { edge, dialled } = edgeOf();
    const { decided, ...visit } = await arrive(requestFrom('LHR'), edge);
    const candidates = [...visit.candidates, ...visit.others()];
    const { decision } = decided;
    expect(decision.winner).toBe('weur');
    expect(candidates.map(({ region }) => region)).toEqual(decision.candidates.map(({ region }) => region));
    for (const { dial } of candidates.slice(0, 2)) await dial(true, new AbortController().signal);
    expect(dialled.map(({ region }) => region)).toEqual(['weur', 'eeur']);
  });

  test("is never a connection of Meridian's own, whatever path the client asks for", async () => {
    const { edge, dialled } = edgeOf();
    const request = requestFrom('LHR');
    const own = new Proxy(request, {
      get: (target, key) => (key === 'url' ? 'http://nats-region/own' : Reflect.get(target, key)),
    });
    await (await arrive(own, edge)).candidates[0]?.dial(true, new AbortController().signal);
    expect(dialled[0]?.request.url).toBe('http://nats-region/');
  });

  test("tells the region where the client is and its address, whatever the client's own headers say", async () => {
    const { edge, dialled } = edgeOf();
    const headers = { 'cf-connecting-ip': '192.0.2.1', 'x-forwarded-for': '203.0.113.9', 'x-kept': 'yes' };
    await (await arrive(requestFrom('LHR', headers), edge)).candidates[0]?.dial(
      true,
      new AbortController().signal,
    );
    const seen = dialled[0]?.request.headers;
    expect(JSON.parse(seen?.get(PLACE_HEADER) ?? '')).toEqual({ colo: 'LHR', country: 'GB' });
    expect([seen?.get('x-forwarded-for'), seen?.get('x-kept')]).toEqual(['192.0.2.1', 'yes']);
    const nameless = requestFrom('LHR', { 'x-forwarded-for': '203.0.113.9' });
    await (await arrive(nameless, edge)).candidates[0]?.dial(true, new AbortController().signal);
    expect(dialled[1]?.request.headers.has('x-forwarded-for')).toBe(false);
  });

  test('says whether the region may start for the client, whatever its own headers say', async () => {
    const { edge, dialled } = edgeOf();
    const [first] = (await arrive(requestFrom('LHR', { [WAKE_HEADER]: 'no' }), edge)).candidates;
    for (const wakes of [true, false]) await first?.dial(wakes, new AbortController().signal);
    expect(dialled.map(({ request }) => mayWake(request.headers))).toEqual([true, false]);
  });

  test('knows that the first choice sleeps once that was learned', async () => {
    const { edge } = edgeOf({ changes: { oc: { keepAwake: false } } });
    const request = requestFrom('MEL', { [FORCE_REGION_HEADER]: 'oc' });
    expect((await arrive(request, edge)).firstSleeps).toBe(false);
    (await arrive(request, edge)).learn({ kind: 'refused', region: 'oc', code: 'asleep' });
    expect((await arrive(request, edge)).firstSleeps).toBe(true);
  });

  test('ends a dial when it is aborted', async () => {
    const { edge, dialled } = edgeOf();
    const controller = new AbortController();
    await (await arrive(requestFrom('LHR'), edge)).candidates[0]?.dial(true, controller.signal);
    controller.abort();
    expect(dialled[0]?.request.signal.aborted).toBe(true);
  });

  test.each([
    ['a region with members is asked for those that it names', { min: 1, max: 3 }, 3],
    ['one without is dialled once, whatever it answers', undefined, 1],
  ])('%s', async (_what, range, dials) => {
    const members = range && { ...range, freeConnections: 1, windowSeconds: 60 };
    const { edge, dialled } = edgeOf({
      ...(members && { changes: { weur: { members } } }),
      answer: () => errorResponse('full', 'no', { headers: { ...membersHeaders('full', [2, 3]) } }),
    });
    const [first] = (await arrive(requestFrom('LHR'), edge)).candidates;
    expect((await first?.dial(true, new AbortController().signal))?.status).toBe(503);
    expect(dialled.map(({ region }) => region)).toEqual(Array(dials).fill('weur'));
  });

  test('with members learns from their answers which there are, and goes back to the one that it had', async () => {
    const members = { min: 1, max: 3, freeConnections: 1, windowSeconds: 60 };
    const { edge, dialled } = edgeOf({
      changes: { weur: { members } },
      // Stands for an upgrade: a server's own answer to the client.
      answer: () =>
        new Response('', { status: 400, headers: { 'meridian-servers': '1=10/100 2=10/100 3=10/100' } }),
    });
    const come = async (headers: Readonly<Record<string, string>>) => {
      const visit = await arrive(requestFrom('BRU', headers), edge);
      const answer = await visit.candidates[0]?.dial(true, new AbortController().signal);
      return answer && visit.numberOf(answer);
    };
    expect(await come({ [LAST_REGION_HEADER]: 'weur.3' })).toBe(1);
    for (const number of [2, 3, 1]) {
      expect(await come({ [LAST_REGION_HEADER]: `weur.${number}` })).toBe(number);
      expect(await come({ cookie: `meridian-region=weur.${number}` })).toBe(number);
    }
    expect(dialled.slice(0, 2).map(({ object }) => object)).toEqual(['nats-weur', 'nats-weur-2']);
    const spread = await Promise.all(
      Array.from({ length: 30 }, (_, index) => come({ 'sec-websocket-key': `key ${index}` })),
    );
    expect(new Set(spread)).toEqual(new Set([1, 2, 3]));
  });

  test('leaves what came of it to the next one at its data center, and to no other', async () => {
    const { edge } = edgeOf();
    (await arrive(requestFrom('CDG'), edge)).learn(failedAt('weur'));
    expect((await arrive(requestFrom('CDG'), edge)).decided.decision.failover).toMatchObject({
      from: 'weur',
    });
    expect((await arrive(requestFrom('AMS'), edge)).decided.decision.failover).toBeUndefined();
  });

  test('from no known data center shares what is known with all such', async () => {
    const { edge } = edgeOf();
    (await arrive(requestFrom('QQQ'), edge)).learn(failedAt('weur'));
    expect((await arrive(requestFrom(undefined), edge)).decided.decision.failover).toMatchObject({
      from: 'weur',
    });
  });

  test('has the regions observed in the background, once in a while', async () => {
    const { edge, works } = edgeOf();
    await arrive(requestFrom('MAD'), edge);
    await arrive(requestFrom('MAD'), edge);
    expect(works).toEqual(['first load', 'observe']);
  });
});

test('a decision alone is the one that a visit has, and nothing comes of it but what is known', async () => {
  const { edge, works } = edgeOf();
  const { decision } = await decide(routingRequestOf(requestFrom('LIS'), []), edge);
  expect(works).toEqual(['first load']);
  expect((await arrive(requestFrom('LIS'), edge)).decided.decision).toEqual(decision);
});

function failedAt(region: string): Lesson {
  return { kind: 'failed', region, startedAt: Date.now() - 1_000, ms: 1_000 };
}

test('whether busy regions are waited for is a flag, drawn for the client', async () => {
  const { edge } = edgeOf();
  const withFlag = (flag: MeridianConfig['flags'][string]) => ({
    ...edge,
    plan: compileRouting({ ...edge.config, flags: { 'wait-for-busy-regions': flag } }, 0),
  });
  const waits = async (from: EdgeContext, address: string) =>
    (await arrive(requestFrom('LHR', { 'cf-connecting-ip': address }), from)).waitsForBusy;
  expect(await waits(edge, '192.0.2.1')).toBe(true);
  expect(await waits(withFlag({ on: false }), '192.0.2.1')).toBe(false);
  const half = withFlag({ on: true, percent: 50 });
  const drawn = await Promise.all(Array.from({ length: 40 }, (_, n) => waits(half, `192.0.2.${n}`)));
  expect(new Set(drawn)).toEqual(new Set([true, false]));
});

test('clients that are alike share a decision until something else is known of the regions', async () => {
  const { edge } = edgeOf();
  const come = async (headers: Readonly<Record<string, string>> = {}) =>
    (await arrive(requestFrom('OSL', headers), edge)).decided;
  const [first, second] = [await come(), await come({ 'cf-connecting-ip': '192.0.2.1' })];
  expect(second).toBe(first);
  expect(await come({ [LAST_REGION_HEADER]: 'oc' })).not.toBe(first);
  (await arrive(requestFrom('OSL'), edge)).learn(failedAt(first.decision.winner ?? ''));
  const third = await come();
  expect(third.decision.failover?.from).toBe(first.decision.winner);
  expect(await come()).not.toBe(third);
});
