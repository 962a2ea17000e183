import { expect, test } from 'vitest';
import { type K6Run, k6Arguments, k6Environment } from './k6-arguments.ts';

const RUN: K6Run = {
  script: 'routing.js',
  folder: '/reports/one',
  samples: '/pipes/samples.json',
  url: 'http://127.0.0.1:8787',
  profile: 'smoke',
  site: undefined,
  regions: ['oc', 'weur'],
  wan: false,
  isLocal: true,
  control: 'http://127.0.0.1:9',
  adminToken: 'secret',
  runner: undefined,
  outputs: [],
  extra: ['CLIENTS=3', 'LOCAL=0'],
};

test('k6 is told the target, and what the caller says himself comes last and wins', () => {
  const args = k6Arguments(RUN);
  const settings = args.filter((_, index) => args[index - 1] === '-e');
  expect(settings).toEqual([
    'URL=http://127.0.0.1:8787',
    'PROFILE=smoke',
    'REGIONS=oc,weur',
    'LOCAL=1',
    'CONTROL=http://127.0.0.1:9',
    'CLIENTS=3',
    'LOCAL=0',
  ]);
  expect(args.at(-1)).toBe('routing.js');
  expect(args).toContain('json=/pipes/samples.json');
});

test('no secret is among the arguments, which everybody on the machine can read', () => {
  expect(k6Arguments(RUN).join(' ')).not.toContain('secret');
  expect(k6Environment(RUN, {})).toEqual({ ADMIN_TOKEN: 'secret' });
});

test('credentials of NATS pass through, settings that a shell had left over do not', () => {
  const env = { NATS_USER: 'me', CONTROL: 'http://elsewhere', ADMIN_TOKEN: 'old', PATH: '/bin' };
  expect(k6Environment({ adminToken: undefined }, env)).toEqual({ NATS_USER: 'me', PATH: '/bin' });
});

test('further outputs come beside the samples, and a runner gets its segment', () => {
  const args = k6Arguments({ ...RUN, outputs: ['web-dashboard', 'csv=x.csv'], runner: { number: 2, of: 3 } });
  const outputs = args.filter((_, index) => args[index - 1] === '--out');
  expect(outputs).toEqual(['json=/pipes/samples.json', 'web-dashboard', 'csv=x.csv']);
  expect(args.join(' ')).toContain('--execution-segment 1/3:2/3 --execution-segment-sequence 0,1/3,2/3,1');
  expect(args).toContain('RUNNERS=3');
  expect(args).toContain('instance_id=2');
});
