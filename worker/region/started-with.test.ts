import { expect, test } from 'vitest';
import { noteStart, type StartedStorage, takenBy } from './started-with.ts';

function storage(): StartedStorage & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, never>();
  return { kept, get: (key) => kept.get(key), put: (key, value) => void kept.set(key, value as never) };
}

const TOKEN = { NATS_TOKEN: 'the-old-token' };
const NEXT = { NATS_USER_NEXT: 'meridian.2', NATS_PASSWORD_NEXT: 'the-new-password' };

test('a server takes what it was started with, whatever the secrets are by then', async () => {
  const kv = storage();
  await noteStart(kv, TOKEN);
  expect(await takenBy(kv, TOKEN)).toEqual({ takes: ['NATS_TOKEN'], takesOther: false });
  expect(await takenBy(kv, { ...TOKEN, ...NEXT })).toEqual({ takes: ['NATS_TOKEN'], takesOther: false });
  expect(await takenBy(kv, NEXT)).toEqual({ takes: [], takesOther: true });
  await noteStart(kv, { ...TOKEN, ...NEXT });
  expect(await takenBy(kv, NEXT)).toEqual({ takes: ['NATS_USER_NEXT'], takesOther: true });
  await noteStart(kv, NEXT);
  expect(await takenBy(kv, NEXT)).toEqual({ takes: ['NATS_USER_NEXT'], takesOther: false });
});

test('a changed password is another value, though the user is the same', async () => {
  const kv = storage();
  await noteStart(kv, NEXT);
  const changed = { ...NEXT, NATS_PASSWORD_NEXT: 'another' };
  expect(await takenBy(kv, changed)).toEqual({ takes: [], takesOther: true });
});

test('what a server of an earlier Meridian was started with is not known', async () => {
  expect(await takenBy(storage(), TOKEN)).toEqual({ takes: undefined, takesOther: false });
});

test('nothing of a secret is kept, nor a hash that is the same twice', async () => {
  const kv = storage();
  await noteStart(kv, { ...TOKEN, MERIDIAN_ADMIN_TOKEN: 'of-operators' });
  const first = JSON.stringify([...kv.kept.values()]);
  expect(first).not.toContain('old');
  await noteStart(kv, TOKEN);
  const [{ hashes }] = [...kv.kept.values()] as [{ hashes: string[] }];
  expect(hashes).toHaveLength(1);
  expect(first).not.toContain(hashes[0]);
});
