// Finds nats-server, or builds it, before the first of the tests that start one: a build takes minutes, and would
// be counted as the time of a test. Against a deployment none is started.

import { ensureNatsServer } from '../../local/binaries/nats-server.ts';

export default async function setup(): Promise<void> {
  if (process.env.MERIDIAN_URL) return;
  await ensureNatsServer({ log: console.error });
}
