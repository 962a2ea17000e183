// JetStream in a container: what a volume keeps, and what memory it takes. On a server on its own (NATS_SCRATCH), since
// in a cluster of one nobody is elected.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { runEngine } from '../../../local/image/engine-command.ts';
import { type Check, serving, TOKEN } from '../check.ts';
import { type ImageContainer, TEST_LABEL, WEBSOCKET_PORT } from '../image-container.ts';

const ALONE = { NATS_SCRATCH: 'true', NATS_JETSTREAM: 'true' };
const MIB = 1 << 20;

const VOLUME: Check = {
  name: 'with a read-only root and /data as a volume, streams outlive SIGKILL and the container',
  run: async (image) => {
    const volume = `meridian-image-test-${randomBytes(4).toString('hex')}`;
    await runEngine(image.engine, ['volume', 'create', '--label', `${TEST_LABEL}=${process.pid}`, volume]);
    try {
      const options = { env: ALONE, options: ['--read-only', '--volume', `${volume}:/data`] };
      {
        await using container = await image.serve(options);
        await withClient(container, async (client) => {
          await createStream(client, 'file');
          await publish(client, 'kept');
        });
        await container.signal('KILL');
        await container.exitCode();
        await container.start();
        await serving(container);
        await withClient(container, async (client) => {
          assert.equal(await countOf(client), 1);
          await publish(client, 'kept too');
        });
      }
      await using another = await image.serve(options);
      await withClient(another, async (client) => assert.equal(await countOf(client), 2));
      return '2 of 2 messages';
    } finally {
      await runEngine(image.engine, ['volume', 'rm', '--force', volume]);
    }
  },
};

const LIMIT_MIB = 256;

const MEMORY: Check = {
  name: `-1 is half of a limit of ${LIMIT_MIB} MiB: a full JetStream refuses, and is not killed`,
  covers: ['GOMEMLIMIT'],
  run: async (image) => {
    await using container = await image.serve({ env: ALONE, options: ['--memory', `${LIMIT_MIB}m`] });
    const { config } = (await container.monitor('jsz')) as { config: { max_memory: number } };
    assert.equal(config.max_memory, (LIMIT_MIB / 2) * MIB);
    const environment = await container.beside(
      'sh',
      '-c',
      'tr "\\0" "\\n" < /proc/$(busybox pidof nats-server)/environ',
    );
    const goLimit = Number(/^GOMEMLIMIT=(\d+)$/m.exec(environment)?.[1]);
    assert.ok(goLimit < LIMIT_MIB * MIB && goLimit > (LIMIT_MIB * MIB * 8) / 10, `GOMEMLIMIT is ${goLimit}`);
    const stored = await withClient(container, fill);
    assert.equal((await container.inspect()).State.Status, 'running');
    return `${Math.floor(stored / MIB)} MiB stored, then refused`;
  },
};

export const STREAMS: readonly Check[] = [VOLUME, MEMORY];

/** Publishes into memory until the server refuses; how many bytes it took. */
async function fill(client: NatsConnection): Promise<number> {
  await createStream(client, 'memory');
  const payload = new Uint8Array(900_000);
  for (let stored = 0; ; stored += payload.length) {
    const answer = (await client.request('stream', payload, { timeout: 20_000 })).json<{
      error?: { description: string };
    }>();
    if (answer.error === undefined) continue;
    assert.match(answer.error.description, /insufficient resources/);
    return stored;
  }
}

async function withClient<T>(
  container: ImageContainer,
  use: (client: NatsConnection) => Promise<T>,
): Promise<T> {
  const servers = `ws://127.0.0.1:${await container.port(WEBSOCKET_PORT)}`;
  const client = await wsconnect({ servers, token: TOKEN, reconnect: false });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

async function createStream(client: NatsConnection, storage: 'file' | 'memory'): Promise<void> {
  const config = {
    name: 'S',
    subjects: ['stream'],
    storage,
    retention: 'limits',
    discard: 'new',
    num_replicas: 1,
  };
  const answer = (await client.request('$JS.API.STREAM.CREATE.S', JSON.stringify(config))).json<{
    error?: object;
  }>();
  assert.equal(answer.error, undefined);
}

async function publish(client: NatsConnection, text: string): Promise<void> {
  const answer = (await client.request('stream', text)).json<{ error?: object }>();
  assert.equal(answer.error, undefined);
}

async function countOf(client: NatsConnection): Promise<number> {
  const answer = await client.request('$JS.API.STREAM.INFO.S');
  return answer.json<{ state: { messages: number } }>().state.messages;
}
