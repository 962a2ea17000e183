// A nats-server as the regions run it, with the image's configuration, but started directly instead of by an object.

import { join } from 'node:path';
import { AppContainer } from '../../local/engine/app-container.ts';
import { natsImage } from '../../local/engine/processes/nats-image.ts';
import { ProcessRuntime } from '../../local/engine/processes/process-runtime.ts';
import type { RunFolder } from '../../local/run-folder.ts';
import { CLIENT_PORT, MONITORING_PORT, ROUTE_PORT, WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import type { ServerPorts } from './contestant.ts';

export interface NatsProcessOptions {
  readonly natsServer: string;
  readonly folder: RunFolder;
  readonly name: string;
  /** Route URLs of the servers it dials. */
  readonly routes?: readonly string[];
  /** What container/entrypoint.sh takes, beside the name. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface NatsProcess extends ServerPorts {
  readonly cluster: number;
  readonly app: AppContainer;
}

/** Returns once it listens. */
export async function startNats({
  natsServer,
  folder,
  name,
  routes = [],
  env = {},
}: NatsProcessOptions): Promise<NatsProcess> {
  const image = natsImage({ natsServer, onStart: folder.noteGroup });
  const app = new AppContainer(
    { name, image: '', env: { ...env, NATS_SERVER_NAME: name }, labels: {} },
    new ProcessRuntime({
      folder: join(folder.path, 'servers'),
      prepare: (spec, own) => {
        const launch = image(spec, own);
        const args =
          routes.length === 0 ? launch.command.args : [...launch.command.args, '--routes', routes.join(',')];
        return { ...launch, command: { ...launch.command, args } };
      },
    }),
  );
  await app.start();
  return { ...(await portsOf(name, app)), app, cluster: await portOf(app, ROUTE_PORT) };
}

export async function portsOf(name: string, app: AppContainer): Promise<ServerPorts> {
  return {
    name,
    client: await portOf(app, CLIENT_PORT),
    webSocket: await portOf(app, WEBSOCKET_PORT),
    monitoring: await portOf(app, MONITORING_PORT),
  };
}

async function portOf(app: AppContainer, port: number): Promise<number> {
  const found = await app.port(port);
  if (found === undefined) throw new Error(`${app.spec.name} ended before it listened on port ${port}`);
  return found;
}
