// Projects on Node: `unit` (beside the code), `e2e` and `e2e-waiting` (test/, against the local stack), and those that `npm test`
// leaves out: `load` (`npm run test:load`), `infra` (`npm run test:infra`), most of `containers`. What runs inside workerd has its own file, vitest.workerd.config.ts.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Of the commands `npm run outages`, `npm run survival` and `npm run image`, and of what tests are helped by. */
const COMMANDS_UNIT_TESTS = 'test/{outages,survival,image,support}/**/*.test.ts';

/** Our parts against other programs, without a stack. */
const INTEROP_TESTS = 'test/interop/**/*.test.ts';

/**
 * These wait for most of their time, for a minute to end or a server to be filled, and measure nothing that is shorter than
 * seconds: two at a time. All others of test/ have the machine for themselves.
 */
const WAITING_TESTS = [
  'test/clients/**/*.test.ts',
  'test/failure/{asleep,backup,backup-faults,backup-kept,config-backup,doors-refuse,drain,drain-follows,drill,every-kind,external,from-outside,jetstream,leaf-nodes,leaf-permissions,member-loads,members,members-mesh,migration,migration-streams,mqtt,mqtt-in-a-browser,rebalance,residency-newborn,restart,restore,rollouts,secrets,sessions,start-and-stop}.test.ts',
  'test/local/**/*.test.ts',
];

/**
 * Load tests with faults put in, and k6 held against other programs: twelve minutes, and they need a machine for themselves.
 * One run of the command, and how it is interrupted, is in `e2e`.
 */
const LOAD_TESTS =
  'test/loadtest/{credentials,dashboard,edits,endings,faults,gone,reconnect,segments,streams}.test.ts';

/** On real containers, and on both runtimes; where an engine can be had (`npm run test:containers`). */
const CONTAINER_TESTS = 'test/containers/**/*.test.ts';

/** On OpenTofu itself, which takes minutes to build (`npm run test:infra`). */
const INFRA_TESTS = 'test/infra/**/*.test.ts';

/** Of the failure tests those in which a region's container is what fails. */
const CONTAINER_FAILURES = 'test/failure/{hung,region-killed}.test.ts';

/** Commands that tests start need not compile anew what another one has compiled: a start then takes a third of the time. */
const env = { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) };

/** In CI a test that fails is tried once more, and the reporter says which were: it starts processes on a machine that others use. */
const retry = process.env.CI === undefined ? 0 : 1;

const E2E = { env, retry, testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          env,
          retry,
          include: [
            '{api,bench,cli,clients,container,cost,deploy,examples,loadtest,local,map,regions,routing,scaling,site,state,tools,waiting,worker}/**/*.test.ts',
            INTEROP_TESTS,
            COMMANDS_UNIT_TESTS,
          ],
          exclude: ['**/*.workerd.test.ts', '**/node_modules/**'],
          globalSetup: ['test/support/global-setup-binaries.ts', 'test/support/global-setup-prometheus.ts'],
          // On two cores vitest takes one worker, and half of the machine waits.
          maxWorkers: 2,
          // Many start processes, on machines that are busy with something else.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.test.ts'],
          exclude: [
            COMMANDS_UNIT_TESTS,
            INTEROP_TESTS,
            LOAD_TESTS,
            CONTAINER_TESTS,
            INFRA_TESTS,
            ...WAITING_TESTS,
            '**/node_modules/**',
          ],
          globalSetup: [
            'test/support/global-setup-binaries.ts',
            'test/support/global-setup-prometheus.ts',
            'test/support/global-setup-stack.ts',
          ],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          ...E2E,
        },
      },
      {
        test: {
          name: 'load',
          include: [LOAD_TESTS],
          exclude: ['**/node_modules/**'],
          globalSetup: ['test/support/global-setup-binaries.ts', 'test/support/global-setup-stack.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          ...E2E,
        },
      },
      {
        test: {
          name: 'containers',
          include: ['test/contract/**/*.test.ts', CONTAINER_FAILURES, CONTAINER_TESTS],
          exclude: ['**/node_modules/**'],
          globalSetup: ['test/support/global-setup-binaries.ts', 'test/support/global-setup-containers.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 4 },
          ...E2E,
          // Podman takes its time on a machine that is busy, and several of these start many containers.
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'infra',
          include: [INFRA_TESTS],
          exclude: ['**/node_modules/**'],
          globalSetup: 'test/support/global-setup-tofu.ts',
          maxWorkers: 2,
          sequence: { groupOrder: 5 },
          ...E2E,
          // It derives a key from the passphrase for each state and plan that it reads or writes.
          testTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'e2e-waiting',
          include: WAITING_TESTS,
          exclude: ['**/node_modules/**'],
          globalSetup: 'test/support/global-setup-binaries.ts',
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          ...E2E,
        },
      },
    ],
  },
});
