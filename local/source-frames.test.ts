import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { sourceFrames } from './source-frames.ts';

const SOURCE = `
export function first() {
  return second();
}
function second() {
  throw new Error('on line six');
}
`;

async function bundled(): Promise<{ readonly script: string; readonly map: string }> {
  const { outputFiles } = await build({
    stdin: { contents: SOURCE, sourcefile: 'worker/thrower.ts', resolveDir: '/project' },
    format: 'esm',
    minify: true,
    sourcemap: 'external',
    outfile: '/project/out/index.js',
    write: false,
  });
  const textOf = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  return { script: textOf('index.js'), map: textOf('.map') };
}

test('a frame of a minified bundle becomes the line of its source', async () => {
  const { script, map } = await bundled();
  const column = script.indexOf('throw') + 1;
  const toSources = sourceFrames(map, { bundle: '/project/out', project: '/project' });
  expect(toSources(`Error: x\n    at a (index.js:1:${column})`)).toMatch(
    /at a \((\.\.\/)*worker\/thrower\.ts:6:\d+\)$/,
  );
});

test('text without frames stays, and so does a frame of another file', async () => {
  const { map } = await bundled();
  const toSources = sourceFrames(map, { bundle: '/project/out', project: '/project' });
  for (const text of ['no region took the client', 'at b (other.js:1:1)']) expect(toSources(text)).toBe(text);
});
