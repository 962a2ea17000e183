// What the image takes of a base that is laid out as Alpine is: the two packages that it needs, in the list for scanners as
// well, and nothing of the rest.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { BASE_LABEL, buildImage } from '../../local/image/build.ts';
import {
  buildCommand,
  type EngineCommand,
  lastWords,
  runEngine,
  runSubcommand,
} from '../../local/image/engine-command.ts';
import { findEngine } from '../../local/image/find-engine.ts';
import { billOfMaterials } from '../../local/image/sbom/sbom.ts';
import { temporaryFolder } from '../support/command-process.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const testEngine = inject('testEngine');
if (testEngine === undefined) throw new Error('there is no engine');
const { socket, image, isOwn } = testEngine;

const BASE = `localhost/meridian-test-alpine:${process.pid}`;
const TAG = `localhost/meridian-test-on-alpine:${process.pid}`;

const paragraph = (name: string, version: string, license: string) =>
  `C:Q1abc=\nP:${name}\nV:${version}\nA:x86_64\nL:${license}\nF:bin\nR:${name}\n`;
const INSTALLED = [
  paragraph('apk-tools', '2.14.9-r2', 'GPL-2.0-only'),
  paragraph('busybox', '1.37.0-r19', 'GPL-2.0-only'),
  paragraph('busybox-binsh', '1.37.0-r19', 'GPL-2.0-only'),
  paragraph('libcrypto3', '3.5.4-r0', 'Apache-2.0'),
  paragraph('musl', '1.2.5-r10', 'MIT'),
].join('\n');

const DOCKERFILE = (standIn: string) => `FROM ${standIn}
COPY installed /lib/apk/db/installed
COPY library /lib/ld-musl-x86_64.so.1
COPY library /usr/bin/apk
RUN ln -s ld-musl-x86_64.so.1 /lib/libc.musl-x86_64.so.1 && mkdir -p /usr/lib && echo 3.22.5 > /etc/alpine-release \\
  && echo ID=alpine > /usr/lib/os-release && ln -s ../usr/lib/os-release /etc/os-release
`;

let engine: EngineCommand;
let folder: string;

beforeAll(async () => {
  engine = await findEngine({ engine: isOwn ? 'podman' : `unix://${socket}`, runs: true });
  folder = await temporaryFolder();
  const format = `{{index .Config.Labels "${BASE_LABEL}"}}`;
  const standIn = await runEngine(engine, ['image', 'inspect', '--format', format, image]);
  const context = join(folder, 'base');
  await mkdir(context);
  await writeFile(join(context, 'installed'), `${INSTALLED}\n`);
  await writeFile(join(context, 'library'), 'a library\n');
  await writeFile(join(context, 'Dockerfile'), DOCKERFILE(standIn.stdout.trim()));
  const built = await runEngine(engine, [...buildCommand(engine), '--tag', BASE, context]);
  if (built.code !== 0) throw new Error(lastWords(built));
  await buildImage({ engine, tag: TAG, base: BASE });
});

afterAll(async () => {
  await runEngine(engine, ['image', 'rm', '--force', TAG, BASE]);
  await rm(folder, { recursive: true, force: true });
});

test('musl and busybox, and the list cut down to them', async () => {
  const script =
    'busybox find / -xdev -path /proc -prune -o -print; busybox cat /lib/apk/db/installed /etc/os-release';
  const { stdout } = await runEngine(engine, [
    ...runSubcommand(),
    '--rm',
    '--entrypoint',
    'sh',
    TAG,
    '-c',
    script,
  ]);
  const lines = stdout.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '/lib/ld-musl-x86_64.so.1',
      '/lib/libc.musl-x86_64.so.1',
      '/etc/alpine-release',
      'ID=alpine',
    ]),
  );
  expect(lines.filter((line) => line.startsWith('P:'))).toEqual(['P:busybox', 'P:musl']);
  expect(lines).not.toContain('/usr/bin/apk');
});

test('the bill of materials has their versions as scanners read them', async () => {
  const { components } = JSON.parse(await billOfMaterials(engine, TAG)) as {
    components: readonly { purl?: string }[];
  };
  expect(components.flatMap(({ purl = '' }) => (purl.startsWith('pkg:apk/') ? [purl] : []))).toEqual([
    'pkg:apk/alpine/busybox@1.37.0-r19?arch=x86_64&distro=alpine-3.22.5',
    'pkg:apk/alpine/musl@1.2.5-r10?arch=x86_64&distro=alpine-3.22.5',
  ]);
});
