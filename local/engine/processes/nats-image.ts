// The image of container/, run without a container: the same nats-server.conf and entrypoint.sh, with the
// environment that the Worker passed, on loopback and on ports that nats-server chooses.

import { fileURLToPath } from 'node:url';
import { OutputLog } from '../output-log.ts';
import { LINES_SHOWN, type RunListeners, serverNameOf } from '../runtime.ts';
import { portsFileReader } from './listening-ports.ts';
import type { Prepare } from './process-runtime.ts';

const ENTRYPOINT = fileURLToPath(new URL('../../../container/entrypoint.sh', import.meta.url));

/** The part of this process's environment that a container sees; an image would bring its own. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG'] as const;

export interface NatsImageOptions extends RunListeners {
  /** Path of the nats-server program. */
  readonly natsServer: string;
  readonly onStart?: (pid: number) => void;
}

/** Returns how to run a container of the image. */
export function natsImage(options: NatsImageOptions): Prepare {
  return (spec, folder) => {
    const serverName = serverNameOf(spec);
    const log = new OutputLog((line) => options.onLine?.(serverName, line));
    return {
      command: {
        file: '/bin/sh',
        args: [ENTRYPOINT, '--ports_file_dir', folder],
        cwd: folder,
        env: { ...inheritedEnvironment(), ...spec.env, ...localEnvironment(options.natsServer, folder) },
      },
      readPorts: portsFileReader(folder),
      log,
      onStart: (pid) => options.onStart?.(pid),
      onExit: (code) => options.onExit?.(serverName, code, log.tail(LINES_SHOWN)),
    };
  };
}

function localEnvironment(natsServer: string, folder: string): Record<string, string> {
  return {
    NATS_SERVER_BIN: natsServer,
    NATS_HOST: '127.0.0.1',
    NATS_CLIENT_PORT: '-1',
    NATS_WEBSOCKET_PORT: '-1',
    NATS_MONITOR_PORT: '-1',
    NATS_CLUSTER_PORT: '-1',
    NATS_LEAF_PORT: '-1',
    NATS_MQTT_PORT: '-1',
    NATS_STORE_DIR: `${folder}/jetstream`,
  };
}

function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
