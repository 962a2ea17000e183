import { describe, expect, test } from 'vitest';
import { expose, type Family, formatFor, type Sample } from './exposition.ts';

const gauge: Family = { name: 'a_gauge', type: 'gauge', help: 'With a \\ and\na line "break"' };
const counter: Family = { name: 'a_counter_total', type: 'counter', help: 'Grows' };
const foreign: Family = { name: 'somebody_elses_count', type: 'unknown', help: 'Theirs' };
const histogram: Family = { name: 'a_duration_seconds', type: 'histogram', help: 'Long' };

const sample = (family: Family, value: number, labels: Sample['labels'] = {}): Sample => ({
  family,
  value,
  labels,
});

describe('the text format of Prometheus', () => {
  test('has the samples of a family together, and its type as Prometheus calls it', () => {
    const samples = [
      sample(foreign, 1, { server_id: 'a' }),
      sample(counter, 2),
      sample(foreign, 3, { server_id: 'b' }),
    ];
    expect(expose(samples, 'prometheus')).toBe(
      [
        '# HELP somebody_elses_count Theirs',
        '# TYPE somebody_elses_count untyped',
        'somebody_elses_count{server_id="a"} 1',
        'somebody_elses_count{server_id="b"} 3',
        '# HELP a_counter_total Grows',
        '# TYPE a_counter_total counter',
        'a_counter_total 2',
        '',
      ].join('\n'),
    );
  });

  test('names with quotes, backslashes and line breaks stay within their label, and their help', () => {
    const text = expose([sample(gauge, 1, { stream: 'a "b"\\c\nd', empty: '' })], 'prometheus');
    expect(text).toContain('# HELP a_gauge With a \\\\ and\\na line "break"\n');
    expect(text).toContain('\na_gauge{stream="a \\"b\\"\\\\c\\nd"} 1\n');
  });

  test('has every number that there is', () => {
    const values = [0, -1, 1.5, 1e21, 18446744073709552000, Number.POSITIVE_INFINITY, Number.NaN];
    const text = expose(
      values.map((value, index) => sample(gauge, value, { n: String(index) })),
      'prometheus',
    );
    const told = text.split('\n').flatMap((line) => line.match(/^a_gauge\S+ (.+)$/)?.[1] ?? []);
    expect(told).toEqual(['0', '-1', '1.5', '1e+21', '18446744073709552000', '+Inf', 'NaN']);
  });

  test('of two samples with the same labels there is the first', () => {
    const text = expose([sample(gauge, 1, { a: 'x' }), sample(gauge, 2, { a: 'x' })], 'prometheus');
    expect(text.match(/^a_gauge.*$/gm)).toEqual(['a_gauge{a="x"} 1']);
  });
});

test('OpenMetrics has counters without their suffix, and an end', () => {
  const samples: readonly Sample[] = [
    sample(counter, 2),
    sample(foreign, 1),
    { ...sample(histogram, 4, { le: '+Inf' }), suffix: '_bucket' },
    { ...sample(histogram, 4), suffix: '_count' },
  ];
  expect(expose(samples, 'openmetrics')).toBe(
    [
      '# HELP a_counter Grows',
      '# TYPE a_counter counter',
      'a_counter_total 2',
      '# HELP somebody_elses_count Theirs',
      '# TYPE somebody_elses_count unknown',
      'somebody_elses_count 1',
      '# HELP a_duration_seconds Long',
      '# TYPE a_duration_seconds histogram',
      'a_duration_seconds_bucket{le="+Inf"} 4',
      'a_duration_seconds_count 4',
      '# EOF',
      '',
    ].join('\n'),
  );
});

test.each([
  [null, 'prometheus'],
  ['*/*', 'prometheus'],
  ['text/plain', 'prometheus'],
  ['application/openmetrics-text', 'openmetrics'],
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  ['text/plain;version=0.0.4;q=0.6, application/openmetrics-text;q=0.5', 'prometheus'],
  ['application/openmetrics-text;q=0, text/plain', 'prometheus'],
  ['application/openmetrics-text;q=nonsense', 'prometheus'],
])('who accepts %s gets %s', (accept, format) => {
  expect(formatFor(accept)).toBe(format);
});
