// Two projects on Node: `unit` (beside the code) and `e2e` (test/, against the local stack). What runs
// inside workerd has its own file, vitest.workerd.config.ts.
import { defineConfig } from 'vitest/config';

/** Of the commands `npm run outages` and `npm run survival`. */
const COMMANDS_UNIT_TESTS = 'test/{outages,survival}/**/*.test.ts';

/** Our parts against other programs, without a stack. */
const INTEROP_TESTS = 'test/interop/**/*.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{api,bench,cli,container,examples,loadtest,local,regions,routing,tools,waiting,worker}/**/*.test.ts',
            INTEROP_TESTS,
            COMMANDS_UNIT_TESTS,
          ],
          exclude: ['**/*.workerd.test.ts', '**/node_modules/**'],
          globalSetup: 'test/support/global-setup-binaries.ts',
          // Many start processes, on machines that are busy with something else.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.test.ts'],
          exclude: [COMMANDS_UNIT_TESTS, INTEROP_TESTS, '**/node_modules/**'],
          globalSetup: ['test/support/global-setup-binaries.ts', 'test/support/global-setup-stack.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
