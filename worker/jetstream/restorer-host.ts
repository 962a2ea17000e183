// What restores need of the deployment: the bucket, connections to regions' servers, what these hold, the scratch server.

import type { DurableObject } from 'cloudflare:workers';
import { ownRegions } from '../../regions/config.ts';
import { activeConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import { BackupBucket } from './bucket/backup-bucket.ts';
import { connectOver, connectWithAny, disconnect } from './restore/connect.ts';
import { loginsFor } from './restore/credentials.ts';
import type { RestorerHost } from './restore/restorer.ts';
import { scratchServer } from './scratch-server.ts';

export function restorerHost(env: Env, ctx: DurableObject['ctx']): RestorerHost {
  const config = () => activeConfig(env).config;
  const members = () => ownRegions(config()).filter(({ enabled, jetstream }) => enabled && jetstream);
  return {
    hasBucket: () => env.BACKUPS !== undefined,
    bucket: () => {
      if (env.BACKUPS === undefined)
        throw new Error('this deployment has no bucket: bind BACKUPS in wrangler.toml');
      return new BackupBucket(env.BACKUPS);
    },
    cluster: () => config().cluster,
    servers: () => members().length,
    verifyHours: () => (config().jetstream.backup.enabled ? config().jetstream.backup.verifyHours : 0),
    background: (work) => ctx.waitUntil(work),

    connect: async (account) => {
      const logins = loginsFor(env, account);
      const problems: string[] = [];
      for (const region of members()) {
        try {
          const stub = regionStub(env, region);
          return await connectWithAny((url, init) => stub.fetch(url, init), logins);
        } catch (error) {
          problems.push(`${region.id}: ${messageOf(error)}`);
        }
      }
      throw new Error(`no JetStream server lets in: ${problems.join('; ') || 'there is none'}`);
    },

    holders: async (account, stream, lastSeq) => {
      const sightings = await Promise.all(
        members().map((region) =>
          regionStub(env, region)
            .holdings()
            .catch(() => undefined),
        ),
      );
      return sightings.filter(
        (seen) =>
          typeof seen === 'object' &&
          seen.streams.some(
            (each) => each.account === account && each.stream === stream && each.lastSeq >= lastSeq,
          ),
      ).length;
    },

    withScratch: async (use) => {
      const server = scratchServer(env);
      const token = await server.begin();
      try {
        const connection = await connectOver((url, init) => server.fetch(url, init), { token });
        try {
          return await use(connection);
        } finally {
          disconnect(connection);
        }
      } finally {
        await server.end();
      }
    },
  };
}
