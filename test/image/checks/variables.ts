// Every variable that entrypoint.sh documents has the effect that it says, as nats-server's monitoring shows it.

import assert from 'node:assert/strict';
import type { Check } from '../check.ts';

const DEFAULTS: Check = {
  name: 'without settings it has the defaults that entrypoint.sh documents',
  run: async (image) => {
    await using container = await image.serve();
    assert.partialDeepStrictEqual(await container.monitor('varz'), {
      server_name: 'nats-weur',
      host: '0.0.0.0',
      port: 4222,
      http_port: 8222,
      auth_required: true,
      max_connections: 65_536,
      max_payload: 1_048_576,
      max_pending: 67_108_864,
      cluster: { name: 'meridian', cluster_port: 6222, pool_size: -1 },
      websocket: { port: 8080, no_tls: true },
      tags: ['region:unknown', 'location:unknown', 'cloudflare-region:unknown', 'country:unknown'],
    });
    assert.partialDeepStrictEqual(await container.monitor('jsz'), { disabled: true });
    return 'ports 4222, 8080, 8222, 6222; no JetStream';
  },
};

const SETTINGS_ENV = {
  NATS_SERVER_NAME: 'nats-oc',
  NATS_CLUSTER_NAME: 'another',
  NATS_REGION: 'oc',
  NATS_CLIENT_PORT: '4300',
  NATS_WEBSOCKET_PORT: '8100',
  NATS_MONITOR_PORT: '8300',
  NATS_CLUSTER_PORT: '6300',
  NATS_MAX_CONNECTIONS: '123',
  NATS_MAX_PAYLOAD: '2MB',
  NATS_MAX_PENDING: '32MB',
  NATS_POOL_SIZE: '1',
  CLOUDFLARE_LOCATION: 'SYD01',
  CLOUDFLARE_REGION: 'OC',
  CLOUDFLARE_COUNTRY_A2: 'AU',
};

const SETTINGS: Check = {
  name: 'name, cluster, tags, ports and limits are what the variables say',
  covers: Object.keys(SETTINGS_ENV),
  run: async (image) => {
    await using container = await image.serve({ env: SETTINGS_ENV, ports: [4300, 8100, 8300] });
    assert.partialDeepStrictEqual(await container.monitor('varz', 8300), {
      server_name: 'nats-oc',
      port: 4300,
      http_port: 8300,
      max_connections: 123,
      max_payload: 2_097_152,
      max_pending: 33_554_432,
      cluster: { name: 'another', cluster_port: 6300, pool_size: 1 },
      websocket: { port: 8100 },
      tags: ['region:oc', 'location:syd01', 'cloudflare-region:oc', 'country:au'],
    });
    return `${Object.keys(SETTINGS_ENV).length} variables`;
  },
};

const JETSTREAM_ENV = {
  NATS_JETSTREAM: 'true',
  NATS_JETSTREAM_PEERS: '5',
  NATS_JETSTREAM_MAX_MEMORY: '64MB',
  NATS_JETSTREAM_MAX_FILE: '1GB',
  NATS_STORE_DIR: '/data/streams',
};

const JETSTREAM: Check = {
  name: 'JetStream is on, with its peers, limits and folder, where the variables say so',
  covers: Object.keys(JETSTREAM_ENV),
  run: async (image) => {
    await using container = await image.serve({ env: JETSTREAM_ENV });
    await container.logged(/JetStream cluster bootstrapping/);
    assert.partialDeepStrictEqual(await container.monitor('jsz'), {
      config: { max_memory: 64 << 20, max_storage: 1 << 30, store_dir: '/data/streams/jetstream' },
      meta_cluster: { cluster_size: 5 },
    });
    return '5 peers, 64 MB, 1 GB';
  },
};

const SCRATCH: Check = {
  name: 'a server on its own, for verifying backups, is in no cluster',
  covers: ['NATS_SCRATCH'],
  run: async (image) => {
    await using container = await image.serve({ env: { NATS_SCRATCH: 'true', NATS_JETSTREAM: 'true' } });
    const { cluster } = (await container.monitor('varz')) as { cluster: object };
    assert.deepEqual(cluster, {});
    const { meta_cluster: meta } = (await container.monitor('jsz')) as { meta_cluster?: object };
    assert.equal(meta, undefined);
    return 'JetStream without a meta group';
  },
};

const LEAF_ENV = {
  NATS_LEAF_PASSWORD: 'of this start',
  NATS_LEAF_PORT: '7500',
  // What a configuration gives a meaning to.
  NATS_LEAF_USERS: 'factory a"b#c\\\n\nlab $x{}\n',
  NATS_LEAF_USERS_NEXT: 'factory-2 a"b#c\n',
};

const LEAF: Check = {
  name: 'a server listens for leaf links where it has a password for them, and for none otherwise',
  covers: Object.keys(LEAF_ENV),
  run: async (image) => {
    await using container = await image.serve({ env: LEAF_ENV });
    assert.partialDeepStrictEqual(await container.monitor('varz'), { leaf: { port: 7500 } });
    const limited = {
      NATS_LEAF_USERS: 'factory a"b#c publish=up.>',
      NATS_LEAF_USERS_NEXT: 'factory-2 a"b#c publish=up.>',
      NATS_USER: 'a',
      NATS_PASSWORD: 'b',
    };
    await using withPermissions = await image.serve({ env: { ...LEAF_ENV, ...limited, NATS_TOKEN: '' } });
    assert.partialDeepStrictEqual(await withPermissions.monitor('varz'), { leaf: { port: 7500 } });
    await using without = await image.serve();
    const { leaf } = (await without.monitor('varz')) as { leaf?: { port?: number } };
    assert.equal(leaf?.port, undefined);
    return 'port 7500, and none';
  },
};

const MQTT_ENV = { NATS_MQTT: 'true', NATS_MQTT_PORT: '1884', NATS_MQTT_REPLICAS: '3' };

const MQTT: Check = {
  name: 'a server takes MQTT where it is told to, and not otherwise',
  covers: Object.keys(MQTT_ENV),
  run: async (image) => {
    await using container = await image.serve({ env: MQTT_ENV });
    // It does not tell of the replicas, and would not start with what is no number.
    assert.partialDeepStrictEqual(await container.monitor('varz'), { mqtt: { port: 1884 } });
    await using without = await image.serve();
    const { mqtt } = (await without.monitor('varz')) as { mqtt?: { port?: number } };
    assert.equal(mqtt?.port, undefined);
    return 'port 1884, and none';
  },
};

const SHARE: Check = {
  name: 'a session that is joined shares only what is below its prefix',
  covers: ['NATS_SHARE'],
  run: async (image) => {
    const env = { NATS_SCRATCH: 'true', NATS_SHARE: 'session.a', NATS_LEAF_PASSWORD: 'of this start' };
    await using container = await image.serve({ env });
    const { account_detail: account } = (await container.monitor('accountz?acc=REGION')) as {
      account_detail: { imports: readonly { subject: string }[]; exports: readonly { subject: string }[] };
    };
    assert.deepEqual(
      // Every account has services of the system.
      account.imports.map(({ subject }) => subject).filter((subject) => !subject.startsWith('$SYS.')),
      ['session.a.in.>'],
    );
    assert.deepEqual(
      account.exports.map(({ subject }) => subject),
      ['session.a.out.>'],
    );
    return 'session.a.in.> and session.a.out.>';
  },
};

const HOST: Check = {
  name: 'NATS_HOST on loopback is reached from within the container only, and needs no credentials',
  covers: ['NATS_HOST'],
  run: async (image) => {
    await using container = await image.run({ env: { NATS_HOST: '127.0.0.1', NATS_TOKEN: '' } });
    await container.logged(/Listening for client connections on 127\.0\.0\.1:4222/);
    const url = 'http://127.0.0.1:8222/healthz';
    assert.match(await container.beside('busybox', 'wget', '-q', '-O', '-', url), /"ok"/);
    const outside = `http://127.0.0.1:${await container.port(8222)}/healthz`;
    await assert.rejects(fetch(outside, { signal: AbortSignal.timeout(5_000) }));
    return 'healthz answers inside, not outside';
  },
};

const PROGRAM: Check = {
  name: 'NATS_SERVER_BIN names the program, and one that is not there is exit code 127',
  covers: ['NATS_SERVER_BIN'],
  run: async (image) => {
    await using named = await image.run({
      env: { NATS_SERVER_BIN: '/usr/local/bin/nats-server' },
      args: ['-t'],
    });
    assert.equal(await named.exitCode(), 0);
    await using missing = await image.run({ env: { NATS_SERVER_BIN: '/nowhere/nats-server' } });
    assert.equal(await missing.exitCode(), 127);
    return '0 and 127';
  },
};

const ARGUMENTS: Check = {
  name: 'arguments go to nats-server',
  run: async (image) => {
    await using container = await image.serve({ args: ['-D'] });
    await container.logged(/\[DBG\]/);
    return '-D logs [DBG]';
  },
};

export const VARIABLES: readonly Check[] = [
  DEFAULTS,
  SETTINGS,
  JETSTREAM,
  SCRATCH,
  LEAF,
  MQTT,
  SHARE,
  HOST,
  PROGRAM,
  ARGUMENTS,
];
