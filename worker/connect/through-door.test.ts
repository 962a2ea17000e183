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
