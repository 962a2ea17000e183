// What the engine makes of a container before it starts, whatever it runs on.

import { expect, test } from 'vitest';
import type { ContainerSpec } from './container.ts';
import { Engine } from './engine.ts';
import type { Run, Runtime } from './runtime.ts';

/** Starts nothing, and says what it was to start. */
function recording() {
  const started: ContainerSpec[] = [];
  const run: Run = {
    exited: new Promise(() => {}),
    port: async () => undefined,
    signal: async () => true,
    pause: async () => {},
    resume: async () => {},
    remove: async () => {},
  };
  const runtime: Runtime = {
    start: async (spec) => {
      started.push(spec);
      return run;
    },
    close: async () => {},
  };
  return { started, runtime };
}

const PLACEHOLDER = { CLOUDFLARE_LOCATION: 'loc01' };
const WEUR = { CLOUDFLARE_LOCATION: 'cdg01', CLOUDFLARE_COUNTRY_A2: 'FR' };

test('a server is told where it runs, in place of what workerd says; any other container is as it was created', async () => {
  const { started, runtime } = recording();
  const environment = (server: string) => (server === 'nats-weur' ? WEUR : undefined);
  const engine = new Engine({ runtime, environment });
  for (const server of ['nats-weur', 'session-1']) {
    const env = { NATS_SERVER_NAME: server, ...PLACEHOLDER };
    engine.create({ name: server, image: 'image', env, labels: {} });
    await engine.start(server);
  }
  expect(started.map(({ env }) => env)).toEqual([
    { NATS_SERVER_NAME: 'nats-weur', ...WEUR },
    { NATS_SERVER_NAME: 'session-1', ...PLACEHOLDER },
  ]);
  await engine.close();
});
