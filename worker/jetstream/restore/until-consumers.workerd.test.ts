// When a restore may say that the consumers are back, of a real nats-server.

import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connectTo } from '../../../test/support/workerd/backups.ts';
import { ask } from './api.ts';
import { untilConsumers } from './until-consumers.ts';

const STREAM = 'LATE';
const connection = await connectTo(inject('jetStreamServers').alone);

beforeAll(() => ask(connection, `STREAM.CREATE.${STREAM}`, { name: STREAM, subjects: ['late.*'] }));
afterAll(async () => {
  await ask(connection, `STREAM.DELETE.${STREAM}`);
  await connection.close();
});

test('waits for a consumer that is made late', async () => {
  let isOver = false;
  const waiting = untilConsumers(connection, STREAM, [consumer('worker')]).finally(() => {
    isOver = true;
  });
  await expect(ask(connection, `CONSUMER.INFO.${STREAM}.worker`)).rejects.toThrow(/not found/);
  expect(isOver).toBe(false);
  await create('worker');
  expect(await waiting).toEqual([]);
});

test('says in the end which do not answer, and expects nothing of those that nobody keeps', async () => {
  await create('there');
  const passing = { ...consumer('passing'), config: { ack_policy: 'explicit' } };
  expect(
    await untilConsumers(connection, STREAM, [consumer('there'), consumer('gone'), passing], 300),
  ).toEqual(['consumers gone do not answer so far']);
});

function consumer(name: string) {
  const nowhere = { consumer: 0, stream: 0 };
  return {
    name,
    config: { durable_name: name, name, ack_policy: 'explicit' },
    delivered: nowhere,
    ackFloor: nowhere,
  };
}

function create(name: string): Promise<unknown> {
  return ask(connection, `CONSUMER.CREATE.${STREAM}.${name}`, {
    stream_name: STREAM,
    config: consumer(name).config,
  });
}
