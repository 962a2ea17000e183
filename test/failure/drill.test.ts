// The drill of docs/backup.md: a deployment is lost but for its bucket, and the commands of the page bring everything back.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stack } from '../../local/stack.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { startLoggedStack } from '../support/logged-stack.ts';
import { runRegions } from '../support/regions-command.ts';
import { jetStreamIsReady } from '../support/streams.ts';

const FEW = configOf(['wnam', 'enam', 'weur']);
const CONFIG: MeridianConfig = {
  ...FEW,
  jetstream: { ...FEW.jetstream, backup: { ...FEW.jetstream.backup, everySeconds: 1 } },
};
const STREAM = 'ORDERS';
const MESSAGES = 30;
const ACKNOWLEDGED = 10;

/** The audit log is backed up once a minute. */
const PATIENT = { timeoutMs: 120_000, pollMs: 500 };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-drill-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** As `npm start -- --bucket` runs them, which the page says. */
async function withStack(run: (stack: Stack) => Promise<void>): Promise<void> {
  const { stack } = await startLoggedStack(CONFIG, { bucket: join(folder, 'bucket') });
  try {
    await run(stack);
  } finally {
    await stack.close();
  }
}

/** The commands of the page's section, in their order. */
async function commandsOfThePage(): Promise<readonly (readonly string[])[]> {
  const page = await readFile(new URL('../../docs/backup.md', import.meta.url), 'utf8');
  const [, section = ''] = /^## A drill\n(.*?)^## /ms.exec(page) ?? [];
  return [...section.matchAll(/^npm run regions -- (.*?)(?: +#.*)?$/gm)].map(([, line = '']) =>
    line.split(' '),
  );
}

test('a deployment that is lost but for its bucket is back, by the commands of the page', {
  timeout: 300_000,
}, async () => {
  await withStack(async (stack) => {
    const { api, url } = stack;
    await using client = await connectFrom(url, cityOf('weur'));
    await jetStreamIsReady(client.nats);
    const manager = await jetstreamManager(client.nats, { timeout: 5_000 });
    await manager.streams.add({ name: STREAM, subjects: ['orders.*'], num_replicas: 3 });
    await manager.consumers.add(STREAM, { durable_name: 'worker', ack_policy: 'explicit' });
    for (let n = 1; n <= MESSAGES; n += 1) await jetstream(client.nats).publish('orders.new', `${n}`);
    const consumer = await jetstream(client.nats).consumers.get(STREAM, 'worker');
    for (let n = 0; n < ACKNOWLEDGED; n += 1) await (await consumer.next())?.ackAck();
    // With the last message what was acknowledged before it is backed up.
    await jetstream(client.nats).publish('orders.new', 'last');
    const { version, config } = await api.config();
    const regions = config.regions.map((each) => (each.id === 'weur' ? { ...each, weight: 70 } : each));
    await api.put({ base: version, config: { ...config, regions }, message: 'before the loss' });
    await waitFor('everything to be in the bucket', PATIENT, async () => {
      const { versionsBehind, entriesBehind } = await api.configBackup();
      const { streams } = await api.backups();
      return (
        versionsBehind + entriesBehind === 0 &&
        streams.some(({ stream, lastSeq }) => stream === STREAM && lastSeq === MESSAGES + 1)
      );
    });
    const log = await runRegions(['audit', '--jsonl'], { edge: stack });
    await writeFile(join(folder, 'audit.jsonl'), log.out);
  });
  // All of it is lost but the bucket.
  await withStack(async (stack) => {
    const { api, url } = stack;
    const commands = await commandsOfThePage();
    expect(commands.length).toBeGreaterThanOrEqual(6);
    for (const command of commands) {
      const { code, out, err } = await runRegions(command, { edge: stack });
      expect({ command, code, said: code === 0 ? '' : out + err }).toEqual({ command, code: 0, said: '' });
    }
    const since = ['audit', '--verify', '--since', join(folder, 'audit.jsonl')];
    expect(await runRegions(since, { edge: stack })).toMatchObject({ code: 0 });
    const { config } = await api.config();
    expect(config.regions.find(({ id }) => id === 'weur')?.weight).toBe(70);
    expect((await api.audit()).entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['restore-config', 'put']),
    );
    await using client = await connectFrom(url, cityOf('weur'));
    const manager = await jetstreamManager(client.nats, { timeout: 5_000 });
    expect((await manager.streams.info(STREAM)).state).toMatchObject({
      messages: MESSAGES + 1,
      last_seq: MESSAGES + 1,
    });
    const consumer = await jetstream(client.nats).consumers.get(STREAM, 'worker');
    expect((await consumer.next())?.seq).toBe(ACKNOWLEDGED + 1);
  });
});
