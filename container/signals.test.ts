// How a server stops: the effect of each signal, at any time, under every shell that runs the entrypoint.

import { constants } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import { Entrypoint } from '../test/support/container/entrypoint.ts';
import { RawClient } from '../test/support/container/raw-client.ts';
import { installedShells } from '../test/support/container/shells.ts';
import { TEST_TIMEOUT_MS } from '../test/support/container/transcript.ts';

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS });

const SHELLS = await installedShells();

/** Longer than a test: a server that waits for it did not get the second signal. */
const LONG_LAME_DUCK = { NATS_LAME_DUCK_GRACE_PERIOD: '5m', NATS_LAME_DUCK_DURATION: '10m' };
const SHORT_LAME_DUCK = { NATS_LAME_DUCK_GRACE_PERIOD: '100ms', NATS_LAME_DUCK_DURATION: '30s' };

describe.each(SHELLS)('under %s', (shell) => {
  test.each(['SIGTERM', 'SIGUSR2'] as const)('%s starts the lame duck, which ends with 0', async (signal) => {
    await using server = await Entrypoint.start({ shell, env: SHORT_LAME_DUCK });
    const pid = await server.serverPid();
    const client = await RawClient.open(server.ports.nats);
    await client.connect();

    server.signal(signal);

    await client.received.match(/INFO \{.*"ldm":true.*\}/);
    await client.whenClosed();
    expect(await server.exitCode()).toBe(0);
    expect(server.output.text).toContain('Entering lame duck mode');
    expect(isAlive(pid)).toBe(false);
  });

  test('a second SIGTERM ends the lame duck at once', async () => {
    await using server = await Entrypoint.start({ shell, env: LONG_LAME_DUCK });
    const client = await RawClient.open(server.ports.nats);
    await client.connect();

    server.signal('SIGTERM');
    await client.received.match(/"ldm":true/);
    server.signal('SIGTERM');

    await client.whenClosed();
    expect(await server.exitCode()).toBe(0);
  });

  test('a SIGTERM that is held lets the server serve until its turn, and more of them do not hurry it', async () => {
    await using server = await Entrypoint.start({ shell, env: { ...SHORT_LAME_DUCK, NATS_TERM_HOLD: '2' } });
    const client = await RawClient.open(server.ports.nats);
    await client.connect();

    const sentAt = performance.now();
    server.signal('SIGTERM');
    await server.output.match(/lame duck mode begins in 2 s/);
    server.signal('SIGTERM');
    const newcomer = await RawClient.open(server.ports.nats);
    expect(await newcomer.connect()).toBe(true);
    newcomer.close();

    await client.received.match(/"ldm":true/);
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(1_900);
    await client.whenClosed();
    expect(await server.exitCode()).toBe(0);
  });

  test('a second SIGTERM once the held one has begun its lame duck ends it at once', async () => {
    await using server = await Entrypoint.start({ shell, env: { ...LONG_LAME_DUCK, NATS_TERM_HOLD: '1' } });
    const client = await RawClient.open(server.ports.nats);
    await client.connect();
    server.signal('SIGTERM');
    await client.received.match(/"ldm":true/);
    server.signal('SIGTERM');
    await client.whenClosed();
    expect(await server.exitCode()).toBe(0);
  });

  test('SIGINT, and SIGUSR2, do not wait for a SIGTERM that is held', async () => {
    await using server = await Entrypoint.start({ shell, env: { NATS_TERM_HOLD: '600' } });
    server.signal('SIGTERM');
    await server.output.match(/lame duck mode begins in 600 s/);
    server.signal('SIGUSR2');
    await server.output.match(/Entering lame duck mode/);
    expect(await server.exitCode()).toBe(0);
  });

  test('a SIGTERM after a SIGUSR2 does not cut the lame duck short', async () => {
    await using server = await Entrypoint.start({ shell, env: LONG_LAME_DUCK });
    const client = await RawClient.open(server.ports.nats);
    await client.connect();

    server.signal('SIGUSR2');
    await client.received.match(/"ldm":true/);
    server.signal('SIGTERM');

    await server.output.match(/(Trapped "user defined signal 2" signal[\s\S]*){2}/);
    expect(await client.connect()).toBe(true);
    client.close();
  });

  test('SIGINT ends it at once', async () => {
    await using server = await Entrypoint.start({ shell, env: LONG_LAME_DUCK });
    const client = await RawClient.open(server.ports.nats);
    server.signal('SIGINT');
    await client.whenClosed();
    expect(await server.exitCode()).toBe(0);
    expect(server.output.text).not.toContain('lame duck');
  });

  test('a signal that comes before nats-server listens is not lost', async () => {
    await using server = await Entrypoint.run({ shell });
    await server.output.match(/Starting nats-server/);
    server.signal('SIGTERM');
    expect(await server.exitCode()).toBe(0);
  });

  test('a killed nats-server is 128 + 9', async () => {
    await using server = await Entrypoint.start({ shell });
    process.kill(await server.serverPid(), 'SIGKILL');
    expect(await server.exitCode()).toBe(128 + constants.signals.SIGKILL);
  });

  test('a nats-server that is killed as a lame duck is 128 + 9 as well', async () => {
    await using server = await Entrypoint.start({ shell, env: LONG_LAME_DUCK });
    const client = await RawClient.open(server.ports.nats);
    await client.connect();
    server.signal('SIGTERM');
    await client.received.match(/"ldm":true/);
    process.kill(await server.serverPid(), 'SIGKILL');
    expect(await server.exitCode()).toBe(128 + constants.signals.SIGKILL);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
