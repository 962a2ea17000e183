// How the container ends: what each signal does to its clients, its exit code, and that it starts again.

import assert from 'node:assert/strict';
import type { RawClient } from '../../support/container/raw-client.ts';
import { type Check, connect, serving } from '../check.ts';

/** As short as nats-server allows; without clients it ends sooner. */
const SHORT = { NATS_LAME_DUCK_GRACE_PERIOD: '500ms', NATS_LAME_DUCK_DURATION: '30s' };
/** Longer than the test: who waits for it did not get a second signal. */
const LONG = { NATS_LAME_DUCK_GRACE_PERIOD: '5m', NATS_LAME_DUCK_DURATION: '10m' };

const LAME_DUCK: readonly Check[] = ['TERM', 'USR2'].map((signal) => ({
  name: `SIG${signal} starts lame duck mode: clients are told, then let go, and it exits with 0`,
  run: async (image) => {
    await using container = await image.serve({ env: SHORT });
    const { client } = await connect(container);
    await container.signal(signal);
    await client.received.match(/INFO \{.*"ldm":true.*\}/);
    await client.whenClosed();
    assert.equal(await container.exitCode(), 0);
    assert.match(await container.logs(), /Entering lame duck mode/);
    return '"ldm":true, closed, exit 0';
  },
}));

const SECOND_TERM: Check = {
  name: 'a second SIGTERM ends the lame duck at once',
  run: async (image) => {
    await using container = await image.serve({ env: LONG });
    const { client } = await connect(container);
    await container.signal('TERM');
    await client.received.match(/"ldm":true/);
    await container.signal('TERM');
    await client.whenClosed();
    assert.equal(await container.exitCode(), 0);
    return 'exit 0';
  },
};

const HELD: Check = {
  name: 'NATS_TERM_HOLD: it serves until its turn, and is a lame duck then',
  covers: ['NATS_TERM_HOLD'],
  run: async (image) => {
    await using container = await image.serve({ env: { ...SHORT, NATS_TERM_HOLD: '3' } });
    const { client } = await connect(container);
    await container.signal('TERM');
    await container.logged(/lame duck mode begins in 3 s/);
    const newcomer = await connect(container);
    assert.ok(newcomer.accepted, 'a client that comes meanwhile is not let in');
    newcomer.client.close();
    await client.received.match(/"ldm":true/);
    assert.equal(await container.exitCode(), 0);
    return 'serves for 3 s, exit 0';
  },
};

const INTERRUPT: Check = {
  name: 'SIGINT ends it at once, with 0',
  run: async (image) => {
    await using container = await image.serve({ env: LONG });
    const { client } = await connect(container);
    await container.signal('INT');
    await client.whenClosed();
    assert.equal(await container.exitCode(), 0);
    assert.doesNotMatch(await container.logs(), /lame duck/);
    return 'exit 0';
  },
};

const STOP: Check = {
  name: '`stop --time 60` is a lame duck as well',
  run: async (image) => {
    await using container = await image.serve({ env: SHORT });
    const { client } = await connect(container);
    await container.stop(60);
    await told(client);
    assert.equal(await container.exitCode(), 0);
    return 'exit 0';
  },
};

const KILL: Check = {
  name: 'SIGKILL is 137, and the same container starts and serves again',
  run: async (image) => {
    await using container = await image.serve();
    await container.signal('KILL');
    assert.equal(await container.exitCode(), 137);
    await container.start();
    await serving(container);
    const { client, accepted } = await connect(container);
    client.close();
    assert.ok(accepted, 'it does not take its clients after the second start');
    return '137, serves again';
  },
};

const SERVER_KILLED: Check = {
  name: 'the container ends with its nats-server, with 128 + the signal',
  run: async (image) => {
    await using container = await image.serve();
    const pid = (await container.beside('busybox', 'pidof', 'nats-server')).trim();
    await container.beside('busybox', 'kill', '-9', pid);
    assert.equal(await container.exitCode(), 137);
    return '137';
  },
};

async function told(client: RawClient): Promise<void> {
  await client.received.match(/"ldm":true/);
  await client.whenClosed();
}

export const SIGNALS: readonly Check[] = [
  ...LAME_DUCK,
  SECOND_TERM,
  HELD,
  INTERRUPT,
  STOP,
  KILL,
  SERVER_KILLED,
];
