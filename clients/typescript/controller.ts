// The controller of template repositories: for each template that changed it asks for a regeneration, once, wherever its region is.
// It reads CLOUDFLARE_ENDPOINT, and NATS_TOKEN or NATS_CREDS; STREAM, SUBJECTS and REGIONS if it should differ from what is below.

import { readFile } from 'node:fs/promises';
import { type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { type Credentials, credsFile, token } from './credentials.ts';
import { type Edge, fromEndpoint } from './edge.ts';
import { textOf } from './errors.ts';

const {
  CLOUDFLARE_ENDPOINT = 'http://127.0.0.1:8787',
  STREAM = 'GITHUB_EVENTS',
  SUBJECTS = 'github',
  REGIONS = '',
  NATS_TOKEN,
  NATS_CREDS,
} = process.env;

const DURABLE = 'workflow-controller';
const TRY_FOR_MS = 60_000;
const TRY_AGAIN_MS = 200;
const ANSWERS_WITHIN_MS = 5_000;
/** What is fetched ahead has to be handled in the seconds that a region leaves its clients. */
const AHEAD = 20;
/** Who led the consumer and was lost has forgotten what was asked: it is asked anew after this. */
const ASK_AGAIN_MS = 5_000;
const ACK_WAIT_NS = 15_000_000_000;

const credentials = await credentialsOf();
const edge = await fromEndpoint(CLOUDFLARE_ENDPOINT, {
  ...(credentials && { credentials }),
  regions: REGIONS.split(',').filter(Boolean),
  name: DURABLE,
  moved: (region, why) => console.log(`at ${region}: ${why}`),
  failed: (error) => console.log(`trouble: ${error.message}`),
});
let handled = 0;
await retry(() => edge.use(prepare));
await edge.serve(consume);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end(edge));
console.log('ready');

async function end(open: Edge): Promise<void> {
  await open.close();
  console.log(`handled ${handled} events`);
}

async function credentialsOf(): Promise<Credentials | undefined> {
  if (NATS_CREDS) return credsFile(await readFile(NATS_CREDS, 'utf8'));
  return NATS_TOKEN ? token(NATS_TOKEN) : undefined;
}

/** Makes the stream and its durable consumer, or finds them. */
async function prepare(nats: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(nats, { checkAPI: false, timeout: ANSWERS_WITHIN_MS });
  const events = ['template_changed', 'workflow_status', 'regeneration_requested'];
  const subjects = events.map((event) => `${SUBJECTS}.*.${event}`);
  await manager.streams.add({ name: STREAM, subjects, num_replicas: 3 });
  await manager.consumers.add(STREAM, {
    durable_name: DURABLE,
    ack_policy: 'explicit',
    ack_wait: ACK_WAIT_NS,
  });
}

/** Goes on where the durable consumer is. */
async function consume(nats: NatsConnection): Promise<() => Promise<void>> {
  const consumer = await jetstream(nats, { timeout: ANSWERS_WITHIN_MS }).consumers.get(STREAM, DURABLE);
  const messages = await consumer.consume({ max_messages: AHEAD, expires: ASK_AGAIN_MS });
  const consuming = (async () => {
    for await (const event of messages) await handle(event);
  })();
  return async () => {
    await messages.close();
    await consuming;
  };
}

/** Acknowledges an event once all that follows of it is stored. What fails is delivered again. */
async function handle(event: JsMsg): Promise<void> {
  try {
    await follow(event);
    if (!(await event.ackAck({ timeout: ANSWERS_WITHIN_MS }))) throw new Error('acknowledging: no answer');
    handled += 1;
  } catch (error) {
    console.log(`failed: ${textOf(error)}`);
    event.nak(1_000);
  }
}

async function follow(event: JsMsg): Promise<void> {
  const [root, org, kind] = event.subject.split('.');
  if (kind !== 'template_changed') return;
  // Who knows the templates answers with what has to be made anew.
  const wanted = await edge.use((nats) =>
    nats.request(`${SUBJECTS}-templates`, event.data, { timeout: ANSWERS_WITHIN_MS }),
  );
  // The stream knows it by its id if it comes again.
  const options = { msgID: `regenerate-${event.seq}`, timeout: ANSWERS_WITHIN_MS };
  await retry(() =>
    edge.use((nats) =>
      jetstream(nats).publish(`${root}.${org}.regeneration_requested`, wanted.data, options),
    ),
  );
}

/** For what a stream cannot answer while its servers elect a leader. */
async function retry<T>(something: () => Promise<T>): Promise<T> {
  const until = Date.now() + TRY_FOR_MS;
  for (;;) {
    try {
      return await something();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}
