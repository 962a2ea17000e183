// A residency rule that was edited live holds on an isolate that was just born and uses the deployed version.

import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { configOf } from '../support/data/checked-in.ts';
import { useStack } from '../support/file-stack.ts';
import { processesBelow } from '../support/process-tree.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';

const PLAIN = { jetstream: false };
const running = useStack(configOf(['weur', 'eeur'], { weur: PLAIN, eeur: PLAIN }));

const FRANKFURT = { 'MF-CF-Blob': '{"colo":"FRA","country":"DE","isEUCountry":"1"}' };
const LOOK_MS = 3_000;

test('no client that a rule forbids is let in after a restart of the Worker', {
  timeout: 90_000,
}, async () => {
  const { api, url } = running.stack;
  const { version: base, config } = await api.config();
  const regions = config.regions.map((region) => ({ ...region, residency: { deny: ['DE'] } }));
  await api.put({ base, config: { ...config, regions }, message: 'nobody from Germany', force: true });
  await waitFor('the rule to hold', { timeoutMs: 10_000 }, async () => {
    const { status, socket } = await rawUpgrade(url, FRANKFURT);
    socket?.destroy();
    return status === 451;
  });
  for (let round = 0; round < 3; round += 1) {
    const workerd = (await processesBelow(process.pid)).find(({ command }) =>
      command.includes('workerd serve'),
    );
    if (workerd === undefined) throw new Error('workerd runs below this process');
    process.kill(workerd.pid, 'SIGKILL');
    const statuses: number[] = [];
    const end = Date.now() + LOOK_MS;
    while (Date.now() < end) {
      try {
        const { status, socket } = await rawUpgrade(url, FRANKFURT);
        socket?.destroy();
        statuses.push(status);
      } catch {
        // It is not back yet.
      }
    }
    expect(statuses).toContain(451);
    expect(statuses).not.toContain(101);
  }
});
