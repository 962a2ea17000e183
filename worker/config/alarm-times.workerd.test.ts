// The alarm of a real object, for two purposes.

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import '../../test/support/workerd/mesh-node.ts';
import { AlarmTimes } from './alarm-times.ts';

/** Far enough for no alarm to fire. */
const LATER = Date.now() + 3_600_000;

let objects = 0;

function withAlarms(run: (alarms: AlarmTimes, storage: DurableObjectStorage) => Promise<void>) {
  objects += 1;
  return runInDurableObject(env.MESH_NODE.getByName(`alarms ${objects}`), (_, { storage }) =>
    run(new AlarmTimes(storage), storage),
  );
}

test('is set to the earliest time', () =>
  withAlarms(async (alarms, storage) => {
    await alarms.set('backup', LATER + 2);
    await alarms.set('publish', LATER + 3);
    expect(await storage.getAlarm()).toBe(LATER + 2);
    await alarms.sooner('publish', LATER + 1);
    await alarms.sooner('publish', LATER + 9);
    expect(await storage.getAlarm()).toBe(LATER + 1);
    await alarms.clear('publish');
    expect(await storage.getAlarm()).toBe(LATER + 2);
    await alarms.clear('backup');
    expect(await storage.getAlarm()).toBeNull();
  }));

test('rings for what is due, and is set for the rest', () =>
  withAlarms(async (alarms, storage) => {
    await alarms.set('backup', LATER);
    await alarms.set('publish', LATER + 5);
    expect(alarms.ring(LATER)).toEqual(new Set(['backup']));
    expect(await storage.getAlarm()).toBe(LATER + 5);
    // Slightly early.
    expect(alarms.ring(LATER + 4)).toEqual(new Set(['publish']));
    expect(await storage.getAlarm()).toBeNull();
  }));

test('of an earlier version, which has no times, rings for everything', () =>
  withAlarms(async (alarms) => {
    expect(alarms.ring(LATER)).toEqual(new Set(['publish', 'backup']));
  }));
