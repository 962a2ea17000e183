// A cluster of three nats-servers in operator mode, as Synadia's are: accounts come to them over the system account, and
// are kept by a full resolver.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createAccount,
  createOperator,
  createUser,
  encodeAccount,
  encodeOperator,
  encodeUser,
  fmtCreds,
  type KeyPair,
} from '@nats-io/jwt';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { freePorts, LOOPBACK } from '../../local/listen.ts';
import { CLIENT_PORT, MONITORING_PORT } from '../../regions/container-ports.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { temporaryFolder } from './command-process.ts';
import { startNatsServerProcess } from './nats-server-process.ts';

const SERVERS = ['nats-a', 'nats-b', 'nats-c'];

export interface OperatorCluster {
  /** Of each server. */
  readonly urls: readonly string[];
  /** Where leaf nodes join the first one. */
  readonly leafUrl: string;
  readonly operatorSeed: string;
  readonly systemCreds: string;
}

/** Ends with `undo`. Returns once JetStream has a leader. */
export async function startOperatorCluster(undo: AsyncDisposableStack): Promise<OperatorCluster> {
  const { path: program } = await ensureNatsServer();
  const folder = undo.adopt(await temporaryFolder(), (each) => rm(each, { recursive: true, force: true }));
  const [operator, system] = [createOperator(), createAccount()];
  const auth = await authOf(operator, system);
  const [leafPort = 0, ...routePorts] = await freePorts(SERVERS.length + 1);
  const servers = await Promise.all(
    SERVERS.map((name, index) => {
      const own = join(folder, name);
      const leaf = index === 0 ? `leafnodes { host: ${LOOPBACK}, port: ${leafPort} }` : '';
      const configuration = `
        server_name: ${name}
        host: ${LOOPBACK}
        port: -1
        http: ${LOOPBACK}:-1
        jetstream { store_dir: "${join(own, 'jetstream')}", max_mem: 256MB, max_file: 20GB }
        cluster {
          name: synadia, host: ${LOOPBACK}, port: ${routePorts[index]}
          routes: [${routePorts.map((port) => `nats://${LOOPBACK}:${port}`).join(', ')}]
        }
        ${leaf}
        ${auth}
        resolver { type: full, dir: "${join(own, 'accounts')}", allow_delete: false, interval: "1s" }`;
      return startNatsServerProcess({ program, name, folder: own, configuration }, undo);
    }),
  );
  for (const server of servers)
    await waitFor('JetStream, and a leader of it', { timeoutMs: 60_000 }, async () => {
      const monitor = `http://${LOOPBACK}:${server.portOf(MONITORING_PORT)}`;
      return (await fetch(`${monitor}/healthz?js-meta-only=true`)).ok;
    });
  const user = createUser();
  return {
    urls: servers.map((server) => `nats://${LOOPBACK}:${server.portOf(CLIENT_PORT)}`),
    leafUrl: `nats://${LOOPBACK}:${leafPort}`,
    operatorSeed: seedOf(operator),
    systemCreds: new TextDecoder().decode(fmtCreds(await encodeUser('system', user, system, {}), user)),
  };
}

/** The seed of a key, as a secret has it. */
export function seedOf(key: KeyPair): string {
  return new TextDecoder().decode(key.getSeed());
}

async function authOf(operator: KeyPair, system: KeyPair): Promise<string> {
  const account = system.getPublicKey();
  const jwt = await encodeOperator('synadia-here', operator, { system_account: account });
  const systemJwt = await encodeAccount(
    'SYS',
    system,
    { limits: { conn: -1, subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true } },
    { signer: operator },
  );
  return `
    operator: ${jwt}
    system_account: ${account}
    resolver_preload { ${account}: ${systemJwt} }`;
}
