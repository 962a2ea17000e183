// A nats-server of somebody else.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portsFileReader } from '../../local/engine/processes/listening-ports.ts';
import { ProcessGroup } from '../../local/engine/processes/process-group.ts';
import { LOOPBACK } from '../../local/listen.ts';
import { CLIENT_PORT } from '../../regions/container-ports.ts';

export interface OtherServer extends AsyncDisposable {
  /** Where its clients connect. */
  readonly url: string;
}

/** Returns once it listens. @param more of its configuration */
export async function startOtherServer(natsServer: string, name: string, more: string): Promise<OtherServer> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.adopt(await mkdtemp(join(tmpdir(), 'meridian-other-')), (each) =>
    rm(each, { recursive: true, force: true }),
  );
  const config = join(folder, 'nats-server.conf');
  await writeFile(config, `host: ${LOOPBACK}\nport: -1\nserver_name: ${name}\n${more}\n`);
  const args = ['--config', config, '--ports_file_dir', folder];
  const group = await ProcessGroup.start({ file: natsServer, args, cwd: folder, env: {} });
  let isRunning = true;
  undo.defer(async () => {
    group.kill();
    await group.exited;
  });
  void group.exited.then(() => {
    isRunning = false;
  });
  for (const stream of group.output) stream.resume();
  const ports = await portsFileReader(folder)(() => isRunning);
  const port = ports?.get(CLIENT_PORT);
  if (port === undefined) throw new Error(`the nats-server ${name} did not start`);
  const held = undo.move();
  return { url: `nats://${LOOPBACK}:${port}`, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
