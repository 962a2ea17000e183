// Finds nats-server, or builds it, before the first of the tests that start one: a build takes minutes, and would
// be counted as the time of a test.

import { ensureNatsServer } from '../../local/binaries/nats-server.ts';

export default async function setup(): Promise<void> {
  await ensureNatsServer({ log: console.error });
}
