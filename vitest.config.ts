// Two projects on Node: `unit` (beside the code) and `e2e` (test/, against the local stack). What runs
// inside workerd has its own file, vitest.workerd.config.ts.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{api,bench,cli,container,examples,loadtest,local,regions,routing,tools,worker}/**/*.test.ts',
          ],
          exclude: ['**/*.workerd.test.ts', '**/node_modules/**'],
          globalSetup: 'test/support/obtain-nats-server.ts',
          // Many start processes, on machines that are busy with something else.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.test.ts'],
          globalSetup: ['test/support/obtain-nats-server.ts', 'test/support/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
