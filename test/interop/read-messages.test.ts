// Reading a stream for its backup leaves nothing in memory, however long the connection stays.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import type { ArchiveEntry } from '../../worker/jetstream/archive/entry.ts';
import { readBatch } from '../../worker/jetstream/restore/read-messages.ts';
import { type JetStreamServer, startJetStreamServer } from './jetstream-server.ts';

let server: JetStreamServer;
beforeAll(async () => {
  server = await startJetStreamServer();
});
afterAll(() => server.close());

test('a message is given up once it was used', async () => {
  const { streams } = await jetstreamManager(server.nats);
  await streams.add({ name: 'READ', subjects: ['read'], allow_direct: true });
  await server.nats.request('read', new Uint8Array(100_000));
  const message = await weakMessage();
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  await waitFor('the message being given up', { timeoutMs: 10_000, pollMs: 20 }, async () => {
    collect();
    return message.deref() === undefined;
  });
});

test('a connection that ends while a batch is awaited is an error', async () => {
  const other = await startJetStreamServer();
  try {
    const batch = readBatch(other.nats, 'NONE', 1, () => {}).catch((error: unknown) => error);
    await other.nats.close();
    expect(String(await batch)).toMatch(/the connection to nats-server ended|503/);
  } finally {
    await other.close();
  }
});

async function weakMessage(): Promise<WeakRef<object>> {
  const entries: ArchiveEntry[] = [];
  expect(await readBatch(server.nats, 'READ', 1, (entry) => entries.push(entry))).toBe(1);
  const [entry] = entries;
  if (entry === undefined) throw new Error('no message came');
  return new WeakRef(entry);
}
