// `npm run observe`, with a real Prometheus where one is installed; what it scrapes is faked, but for its format.

import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import which from 'which';
import { CommandProcess, temporaryFolder } from '../../test/support/command-process.ts';
import { PROMETHEUS } from '../binaries/prometheus.ts';
import { closeServer, LOOPBACK, listenOnLoopback } from '../listen.ts';
import { prometheusConfig } from './prometheus-config.ts';

const SCRIPT = fileURLToPath(new URL('cli.ts', import.meta.url));
const TOKEN = 'a-token-of-the-test';

test('Prometheus scrapes the edge with the token of a file', () => {
  const config = prometheusConfig({ url: 'https://edge.example/', tokenFile: '/t', rules: '/r.yml' });
  expect(JSON.parse(config)).toMatchObject({
    rule_files: ['/r.yml'],
    scrape_configs: [
      {
        scheme: 'https',
        metrics_path: '/metrics',
        authorization: { credentials_file: '/t' },
        static_configs: [{ targets: ['edge.example'] }],
      },
    ],
  });
});

test.each([
  ['linux', 'x64', 'prometheus-3.5.0.linux-amd64.tar.gz'],
  ['darwin', 'arm64', 'prometheus-3.5.0.darwin-arm64.tar.gz'],
  ['win32', 'x64', undefined],
])('on %s %s the release is %s', (platform, arch, file) => {
  expect(PROMETHEUS.release.archiveFor({ platform, arch })?.file).toBe(file);
});

test('without a stack it says how to start one', async () => {
  const folder = await temporaryFolder();
  await using observe = new CommandProcess(SCRIPT, folder, ['--port', '0']);
  expect(await observe.exited).toBe(1);
  expect(observe.output).toContain('no local stack runs: start one with npm start');
});

const installed = (await which('prometheus', { nothrow: true })) !== null;
if (!installed) console.warn('SKIPPED: npm run observe is not run, since no prometheus is on PATH');

test.runIf(installed)('it says where to look once there are metrics, and leaves nothing', async () => {
  const asked: unknown[] = [];
  const edge = createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.end('# TYPE meridian_config_version gauge\nmeridian_config_version 7\n');
  });
  const url = `http://${LOOPBACK}:${await listenOnLoopback(edge)}`;
  process.env.MERIDIAN_READ_TOKEN = TOKEN;
  const folder = await temporaryFolder();
  try {
    await using observe = new CommandProcess(SCRIPT, folder, ['--port', '0', '--url', url]);
    const [, address = ''] = await observe.line(/^ready (\S+)$/);
    const found = await fetch(`${address}/api/v1/query?query=meridian_config_version`);
    expect(JSON.stringify(await found.json())).toContain('"7"');
    const rules = await fetch(`${address}/api/v1/rules`);
    expect(await rules.text()).toContain('MeridianLinkDown');
    expect(asked).toContain(`Bearer ${TOKEN}`);
    expect(observe.output).not.toContain(TOKEN);
    expect(await observe.end('SIGINT')).toBe(0);
    expect(await observe.leftovers()).toEqual([]);
  } finally {
    delete process.env.MERIDIAN_READ_TOKEN;
    await closeServer(edge);
  }
});

test.runIf(installed)('an edge that refuses the token is told as such', async () => {
  const edge = createServer((_request, response) => response.writeHead(401).end());
  const url = `http://${LOOPBACK}:${await listenOnLoopback(edge)}`;
  process.env.MERIDIAN_READ_TOKEN = TOKEN;
  const folder = await temporaryFolder();
  try {
    await using observe = new CommandProcess(SCRIPT, folder, ['--port', '0', '--url', url]);
    expect(await observe.exited).toBe(1);
    expect(observe.output).toContain('Prometheus gets no metrics: server returned HTTP status 401');
    expect(await observe.leftovers()).toEqual([]);
  } finally {
    delete process.env.MERIDIAN_READ_TOKEN;
    await closeServer(edge);
  }
});
