import { expect, test } from 'vitest';
import type { About } from '../../api/about.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { configOf } from '../../test/support/data/checked-in.ts';
import { edgeOf } from '../../test/support/workerd/edge-context.ts';
import { about } from './about.ts';

const told = async (config: MeridianConfig): Promise<About> =>
  (await about(new Request('https://edge.example/x'), { ...edgeOf().edge, config }).json()) as About;

const OPEN = { leafnode: true, mqtt: true };

test('doors that are open are told, and closed ones are null', async () => {
  const three = configOf(['wnam', 'enam', 'weur']);
  expect(await told({ ...three, doors: OPEN })).toMatchObject({
    nats: 'wss://edge.example/nats',
    leafnode: 'wss://edge.example/leafnode',
    mqtt: 'wss://edge.example/mqtt',
  });
  expect(await told(three)).toMatchObject({ leafnode: null, mqtt: null });
});

test('a door for MQTT that is set, and has no JetStream behind it, is closed', async () => {
  expect(await told({ ...configOf(['oc']), doors: OPEN })).toMatchObject({
    leafnode: 'wss://edge.example/leafnode',
    mqtt: null,
  });
});
