// What is read from a Go program is what `go version -m` reads from it.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ensureNatsServer } from '../../binaries/nats-server.ts';
import { executablesOnPath } from '../../binaries/search-path.ts';
import { readGoBuildInfo } from './go-build-info.ts';

const { path: natsServer } = await ensureNatsServer();
const [go] = await executablesOnPath('go', process.env);

test('the modules of nats-server', () => {
  const info = readGoBuildInfo(readFileSync(natsServer));
  expect(info?.go).toMatch(/^go1\.\d+/);
  expect(info?.main.path).toBe('github.com/nats-io/nats-server/v2');
  expect(info?.dependencies.map(({ path }) => path)).toContain('github.com/nats-io/jwt/v2');
});

test.skipIf(go === undefined)('are those that Go lists', () => {
  const lines = execFileSync(go ?? '', ['version', '-m', natsServer], { encoding: 'utf8' }).split('\n');
  const modules = (kind: string) =>
    lines.flatMap((line) => {
      const [, each, path, version] = line.split('\t');
      return each === kind ? [{ path, version }] : [];
    });
  const info = readGoBuildInfo(readFileSync(natsServer));
  expect(info?.dependencies).toEqual(modules('dep'));
  expect([info?.main]).toEqual(modules('mod'));
  expect(lines[0]).toMatch(new RegExp(`: ${info?.go}$`));
});

test('a program that is not of Go has none', () => {
  expect(readGoBuildInfo(readFileSync('/bin/sh'))).toBeUndefined();
});
