// `npm run image` on a real engine: what it refuses, what it leaves when it is interrupted, what it lists.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Ajv from 'ajv';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { runEngine } from '../../local/image/engine-command.ts';
import { findEngine } from '../../local/image/find-engine.ts';
import { TEST_LABEL } from '../image/image-container.ts';
import { CommandProcess, temporaryFolder } from '../support/command-process.ts';

const testEngine = inject('testEngine');
if (testEngine === undefined) throw new Error('there is no engine');
const { socket, image } = testEngine;
const ENGINE = ['--engine', `unix://${socket}`];
/** Where the schemas say that they are, and refer to each other. */
const SCHEMA_BASE = 'http://cyclonedx.org/schema';
const SCHEMAS = join('node_modules', '@cyclonedx', 'cyclonedx-library', 'res', 'schema');

const commands: CommandProcess[] = [];
afterEach(async () => {
  for (const command of commands.splice(0)) await command[Symbol.asyncDispose]();
});

/** With a temporary folder of its own, which goes with it. */
async function run(...args: readonly string[]): Promise<CommandProcess> {
  const command = new CommandProcess('test/image/cli.ts', await temporaryFolder(), args);
  commands.push(command);
  return command;
}

describe('it refuses with a sentence', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['an engine that is none', ['build', '--engine', 'lxc'], /"lxc" is no container engine: give docker/],
    [
      'a socket where nobody answers',
      ['build', '--engine', '/nowhere/docker.sock'],
      /answers at unix:\/\/\/nowhere/,
    ],
    [
      'to test with buildah',
      ['test', '--engine', 'buildah'],
      /runs no containers: give --engine docker or podman/,
    ],
    ['a check that is not there', ['test', '--only', 'nonsense'], /no check has "nonsense" in its name/],
    [
      'a base that cannot be had',
      ['build', ...ENGINE, '--base', 'localhost/none:1'],
      /localhost\/none:1 cannot be pulled/,
    ],
    [
      'an image that was not built',
      ['sbom', ...ENGINE, '--tag', 'localhost/none:1'],
      /there is no image.*npm run image -- build/,
    ],
  ])('%s', async (_, args, message) => {
    const command = await run(...args);
    expect(await command.exited).toBe(1);
    expect(command.output).toMatch(message);
    expect(command.output).not.toMatch(/ at .*\.ts:/);
  });
});

test('a test that is interrupted leaves no container, and one that is killed is swept by the next', async () => {
  const engine = await findEngine({ engine: `unix://${socket}`, runs: true });
  const left = async () =>
    (await runEngine(engine, ['ps', '--all', '--quiet', '--filter', `label=${TEST_LABEL}`])).stdout;
  const interrupted = await run('test', ...ENGINE, '--no-build', '--tag', image);
  await interrupted.line(/^ok/);
  interrupted.signal('SIGINT');
  expect(await interrupted.exited).toBe(130);
  expect(await left()).toBe('');

  const killed = await run('test', ...ENGINE, '--no-build', '--tag', image, '--only', 'NATS_TERM_HOLD');
  await killed.line(/testing/);
  await expect.poll(left, { timeout: 20_000 }).not.toBe('');
  killed.signal('SIGKILL');
  await killed.exited;
  const next = await run('test', ...ENGINE, '--no-build', '--tag', image, '--only', 'setuid');
  expect(await next.exited).toBe(0);
  expect(await left()).toBe('');
});

test('the bill of materials is valid CycloneDX, and has the server, its modules and our files', async () => {
  const command = await run('sbom', ...ENGINE, '--tag', image);
  expect(await command.exited).toBe(0);
  const bom = JSON.parse(command.output) as Bom;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const name of ['jsf-0.82', 'spdx'])
    ajv.addSchema(await schemaOf(name), `${SCHEMA_BASE}/${name}.SNAPSHOT.schema.json`);
  const validate = ajv.compile(await schemaOf('bom-1.6'));
  validate(bom);
  expect(validate.errors).toBeNull();
  const server = bom.components.find(({ purl }) =>
    purl?.startsWith('pkg:golang/github.com/nats-io/nats-server/v2@'),
  );
  expect(server?.purl).toMatch(/@v2\.15\.1$/);
  expect(server?.components?.map(({ name }) => name)).toContain('github.com/nats-io/jwt/v2');
  expect(bom.components.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['busybox', '/opt/meridian/entrypoint.sh', '/opt/meridian/auth/token.conf']),
  );
});

interface Component {
  readonly name: string;
  readonly purl?: string;
  readonly components?: readonly Component[];
}

interface Bom {
  readonly components: readonly Component[];
}

async function schemaOf(name: string): Promise<object> {
  return JSON.parse(await readFile(join(SCHEMAS, `${name}.SNAPSHOT.schema.json`), 'utf8')) as object;
}
