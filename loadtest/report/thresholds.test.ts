import { expect, test } from 'vitest';
import { thresholdsOf } from './thresholds.ts';

test('k6 exports true for a threshold that was crossed', () => {
  expect(
    thresholdsOf({
      metrics: {
        nats_ping: { avg: 12, 'p(95)': 80, thresholds: { 'p(95)<50': true, 'avg<50': false } },
        'nats_ping{region:weur}': { 'p(95)': 7, thresholds: { 'p(95)<50': false } },
        nats_errors: { passes: 1, fails: 3, value: 0.25, thresholds: { 'rate<0.01': true } },
        nats_lost: { count: 0, rate: 0, thresholds: { 'count<1': false, 'p(99.9)<1': false } },
        vus: { value: 1 },
      },
    }),
  ).toEqual([
    { metric: 'nats_errors', expression: 'rate<0.01', value: 0.25, passed: false },
    { metric: 'nats_lost', expression: 'count<1', value: 0, passed: true },
    { metric: 'nats_lost', expression: 'p(99.9)<1', value: null, passed: true },
    { metric: 'nats_ping', expression: 'p(95)<50', value: 80, passed: false },
    { metric: 'nats_ping', expression: 'avg<50', value: 12, passed: true },
    { metric: 'nats_ping{region:weur}', expression: 'p(95)<50', value: 7, passed: true },
  ]);
});
