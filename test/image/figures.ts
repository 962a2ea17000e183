// What an image costs: its size, and how long a container of it takes to serve.

import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { median } from 'simple-statistics';
import { type EngineCommand, lastWords, runEngine } from '../../local/image/engine-command.ts';
import { ImageError } from '../../local/image/image-error.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { RawClient } from '../support/container/raw-client.ts';
import type { ImageUnderTest } from './check.ts';
import { CLIENT_PORT } from './image-container.ts';

const STARTS = 5;
const MB = 1_000_000;

/** A name and what was measured, for a table. */
export type Figure = readonly [name: string, value: string];

export async function measure(image: ImageUnderTest, signal?: AbortSignal): Promise<readonly Figure[]> {
  const [size, compressed] = [await sizeOf(image.engine, image.tag), await compressedSize(image, signal)];
  const starts: Start[] = [];
  for (let index = 0; index < STARTS; index++) starts.push(await timeToServe(image));
  return [
    ['size', `${(size / MB).toFixed(1)} MB, ${(compressed / MB).toFixed(1)} MB compressed`],
    [
      `from \`run\` to the first client served, median of ${STARTS}`,
      spreadOf(starts.map(({ fromRun }) => fromRun)),
    ],
    ['the same from when the engine has started it', spreadOf(starts.map(({ fromStart }) => fromStart))],
  ];
}

async function sizeOf(engine: EngineCommand, tag: string): Promise<number> {
  const result = await runEngine(engine, ['image', 'inspect', '--format', '{{.Size}}', tag]);
  if (result.code !== 0) throw new ImageError(`there is no image ${tag}: ${lastWords(result)}`);
  return Number(result.stdout);
}

/** Of the whole image as one archive: what a registry stores, layer by layer, is about that. */
async function compressedSize({ engine, tag }: ImageUnderTest, signal?: AbortSignal): Promise<number> {
  const child = spawn(engine.file, [...engine.args, 'save', tag], {
    env: engine.env,
    stdio: ['ignore', 'pipe', 'ignore'],
    ...(signal && { signal }),
  });
  let bytes = 0;
  await pipeline(child.stdout, createGzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) bytes += chunk.length;
  });
  return bytes;
}

interface Start {
  readonly fromRun: number;
  readonly fromStart: number;
}

async function timeToServe(image: ImageUnderTest): Promise<Start> {
  const begin = Date.now();
  await using container = await image.run();
  const port = await container.port(CLIENT_PORT);
  await waitFor('the first client', { timeoutMs: 30_000, pollMs: 5 }, async () => {
    const client = await RawClient.open(port);
    const accepted = await client.connect({ auth_token: 't0ken' });
    client.close();
    return accepted;
  });
  const served = Date.now();
  const started = Date.parse((await container.inspect()).State.StartedAt);
  return { fromRun: served - begin, fromStart: Math.max(0, served - started) };
}

function spreadOf(values: readonly number[]): string {
  return `${Math.round(median([...values]))} ms (${Math.min(...values)} to ${Math.max(...values)})`;
}
