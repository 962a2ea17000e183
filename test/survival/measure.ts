// One run on a stack: publishers and consumers work, servers are struck and come back, and what was observed is returned.

import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { Stack } from '../../local/stack.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { cityOf } from '../support/data/places.ts';
import { API_TIMEOUT_MS, currentReplicas, jetStreamIsReady } from '../support/streams.ts';
import { type Dealt, strike } from './blows.ts';
import { Consuming } from './consuming.ts';
import type { Observed } from './observed.ts';
import { Pages } from './pages.ts';
import type { Plan, Role } from './plan.ts';
import { Publishing } from './publishing.ts';
import { Servers } from './servers.ts';

/** Where JetStream is, in the checked-in configuration. */
export const JETSTREAM_REGIONS = ['wnam', 'enam', 'weur'] as const;

/** Here clients find a server, whatever happens to the others. */
export const BYSTANDER = 'oc';

const STREAM = 'SURVIVAL';
const SUBJECT = 'survival';
const REPLICAS = JETSTREAM_REGIONS.length;

/** A stream that three servers hold is made within an election or two. */
const MADE_WITHIN_MS = 30_000;

/** As many as two publishers get in half a second: it works again. */
const WORKS_AGAIN_AFTER = 50;

/** Consumers catch up, and everything is read, within this. */
const READ_WITHIN_MS = 45_000;

export interface MeasureOptions {
  readonly stack: Stack;
  readonly plan: Plan;
  /** How long to publish before the first blow. */
  readonly beforeMs: number;
  /** How long to wait for the stream to be whole again. */
  readonly wholeWithinMs: number;
  readonly signal: AbortSignal;
  readonly progress: (step: string) => void;
}

export async function measure(options: MeasureOptions): Promise<Observed> {
  const { stack, beforeMs, signal, progress } = options;
  await using all = new AsyncDisposableStack();
  const connect = async (region: 'oc' | 'weur' | 'enam') => {
    const client = all.use(await connectFrom(stack.url, cityOf(region)));
    await jetStreamIsReady(client.nats);
    return client;
  };
  const [sydney, paris, ashburn] = [await connect('oc'), await connect('weur'), await connect('enam')];
  const manager = await jetstreamManager(sydney.nats, { timeout: API_TIMEOUT_MS });
  await makeStream(manager, signal);
  const servers = new Servers(stack.engine, STREAM, JETSTREAM_REGIONS);
  all.defer(() => servers.stop());
  const pages = new Pages(stack.api, JETSTREAM_REGIONS);
  all.defer(() => pages.stop());
  const clients = new Map([
    ['near', sydney],
    ['moved', ashburn],
  ]);
  const consuming = await Consuming.start(manager, STREAM, clients);
  all.defer(() => consuming.stop());
  const publishing = new Publishing([sydney, paris], SUBJECT);
  all.defer(() => publishing.stop());
  await delay(beforeMs, undefined, { signal });

  const dealt = await strikeAll(options, manager);
  const healed = await Promise.allSettled(dealt.map(({ heal }) => heal(signal)));
  signal.throwIfAborted();
  const healedAt = Date.now();
  progress('all may come back');

  const troubles = healed.flatMap((each) => (each.status === 'rejected' ? [wordsOf(each.reason)] : []));
  const trouble = (error: unknown) => {
    signal.throwIfAborted();
    troubles.push(wordsOf(error));
    return undefined;
  };
  const wholeAt = await isWholeAgain(options, manager, publishing, servers).catch(trouble);
  await publishing.stop();
  const publishedUntil = Date.now();
  if (wholeAt !== undefined) {
    // What came before may be lost: the sequences may have begun anew.
    const last = publishing.acknowledged.filter(({ at }) => at >= wholeAt).at(-1)?.seq ?? 0;
    await everythingIsThere(manager, servers, consuming, last, signal).catch(trouble);
  }
  const stored = await readAll(sydney, manager).catch(trouble);
  await Promise.all([consuming.stop(), servers.stop(), pages.stop()]);
  const struck = dealt.map(({ heal: _heal, ...each }) => each);
  return {
    struck,
    acknowledged: publishing.acknowledged,
    failures: publishing.failures,
    lives: servers.livesAfter(struck),
    deliveries: consuming.deliveries,
    confirmed: consuming.confirmed,
    looks: pages.looks,
    stored,
    troubles,
    healedAt,
    ...(wholeAt !== undefined && { wholeAt }),
    publishedUntil,
  };
}

async function makeStream(manager: JetStreamManager, signal: AbortSignal): Promise<void> {
  await waitFor('the stream to be made', { timeoutMs: MADE_WITHIN_MS, signal }, async () => {
    await manager.streams.add({
      name: STREAM,
      subjects: [`${SUBJECT}.*`],
      num_replicas: REPLICAS,
      allow_direct: true,
    });
    return (await currentReplicas(manager, STREAM)).length === REPLICAS;
  });
}

async function strikeAll(
  { stack, plan, signal, progress }: MeasureOptions,
  manager: JetStreamManager,
): Promise<readonly Dealt[]> {
  const { cluster } = await manager.streams.info(STREAM);
  const leader = JETSTREAM_REGIONS.find((region) => instanceNameOf(region) === cluster?.leader);
  const [follower, other] = JETSTREAM_REGIONS.filter((region) => region !== leader);
  if (leader === undefined || follower === undefined || other === undefined)
    throw new Error(`the stream has no leader in ${JETSTREAM_REGIONS.join(', ')} (${cluster?.leader})`);
  const regionOf: Readonly<Record<Role, string>> = { leader, follower, 'other follower': other };
  const dealt: Dealt[] = [];
  const startedAt = Date.now();
  let dueAt = startedAt;
  for (const { role, blow, afterMs } of plan.blows) {
    dueAt += afterMs;
    await delay(Math.max(0, dueAt - Date.now()), undefined, { signal });
    const each = await strike(stack, regionOf[role], blow);
    dealt.push(each);
    progress(`${role} ${each.region} ${blow}${each.refused === undefined ? '' : `: ${each.refused}`}`);
  }
  return dealt;
}

/** When every server is up, the stream has all its replicas, and publishing works. */
async function isWholeAgain(
  { stack, wholeWithinMs, signal }: MeasureOptions,
  manager: JetStreamManager,
  publishing: Publishing,
  servers: Servers,
): Promise<number> {
  let lacking = '';
  const whole = async () => {
    const regions = await stack.regions();
    lacking = regions
      .filter(({ state }) => state !== 'up')
      .map(({ id, state, problem }) => `${id} is ${state}${problem === undefined ? '' : ` (${problem})`}`)
      .join(', ');
    if (lacking !== '') return false;
    lacking = 'the stream does not answer';
    const replicas = await currentReplicas(manager, STREAM);
    lacking = `only ${replicas.join(', ')} hold the stream`;
    if (replicas.length < REPLICAS) return false;
    // What the leader says of its followers is stale for seconds.
    const last = publishing.acknowledged.at(-1)?.seq ?? 0;
    const held = [...(await servers.afterLook()).values()];
    lacking = `not every server holds message ${last}`;
    return held.length === REPLICAS && held.every((seq) => seq >= last);
  };
  try {
    const options = { timeoutMs: wholeWithinMs, pollMs: 250, signal };
    await waitFor('the stream to be whole again', options, whole);
    const at = Date.now();
    lacking = 'publishing does not work';
    await waitFor('publishing to work', options, () => publishing.since(at) >= WORKS_AGAIN_AFTER);
    return at;
  } catch (cause) {
    throw new Error(`${wordsOf(cause)}: ${lacking}`, { cause });
  }
}

async function everythingIsThere(
  manager: JetStreamManager,
  servers: Servers,
  consuming: Consuming,
  last: number,
  signal: AbortSignal,
): Promise<void> {
  const options = { timeoutMs: READ_WITHIN_MS, pollMs: 100, signal };
  await waitFor(`every server to hold message ${last}`, options, () => {
    const held = [...servers.lastSequences().values()];
    return held.length === REPLICAS && held.every((seq) => seq >= last);
  });
  for (const name of consuming.names)
    await waitFor(`the consumer ${name} to have got everything`, options, async () => {
      const { delivered, num_ack_pending } = await manager.consumers.info(STREAM, name);
      return delivered.stream_seq >= last && num_ack_pending === 0;
    });
}

/** Everything that the stream holds: id -> sequence. */
async function readAll({ nats }: Client, manager: JetStreamManager): Promise<ReadonlyMap<string, number>> {
  const { state } = await manager.streams.info(STREAM);
  const stored = new Map<string, number>();
  if (state.messages === 0) return stored;
  const consumer = await jetstream(nats).consumers.get(STREAM);
  const messages = await consumer.consume();
  const reading = async () => {
    for await (const message of messages) {
      stored.set(message.string(), message.seq);
      if (message.seq >= state.last_seq) break;
    }
  };
  try {
    await withTimeout(
      reading(),
      READ_WITHIN_MS,
      `only ${stored.size} of ${state.messages} messages could be read`,
    );
  } finally {
    messages.stop();
  }
  return stored;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
