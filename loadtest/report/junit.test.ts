import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import { expect, test } from 'vitest';
import { madeRun } from '../../test/support/data/made-run.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import type { RunFacts } from './build-summary.ts';
import { junitReport } from './junit.ts';

interface Case {
  readonly name: string;
  readonly className: string;
  /** `held`, or the type and the message of its failure. */
  readonly result: string;
}

interface Parsed {
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
  readonly cases: readonly Case[];
}

function parsed(xml: string): Parsed {
  const document = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, 'text/xml');
  const [suite] = [...document.getElementsByTagName('testsuite')];
  if (suite === undefined) throw new Error('no suite');
  const count = (name: string) => Number(suite.getAttribute(name));
  return {
    tests: count('tests'),
    failures: count('failures'),
    skipped: count('skipped'),
    cases: [...suite.getElementsByTagName('testcase')].map((testCase) => {
      const [failure] = [...testCase.getElementsByTagName('failure')];
      const isSkipped = testCase.getElementsByTagName('skipped').length > 0;
      return {
        name: testCase.getAttribute('name') ?? '',
        className: testCase.getAttribute('classname') ?? '',
        result:
          failure === undefined
            ? isSkipped
              ? 'skipped'
              : 'held'
            : `${failure.getAttribute('type')}: ${failure.getAttribute('message')}`,
      };
    }),
  };
}

async function report(facts: Partial<RunFacts>, goneAtMs?: number): Promise<string> {
  const cuts = goneAtMs === undefined ? [] : [{ fromMs: goneAtMs, toMs: 20_000 }];
  const samples = madeRun({ pairs: [['weur', 'oc']], seconds: 20, everyMs: 20, cuts });
  const ending = { ...FINISHED, plannedMs: 20_000, ranMs: 20_500 };
  return junitReport(await summaryOfSamples(samples, { script: 'latency', ending, ...facts }));
}

const THRESHOLDS = [
  { metric: 'nats_delivery', expression: 'p(95)<1000', value: 44, passed: true },
  { metric: 'nats_delivery', expression: 'p(95)<10', value: 44, passed: false },
  { metric: 'nats_request', expression: 'p(95)<1500', value: 0, passed: true },
  { metric: 'nats_published', expression: 'count>=0', value: 1000, passed: true },
];

test('each threshold is a test case, and so is whether the whole time was measured', async () => {
  expect(parsed(await report({ thresholds: THRESHOLDS, k6ExitCode: 99 }))).toEqual({
    tests: 5,
    failures: 2,
    skipped: 1,
    cases: [
      { name: 'the whole time was measured', className: 'loadtest.latency', result: 'held' },
      { name: 'nats_delivery p(95)<1000', className: 'loadtest.latency', result: 'held' },
      {
        name: 'nats_delivery p(95)<10',
        className: 'loadtest.latency',
        result: 'crossed: nats_delivery was 44.0 ms, and should be p(95)<10',
      },
      {
        name: 'nats_request p(95)<1500',
        className: 'loadtest.latency',
        result: 'no samples: nats_request has no samples: nothing was judged',
      },
      { name: 'nats_published count>=0', className: 'loadtest.latency', result: 'skipped' },
    ],
  });
});

test('the root has the attributes that the schema of JUnit reports has, and no others', async () => {
  const xml = await report({ thresholds: THRESHOLDS });
  expect(/<testsuites[^>]*>/.exec(xml)?.[0]).toBe('<testsuites tests="5" failures="2" errors="0">');
});

test('a time that was not measured is a failure', async () => {
  expect(parsed(await report({}, 12_000)).cases).toMatchObject([
    { result: 'not measured: From 12.0 s to 20.0 s nothing was measured' },
  ]);
});

test('a run that k6 could not make is a failure', async () => {
  expect(parsed(await report({ k6ExitCode: 107 })).cases[0]?.result).toMatch(
    /^not measured: Not green: k6 failed with exit code 107/,
  );
});

test('what is no XML in names from outside stays text', async () => {
  const xml = await report({ url: 'http://x/?a=1&b="<\u0000>', profile: ']]>&<\u001b' });
  expect(parsed(xml).tests).toBe(1);
  expect(xml).toContain('a=1&amp;b=&quot;&lt;?');
});
