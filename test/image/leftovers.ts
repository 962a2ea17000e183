// What a test that was killed has left: containers and volumes that carry its label, and whose process is gone.

import { type EngineCommand, runEngine } from '../../local/image/engine-command.ts';
import { TEST_LABEL } from './image-container.ts';

export async function sweepLeftovers(engine: EngineCommand, log: (line: string) => void): Promise<void> {
  const label = `label=${TEST_LABEL}`;
  const format = `{{.Names}} {{.Label "${TEST_LABEL}"}}`;
  const { stdout } = await runEngine(engine, ['ps', '--all', '--filter', label, '--format', format]);
  for (const line of stdout.split('\n').filter((each) => each !== '')) {
    const [name = '', pid] = line.split(' ');
    if (isAlive(Number(pid))) continue;
    log(`removing the container ${name} of a test that was killed`);
    await runEngine(engine, ['rm', '--force', '--volumes', name]);
  }
  // One that is in use is not removed.
  await runEngine(engine, ['volume', 'prune', '--force', '--filter', label]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
