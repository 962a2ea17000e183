// A nats-server in a process and a folder of its own, with a configuration that a test gives it.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputLog } from '../../local/engine/output-log.ts';
import { portsFileReader } from '../../local/engine/processes/listening-ports.ts';
import { ProcessGroup } from '../../local/engine/processes/process-group.ts';

export interface NatsServerProcess {
  readonly group: ProcessGroup;
  /** The port that was found free for one of the container's; 0 if the server does not listen there. */
  portOf(containerPort: number): number;
}

/** Returns once it listens; `undo` ends it. @throws Error with the end of its log when it does not start */
export async function startNatsServerProcess(
  {
    program,
    name,
    folder,
    configuration,
  }: {
    readonly program: string;
    /** For the error. */
    readonly name: string;
    readonly folder: string;
    readonly configuration: string;
  },
  undo: AsyncDisposableStack,
): Promise<NatsServerProcess> {
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'nats-server.conf');
  await writeFile(config, configuration);
  const args = ['--config', config, '--ports_file_dir', folder];
  const group = await ProcessGroup.start({ file: program, args, cwd: folder, env: {} });
  undo.defer(async () => {
    group.kill();
    await group.exited;
  });
  let running = true;
  void group.exited.then(() => {
    running = false;
  });
  const log = new OutputLog();
  for (const stream of group.output) log.follow(stream);
  const ports = await portsFileReader(folder)(() => running);
  if (ports === undefined) throw new Error(`${name} did not start:\n${log.tail(20).join('\n')}`);
  return { group, portOf: (containerPort) => ports.get(containerPort) ?? 0 };
}
