// The tests that run inside workerd (`npm run test:workerd`): what needs the platform's own sockets, streams and
// Durable Objects, but no container. There is no Docker in it, so a region's object has one that is faked.

import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    cloudflareTest({
      main: './test/support/workerd/test-worker.ts',
      miniflare: {
        compatibilityDate: '2026-11-01',
        // As in wrangler.toml.
        compatibilityFlags: [
          'nodejs_compat',
          'no_nodejs_global_timers',
          'enable_request_signal',
          'request_signal_passthrough',
        ],
        durableObjects: {
          MESH_NODE: { className: 'MeshNode', useSQLite: true },
          REGION_NODE: { className: 'RegionNode', useSQLite: true },
          CONFIG_STORE: { className: 'ConfigStore', useSQLite: true },
          SESSION_REGISTRY: { className: 'SessionRegistry', useSQLite: true },
          SESSION_SERVER: { className: 'SessionNode', useSQLite: true },
          SESSION_SERVER_NODE: { className: 'SessionServerNode', useSQLite: true },
          JETSTREAM_KEEPER: { className: 'JetStreamKeeper', useSQLite: true },
          LIVE_VIEW: { className: 'LiveView', useSQLite: true },
          ROLLOUTS: { className: 'RolloutDriver', useSQLite: true },
          METRICS: { className: 'MetricsCollector', useSQLite: true },
        },
        kvNamespaces: ['CONFIG'],
        r2Buckets: ['BACKUPS'],
      },
    }),
  ],
  test: {
    name: 'workerd',
    include: ['worker/**/*.workerd.test.ts'],
    globalSetup: './test/support/global-setup-workerd.ts',
    // The files share the servers of the global setup: two meshes over them would mix.
    fileParallelism: false,
    testTimeout: 30_000,
    // As in vitest.config.ts: they run beside tests on the stack.
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
