import { expect, test } from 'vitest';
import { fileOf, region } from '../../test/support/data/sample-config.ts';
import { describeProblem } from '../problems.ts';
import { validateConfig } from '../validate.ts';

const SINK = { type: 'otlp', url: 'https://sink.example/v1/metrics' };

function problemsOf(...sinks: unknown[]): readonly string[] {
  const result = validateConfig({ ...fileOf(region('weur')), export: sinks });
  return result.ok ? [] : result.problems.map(describeProblem);
}

test.each([
  'https://sink.example',
  'https://sink.example:4318/v1/metrics?db=a',
  'https://[2001:db8::1]/',
  'http://localhost:9090/api/v1/write',
  'http://127.0.0.1/',
])('metrics can be pushed to %s', (url) => {
  expect(problemsOf({ ...SINK, url })).toEqual([]);
});

test.each([
  'http://sink.example/',
  'http://localhost.evil.example/',
  'https://user:password@sink.example/',
  'https://user@sink.example/',
  'https://sink.example/#part',
  'https://sink.example/a b',
  'ftp://sink.example/',
  'sink.example',
  '',
])('but not to "%s"', (url) => {
  expect(problemsOf({ ...SINK, url })).toEqual([
    `export[0].url: should be an address such as "https://collector.example/v1/metrics", without user, password and #; http:// only for this machine, but is "${url}".`,
  ]);
});

test.each([
  'https://sink.example:99999/',
  'https://1.2.3.4.5/',
  'https://[::1::]/',
  'http://127.0.0.1:65536/',
])('nor to %s, which there cannot be', (url) => {
  expect(problemsOf({ ...SINK, url })).toEqual([
    `export[0].url: should be an address that there can be: its host or its port cannot, but is "${url}".`,
  ]);
  expect(problemsOf({ ...SINK, url: 'http://127.0.0.1:65535/' })).toEqual([]);
});

test.each(['MERIDIAN_ADMIN_TOKEN', 'NATS_TOKEN', 'REGION_WEUR', 'Bearer abc', 'MERIDIAN_EXPORT_'])(
  'no other secret can be sent, nor is its value part of the configuration: %s',
  (secret) => {
    const [problem] = problemsOf({ ...SINK, secret });
    expect(problem).toContain('should be the name of a Worker secret that begins with MERIDIAN_EXPORT_');
    expect(problemsOf({ ...SINK, secret: 'MERIDIAN_EXPORT_A1' })).toEqual([]);
  },
);

test('every mistake is named where it is', () => {
  expect(
    problemsOf(
      { ...SINK, type: 'otpl', every: '5s' },
      { type: 'json', every: '61m', secrets: 'a' },
      { ...SINK, every: '1' },
    ),
  ).toEqual([
    'export[0].type: "otpl" is not known; did you mean "otlp"? Use one of otlp, prometheus-remote-write, json.',
    'export[1].url: is missing and has no default: add it.',
    'export[2].every: should be a whole number followed by s, m or h, such as "60s", but is "1".',
    'export[1]: there is no "secrets" here; did you mean "secret"? Remove or rename it.',
  ]);
  expect(problemsOf({ ...SINK, every: '9s' }, { ...SINK, url: `${SINK.url}/2`, every: '61m' })).toEqual([
    'export[0].every: should be from 10s to 1h, but is "9s".',
    'export[1].every: should be from 10s to 1h, but is "61m".',
  ]);
  expect(problemsOf(SINK, { ...SINK, every: '10s' })).toEqual([
    'export[1]: should be another sink than export[0], but is one of the same type, url and secret.',
  ]);
  expect(problemsOf(...[1, 2, 3, 4, 5].map((n) => ({ ...SINK, url: `https://sink.example/${n}` })))).toEqual([
    'export: should be at most 4 entries, but is a list.',
  ]);
});
