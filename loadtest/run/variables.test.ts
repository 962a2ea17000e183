import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleScript } from './bundle-script.ts';
import { findScript, listScripts } from './scripts.ts';
import { checkVariables, variablesOf } from './variables.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function scriptWith(source: string): Promise<{ name: string; path: string; question: string }> {
  const path = join(folder, 'mine.js');
  await writeFile(path, source);
  return { name: 'mine', path, question: '' };
}

test('every script of ours says what it reads, and all read where the target is', async () => {
  for (const { name, path } of await listScripts()) {
    const variables = variablesOf(await bundleScript(path));
    expect(variables, name).toEqual(expect.arrayContaining(['URL', 'PROFILE', 'REGIONS', 'NATS_USER']));
  }
});

describe('a variable', () => {
  test('that the script does not read is refused, with the nearest', async () => {
    const script = await findScript('soak');
    await expect(checkVariables(script, ['CLEINTS=5'])).rejects.toThrow(
      /^there is no variable CLEINTS of soak; did you mean CLIENTS\? There are: .*\bSIZE\b/,
    );
  });

  test('of another script is refused', async () => {
    const script = await findScript('routing');
    await expect(checkVariables(script, ['LATE_MS=5'])).rejects.toThrow('no variable LATE_MS of routing');
  });

  test.each(['latency', 'throughput', 'jetstream'])(
    'that would change nothing is refused: %s',
    async (name) => {
      await expect(checkVariables(await findScript(name), ['CLIENTS=5'])).rejects.toThrow(
        `no variable CLIENTS of ${name}`,
      );
    },
  );

  test.each(['DURATION=5s', 'SIZE=9', 'URL=http://127.0.0.1:1'])(
    'that it reads is taken: %s',
    async (given) => {
      await checkVariables(await findScript('latency'), [given]);
    },
  );

  test.each(['novalue', '=5', '5=5'])('%j is none', async (given) => {
    await expect(checkVariables(await findScript('latency'), [given])).rejects.toThrow('-e takes KEY=VALUE');
  });
});

test.each(['DURATION=0s', 'DURATION=0', 'DURATION=0.0m'])('%s is no time to measure in', async (given) => {
  await expect(checkVariables(await findScript('latency'), [given])).rejects.toThrow('must be above 0');
});

test.each(['REGIONS=', 'REGIONS= , '])('%j is not all regions', async (given) => {
  await expect(checkVariables(await findScript('latency'), [given])).rejects.toThrow(
    '-e REGIONS names no region',
  );
});

test.each(['NATS_TOKEN=x', 'NATS_PASSWORD=x', 'NATS_JWT=x', 'ADMIN_TOKEN=x'])(
  '%s is no argument',
  async (given) => {
    await expect(checkVariables(await findScript('latency'), [given])).rejects.toThrow('is a secret');
  },
);

test.each(['DURATION=0.5s', 'DURATION=10s', 'REGIONS=weur'])('%s is taken', async (given) => {
  await checkVariables(await findScript('latency'), [given]);
});

describe('of a script of your own', () => {
  test.each(['__ENV.MINE', "__ENV['MINE']", '__ENV["MINE"]'])('%s is found', async (source) => {
    const script = await scriptWith(`export default () => console.log(${source});`);
    await checkVariables(script, ['MINE=1']);
    await expect(checkVariables(script, ['OTHER=1'])).rejects.toThrow('There are: MINE');
  });

  test('that reads names from elsewhere all are taken', async () => {
    const script = await scriptWith('export default (name) => console.log(__ENV[name], Object.keys(__ENV));');
    await checkVariables(script, ['ANY=1']);
  });

  test('what a scenario sets for itself is not for -e', async () => {
    const script = await scriptWith(
      'export const options = { scenarios: { a: { env: { STEP: "1" } } } }; export default () => console.log(__ENV.STEP, __ENV.OWN);',
    );
    expect(variablesOf(await bundleScript(script.path))).toEqual(['OWN']);
  });

  test('what is no JavaScript is named with its line', async () => {
    const { path } = await scriptWith('\nimport {');
    await expect(bundleScript(path)).rejects.toThrow(/mine\.js: .*mine\.js:\d\)/);
  });
});
