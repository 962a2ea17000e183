import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const START = new URL('start.mjs', import.meta.url).href;

/** Runs it on this Node, which says that it is that version. */
function startOn(version: string, ...args: readonly string[]) {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' });`;
  const script = `${pretend} await import('${START}')`;
  return promisify(execFile)(process.execPath, [
    ...['--input-type=module', '--eval', script, '--', ...args],
  ]).catch((error: { code: number; stdout: string; stderr: string }) => error);
}

test.each(['20.20.2', '22.17.1', '18.0.0'])(
  'Node %s is told what it takes, and nothing starts',
  async (version) => {
    const result = await startOn(version);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(`Node ${version} cannot run`);
    expect(result.stderr).toContain('npm start');
    expect(result.stderr).not.toContain('ERR_');
  },
);

test('a newer one starts it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(START), '--help']);
  expect(stdout).toContain('npm start --');
});
