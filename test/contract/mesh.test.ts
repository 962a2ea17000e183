// A client in each region: all regions are one cluster, and no server has dialled another by itself.

import { createInbox, headers, type Msg } from '@nats-io/nats-core';
import { parse } from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PATHS } from '../../api/paths.ts';
import { TraceSchema } from '../../api/trace.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import type { Client } from '../support/client.ts';
import { awaitInterest, awaitInterestOfAll } from '../support/interest.ts';
import { readMonitor } from '../support/monitor.ts';
import {
  clientIn,
  describeLocally,
  monitorUrl,
  PAIRS,
  REGIONS,
  someRegion,
  target,
} from '../support/target.ts';

/** Messages from each region in the test of queue groups. */
const JOBS_PER_REGION = 200;

const DELIVERY_TIMEOUT_MS = 10_000;

describe('clients in all regions', () => {
  const clients = new Map<string, Client>();
  const natsOf = (region: string) => {
    const client = clients.get(region);
    if (client === undefined) throw new Error(`no client in ${region}`);
    return client.nats;
  };

  beforeAll(async () => {
    for (const region of REGIONS) clients.set(region, await clientIn(region));
  });
  afterAll(async () => {
    for (const client of clients.values()) await client.close();
  });

  test.each(PAIRS)('what is published in %s arrives in %s once, with its headers', async (from, to) => {
    const subject = createInbox();
    const subscription = natsOf(to).subscribe(subject);
    await awaitInterest(natsOf(to), [natsOf(from)]);
    const sent = headers();
    sent.set('from', from);
    natsOf(from).publish(subject, 'first', { headers: sent });
    natsOf(from).publish(subject, 'last', { headers: sent });
    const received: string[] = [];
    for await (const message of subscription) {
      received.push(`${message.string()} from ${message.headers?.get('from')}`);
      if (message.string() === 'last') break;
    }
    expect(received).toEqual([`first from ${from}`, `last from ${from}`]);
  });

  test.skipIf(target.adminToken === undefined || REGIONS.length < 3)(
    'the way of a message is told server by server, and nobody receives it',
    async () => {
      const subject = createInbox();
      const received: string[] = [];
      const callback = (_error: unknown, message: Msg) => void received.push(message.string());
      const [from, grouped, single] = [someRegion(0), someRegion(1), someRegion(2)];
      natsOf(grouped).subscribe(subject, { queue: 'workers', callback });
      natsOf(single).subscribe(subject, { callback });
      for (const region of [grouped, single]) await awaitInterest(natsOf(region), [natsOf(from)]);
      const answer = await fetch(`${target.url}${PATHS.trace}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${target.adminToken}` },
        body: JSON.stringify({ subject, region: from }),
      });
      const { hops, complete } = parse(TraceSchema, await answer.json());
      expect(complete).toBe(true);
      expect(hops[0]).toMatchObject({ region: from, from: null });
      const reached = hops.filter(({ deliveries }) => deliveries > 0);
      expect(reached.map(({ region, from, queues }) => [region, from, queues]).toSorted()).toEqual(
        [
          [single, `nats-${from}`, []],
          [grouped, `nats-${from}`, ['workers']],
        ].toSorted(),
      );
      await natsOf(from).flush();
      expect(received).toEqual([]);
    },
  );

  test.each(PAIRS)('a request made in %s is answered in %s', async (from, to) => {
    const subject = createInbox();
    natsOf(to).subscribe(subject, {
      max: 1,
      callback: (_error, message) => {
        message.respond(`${message.string()} answered in ${to}`);
      },
    });
    await awaitInterest(natsOf(to), [natsOf(from)]);
    const answer = await natsOf(from).request(subject, 'ping');
    expect(answer.string()).toBe(`ping answered in ${to}`);
  });

  test('a message of the largest size goes from every region to every region, byte for byte', async () => {
    const subject = createInbox();
    const received: string[] = [];
    const size = natsOf(someRegion(0)).info?.max_payload ?? 0;
    for (const to of REGIONS) {
      natsOf(to).subscribe(subject, {
        callback: (_error, { data }) => {
          const [first = 0] = data;
          const intact = data.length === size && data.every((byte) => byte === first);
          received.push(`${REGIONS[first]} to ${to}: ${intact ? 'intact' : 'damaged'}`);
        },
      });
    }
    const all = REGIONS.map(natsOf);
    await awaitInterestOfAll(all);
    for (const [index, from] of REGIONS.entries())
      natsOf(from).publish(subject, new Uint8Array(size).fill(index));
    const expected = REGIONS.flatMap((from) => REGIONS.map((to) => `${from} to ${to}: intact`));
    await waitFor(
      `${expected.length} messages of the largest size`,
      { timeoutMs: DELIVERY_TIMEOUT_MS },
      () => {
        return received.length >= expected.length;
      },
    );
    expect(received.toSorted()).toEqual(expected.toSorted());
  });

  test('of a queue group over all regions exactly one member gets each message, and every member gets some', async () => {
    const subject = createInbox();
    const taken = new Map<string, string[]>(REGIONS.map((region) => [region, []]));
    for (const region of REGIONS) {
      natsOf(region).subscribe(subject, {
        queue: 'workers',
        callback: (_error, message) => {
          taken.get(region)?.push(message.string());
        },
      });
    }
    await awaitInterestOfAll(REGIONS.map(natsOf));
    const jobs = REGIONS.flatMap((from) =>
      Array.from({ length: JOBS_PER_REGION }, (_, n) => ({ from, job: `${from} ${n}` })),
    );
    for (const { from, job } of jobs) natsOf(from).publish(subject, job);
    const all = () => [...taken.values()].flat();
    await waitFor(
      `${jobs.length} jobs`,
      { timeoutMs: DELIVERY_TIMEOUT_MS },
      () => all().length >= jobs.length,
    );
    expect(all().toSorted()).toEqual(jobs.map(({ job }) => job).toSorted());
    for (const [region, some] of taken) expect(some.length, `jobs taken in ${region}`).toBeGreaterThan(0);
  });

  test.each(PAIRS)(
    'a queue group with members in %s and %s has each message taken by one of them',
    async (one, other) => {
      const subject = createInbox();
      const taken: string[] = [];
      for (const region of [one, other]) {
        natsOf(region).subscribe(subject, {
          queue: 'pair',
          callback: (_error, message) => {
            taken.push(message.string());
          },
        });
      }
      const members = [natsOf(one), natsOf(other)];
      await awaitInterestOfAll(members);
      const jobs = Array.from({ length: 20 }, (_, n) => `${n}`);
      for (const [n, job] of jobs.entries()) members[n % 2]?.publish(subject, job);
      await waitFor('20 jobs', { timeoutMs: DELIVERY_TIMEOUT_MS }, () => taken.length >= jobs.length);
      expect(taken.toSorted()).toEqual(jobs.toSorted());
    },
  );

  test('messages of one publisher arrive in their order in every other region', async () => {
    const subject = createInbox();
    const received = new Map<string, number[]>(REGIONS.map((region) => [region, []]));
    for (const region of REGIONS) {
      natsOf(region).subscribe(subject, {
        callback: (_error, message) => {
          received.get(region)?.push(Number(message.string()));
        },
      });
    }
    await awaitInterestOfAll(REGIONS.map(natsOf));
    const numbers = Array.from({ length: 2_000 }, (_, n) => n);
    for (const n of numbers) natsOf(someRegion(0)).publish(subject, `${n}`);
    await waitFor('2,000 messages in every region', { timeoutMs: DELIVERY_TIMEOUT_MS }, () =>
      [...received.values()].every(({ length }) => length >= numbers.length),
    );
    for (const [region, got] of received) expect(got, region).toEqual(numbers);
  });
});

describeLocally('does not show its monitoring', 'the servers', () => {
  test.each(Object.keys(target.monitors ?? {}))(
    'that of %s has one route to each other server, and dialled none of them',
    async (region) => {
      const { routes } = await readMonitor(monitorUrl(region), 'routez');
      const others = REGIONS.filter((id) => id !== region).map((id) => `nats-${id}`);
      expect(routes.map(({ remote_name }) => remote_name).toSorted()).toEqual(others.toSorted());
      expect(routes.filter(({ did_solicit }) => did_solicit)).toEqual([]);
    },
  );
});
