import { expect, test } from 'vitest';
import { secretsOf } from '../secrets.ts';
import { connectNats } from './connect-nats.ts';

const connectTo = (url: string, env: Readonly<Record<string, string>>) =>
  connectNats({ url, name: 'nats-kv://far.invalid/b', bucket: 'b' }, secretsOf(env));

test.each([
  ['nats://far.invalid:4222', { NATS_TOKEN: 'hunter2' }],
  ['nats://far.invalid:4222', { NATS_USER: 'ann', NATS_PASSWORD: 'hunter2' }],
  ['ws://far.invalid:80', { NATS_TOKEN: 'hunter2' }],
])('%s: what could be read on the way is not sent, and not repeated', async (url, env) => {
  const failed = await connectTo(url, env).catch((error: Error) => error.message);
  expect(failed).toContain('is not encrypted');
  expect(failed).not.toContain('hunter2');
});
