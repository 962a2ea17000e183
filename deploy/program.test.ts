import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { runProgramThrough } from './program.ts';

afterEach(() => void vi.unstubAllEnvs());

test('a program that is run gets the environment without what is of Synadia', async () => {
  vi.stubEnv('SYNADIA_OPERATOR_SEED', 'SO-of-this-test');
  vi.stubEnv('CLOUDFLARE_API_TOKEN', 'token-of-this-test');
  const print = 'console.log(process.env.SYNADIA_OPERATOR_SEED, process.env.CLOUDFLARE_API_TOKEN)';
  const ended = await runProgramThrough({
    file: process.execPath,
    args: ['-e', print],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  expect(ended).toEqual({ code: 0, output: 'undefined token-of-this-test\n' });
});
