// Backups of streams in R2, written by the regions that lead them: continuous, without gap or fork whichever region leads,
// and nothing at all for a stream that is idle.

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import type { BackupDetail } from '../../api/backups.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { defaultConfig } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { API_TIMEOUT_MS, jetStreamIsReady } from '../support/streams.ts';

const CONFIG = defaultConfig();
const { jetstream: settings } = CONFIG;
const running = useStack({
  ...CONFIG,
  jetstream: { ...settings, backup: { ...settings.backup, everySeconds: 1 } },
});

const STREAM = 'ORDERS';

/** An election, and some rounds of the writer. */
const BACKED_UP = { timeoutMs: 40_000, pollMs: 250 };

test('a stream is backed up whole while its leaders change; made again, it begins anew; idle, nothing is written', {
  timeout: 180_000,
}, async () => {
  const { stack } = running;
  await using sydney: Client = await connectFrom(stack.url, cityOf('oc'));
  await jetStreamIsReady(sydney.nats);
  const manager = await jetstreamManager(sydney.nats, { timeout: 20_000 });
  const config = { name: STREAM, subjects: ['orders.*'], num_replicas: 3, allow_direct: true };
  await manager.streams.add(config);
  await manager.consumers.add(STREAM, { durable_name: 'billing', ack_policy: 'explicit' });

  await publish(sydney, 'first', 300);
  const first = await backedUpTo(300);
  expect(first).toMatchObject({ messages: 300, firstSeq: 1, problems: [] });
  expect((await detail()).consumers).toEqual(['billing']);

  // Nothing new: nothing is written. The writer has had several rounds for it when a later message has arrived.
  const before = (await detail()).log.length;
  await manager.streams.add({ name: 'OTHER', subjects: ['other'], num_replicas: 1, allow_direct: false });
  await jetstream(sydney.nats).publish('other', 'x');
  await waitFor('a stream that is not read directly', BACKED_UP, async () => {
    const { streams } = await stack.api.backups();
    return streams.some(({ stream, messages }) => stream === 'OTHER' && messages === 1);
  });
  expect((await detail()).log).toHaveLength(before);

  const leader = (await manager.streams.info(STREAM)).cluster?.leader ?? '';
  await stack.engine.server(leader)?.app.kill('SIGKILL');
  await publish(sydney, 'second', 300);
  const { last_seq } = (await manager.streams.info(STREAM)).state;
  await backedUpTo(last_seq);
  const after = await detail();
  expect(after.history.map(({ reason }) => reason)).toEqual(['new']);
  expectNoGap(after);
  expect(new Set(after.log.map(({ writer }) => writer)).size).toBeGreaterThan(1);
  expect(after.backup).toMatchObject({ messages: last_seq, problems: [] });

  await manager.streams.purge(STREAM, { seq: 101 });
  await waitFor('the purge in the backup', BACKED_UP, async () => (await detail()).backup.firstSeq === 101);

  await manager.streams.delete(STREAM);
  await manager.streams.add(config);
  await publish(sydney, 'third', 20);
  await waitFor('a new epoch', BACKED_UP, async () => {
    const { history, backup } = await detail();
    return history.at(-1)?.reason === 'recreated' && backup.lastSeq === 20;
  });
});

function detail(): Promise<BackupDetail> {
  return running.stack.api.backup({ account: '$G', stream: STREAM });
}

function backedUpTo(sequence: number) {
  return waitFor(`message ${sequence} in the backup`, BACKED_UP, async () => {
    const { backup } = await detail();
    return backup.lastSeq === sequence && backup.lagMessages === 0 && backup;
  });
}

/** Each message is in exactly one segment. */
function expectNoGap({ log }: BackupDetail): void {
  const filled = log.filter(({ messages }) => messages > 0);
  filled.forEach(({ first, last, messages }, n) => {
    expect(first).toBe((filled[n - 1]?.last ?? 0) + 1);
    expect(messages).toBe(last - first + 1);
  });
}

/** Until each was acknowledged; one of which no answer came may be stored twice. */
async function publish({ nats }: Client, text: string, messages: number): Promise<void> {
  const client = jetstream(nats);
  const kind = headers();
  kind.set('Kind', text);
  for (let n = 0; n < messages; n++) {
    await whenAnswered(() =>
      client.publish(`orders.${n}`, `${text} ${n}`, { headers: kind, timeout: API_TIMEOUT_MS }),
    );
  }
}

/** While a leader is elected there is no answer. */
function whenAnswered<T>(ask: () => Promise<T>): Promise<T> {
  return waitFor('an answer', { timeoutMs: 30_000 }, ask);
}
