import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { expect, test } from 'vitest';
import config from './vite.config.ts';

/** All of the page: what a visitor downloads. */
const MOST_BYTES = 60 * 1024;

test('the page is small, has nothing inline, and asks no other host', async () => {
  const { output } = (await build({
    ...config,
    logLevel: 'error',
    build: { ...config.build, write: false },
  })) as Rollup.RollupOutput;
  const files = output.map((file) => ({
    name: file.fileName,
    text: file.type === 'chunk' ? file.code : Buffer.from(file.source).toString(),
  }));
  const bytes = files.reduce((sum, { text }) => sum + gzipSync(text).length, 0);
  expect(bytes).toBeLessThan(MOST_BYTES);
  expect(files.length).toBeLessThan(8);

  const page = files.find(({ name }) => name === 'index.html')?.text ?? '';
  expect(page).toContain('<script type="module" crossorigin src="/assets/');
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
  const hosts = files.flatMap(({ text }) => text.match(/\bhttps?:\/\/[\w.-]+/g) ?? []);
  // Names of namespaces, which are never asked for.
  expect(hosts.filter((host) => host !== 'http://www.w3.org')).toEqual([]);
  // The schemas of the API are the Worker's.
  expect(files.some(({ text }) => text.includes('valibot'))).toBe(false);
});
