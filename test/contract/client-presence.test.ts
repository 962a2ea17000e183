// A region's server counts a client as long as the client is there, and no longer.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { cfOf, standingIn } from '../support/data/places.ts';
import { readMonitor } from '../support/monitor.ts';
import { clientFrame, rawUpgrade } from '../support/raw-upgrade.ts';
import { describeLocally, MONITORED, monitorUrl, placeIn, target } from '../support/target.ts';

/** Much less than the 40 to 60 s that missed pings would take. */
const GONE_WITHIN_MS = 5_000;

const HERE = placeIn(MONITORED);

describeLocally('does not show its monitoring', 'the server of a client', () => {
  test('forgets it within seconds when it closes', async () => {
    const client = await connectFrom(target.url, HERE, { name: 'closing' });
    expect(await find('closing')).toBeDefined();
    await client.close();
    await forgotten('closing');
  });

  test.each(['destroy', 'resetAndDestroy'] as const)(
    'forgets it within seconds when its connection ends without a close frame (%s)',
    async (end) => {
      const { socket } = await rawUpgrade(target.url, standingIn(cfOf(HERE)));
      if (socket === undefined) throw new Error('the upgrade was refused');
      socket.write(clientFrame(`CONNECT {"name":"${end}"}\r\nPING\r\n`));
      await seen(end);
      socket[end]();
      await forgotten(end);
    },
  );

  test('forgets it within seconds when its process is killed', async () => {
    const program = fileURLToPath(new URL('../support/lone-client.ts', import.meta.url));
    const child = spawn(process.execPath, [program, target.url, 'process', JSON.stringify(HERE)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(await find('process')).toBeDefined();
    child.kill('SIGKILL');
    await forgotten('process');
  });
});

async function find(name: string): Promise<unknown> {
  const { connections } = await readMonitor(monitorUrl(MONITORED), 'connz');
  return connections.find((connection) => connection.name === name);
}

async function seen(name: string): Promise<void> {
  await waitFor(`${name} to be in connz`, { timeoutMs: GONE_WITHIN_MS }, async () => {
    return (await find(name)) !== undefined;
  });
}

async function forgotten(name: string): Promise<void> {
  await waitFor(`${name} to be gone from connz`, { timeoutMs: GONE_WITHIN_MS }, async () => {
    return (await find(name)) === undefined;
  });
}
