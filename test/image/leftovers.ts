// What a test that was killed has left: containers and volumes that carry its label, and whose process is gone.

import { type EngineCommand, runEngine } from '../../local/image/engine-command.ts';
import { TEST_LABEL } from './image-container.ts';

export async function sweepLeftovers(engine: EngineCommand, log: (line: string) => void): Promise<void> {
  const label = `label=${TEST_LABEL}`;
  const { stdout } = await runEngine(engine, ['ps', '--all', '--filter', label, '--format', '{{.Names}}']);
  for (const name of stdout.split('\n').filter((each) => each !== '')) {
    if (isAlive(await makerOf(engine, name))) continue;
    log(`removing the container ${name} of a test that was killed`);
    await runEngine(engine, ['rm', '--force', '--volumes', name]);
  }
  // One that is in use is not removed.
  await runEngine(engine, ['volume', 'prune', '--force', '--filter', label]);
}

/** The process that made a container. */
async function makerOf(engine: EngineCommand, name: string): Promise<number> {
  const format = `{{index .Config.Labels "${TEST_LABEL}"}}`;
  const { stdout } = await runEngine(engine, ['inspect', '--type', 'container', '--format', format, name]);
  return Number(stdout);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
