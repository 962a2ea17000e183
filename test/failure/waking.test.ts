// A region that wakes takes its first client when it is linked, and one that is drained is not woken.

import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { regionIs, stateOf } from '../support/mesh-state.ts';

const AWAKE = { jetstream: false };
const SLEEPY = { ...AWAKE, keepAwake: false };

// Over the distances of the world, which a link and what a peer is interested in take their time to cross.
const running = useStack(
  configOf(['weur', 'eeur', 'apac', 'oc'], { weur: AWAKE, eeur: AWAKE, apac: SLEEPY, oc: SLEEPY }),
  { wan: true },
);

const ASLEEP_WITHIN_MS = 10_000;
const WOKEN_WITHIN_MS = 45_000;
const MESSAGES = 10;

test.each(['the first time', 'again', 'once more'])(
  'a request published as soon as a region has woken is answered, and no message is lost (%s)',
  async () => {
    const { stack } = running;
    await using warsaw: Client = await connectFrom(stack.url, cityOf('eeur'));
    await using paris: Client = await connectFrom(stack.url, cityOf('weur'));
    const seen: string[] = [];
    warsaw.nats.subscribe('ask', { callback: (_error, message) => void message.respond('yes') });
    paris.nats.subscribe('first', { callback: (_error, message) => void seen.push(message.string()) });
    await Promise.all([warsaw.nats.flush(), paris.nats.flush()]);

    await using sydney: Client = await wakingOc();
    for (let index = 0; index < MESSAGES; index += 1) sydney.nats.publish('first', String(index));
    const answer = await sydney.nats.request('ask');
    expect([sydney.region, answer.string()]).toEqual(['oc', 'yes']);
    await waitFor('all messages to arrive', { timeoutMs: 2_000 }, () => seen.length === MESSAGES);
    await sydney.close();
    await stack.api.operate('oc', 'stop');
  },
);

/** A client that waits more than a second for a start, as on a busy machine, is served elsewhere: then it tries again. */
function wakingOc(): Promise<Client> {
  const { stack } = running;
  return waitFor('a client to wake oc', { timeoutMs: WOKEN_WITHIN_MS }, async () => {
    await regionIs(stack, 'oc', 'asleep', ASLEEP_WITHIN_MS);
    const client = await connectFrom(stack.url, cityOf('oc'));
    if (client.region === 'oc') return client;
    await client.close();
    await stack.api.operate('oc', 'stop');
    return undefined;
  });
}

test('a drained region is woken by nobody, and says so to whoever asks', async () => {
  const { stack } = running;
  await regionIs(stack, 'apac', 'asleep', ASLEEP_WITHIN_MS);
  await stack.api.operate('apac', 'drain');
  await expect(stack.api.operate('apac', 'wake')).rejects.toThrow(/drained/);
  await using client: Client = await connectFrom(stack.url, cityOf('apac'));
  expect(client.region).not.toBe('apac');
  expect(await stateOf(stack, 'apac')).toBe('asleep');
  expect(stack.engine.server('nats-apac')).toBeUndefined();
});
