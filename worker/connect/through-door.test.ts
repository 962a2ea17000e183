import { expect, test } from 'vitest';
import type { ErrorAnswer } from '../../api/error-answer.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { configOf } from '../../test/support/data/checked-in.ts';
import { edgeOf } from '../../test/support/workerd/edge-context.ts';
import { throughDoor } from './through-door.ts';

const UPGRADE = new Request('https://edge.example/', { headers: { upgrade: 'websocket' } });

async function answerOf(door: 'leafnode' | 'mqtt', config: MeridianConfig): Promise<ErrorAnswer['error']> {
  const response = await throughDoor(door)(UPGRADE, { ...edgeOf().edge, config });
  expect(response.status).toBe(404);
  return ((await response.json()) as ErrorAnswer).error;
}

test.each(['leafnode', 'mqtt'] as const)('the door %s is off until it is set, and says so', async (door) => {
  const { code, message } = await answerOf(door, configOf(['weur']));
  expect(code).toBe('door_off');
  expect(message).toContain(`set \`doors.${door}\``);
});

test('MQTT without JetStream is told what it lacks', async () => {
  const open = { ...configOf(['oc']), doors: { leafnode: true, mqtt: true } };
  expect((await answerOf('mqtt', open)).message).toContain('set `jetstream` of three regions');
});

test.each(['leafnode', 'mqtt'] as const)(
  'who only looks at the door %s is told that it is off, too',
  async (door) => {
    const looks = new Request('https://edge.example/');
    const response = await throughDoor(door)(looks, { ...edgeOf().edge, config: configOf(['weur']) });
    expect(response.status).toBe(404);
  },
);

test.each([
  ['leafnode', 'a leaf node'],
  ['mqtt', 'an MQTT client'],
] as const)('at the open door %s %s is asked for', async (door, who) => {
  const open = { ...configOf(['weur', 'wnam', 'enam']), doors: { leafnode: true, mqtt: true } };
  const response = await throughDoor(door)(new Request('https://edge.example/'), {
    ...edgeOf().edge,
    config: open,
  });
  expect(response.status).toBe(426);
  expect(await response.text()).toContain(`connect ${who} here`);
});
