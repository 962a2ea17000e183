import { describe, expect, test } from 'vitest';
import { formatNumber, isMet, markdownReport, rowsOf, textReport } from './report.ts';
import type { BenchResult } from './result.ts';
import { replaceResults } from './run-file.ts';

const RESULT: BenchResult = {
  name: 'edge',
  title: 'A client through the edge',
  rounds: 3,
  notes: ['a note'],
  measures: [
    {
      what: 'PING',
      unit: 'ms',
      control: 'platform',
      samples: { platform: [1, 2, 3], Meridian: [1.1, 2.2, 3.3] },
      goals: [
        { of: 'Meridian', against: 'platform', atMost: 1.05 },
        { of: 'Meridian', against: 'platform', atMost: 1.2 },
      ],
    },
    {
      what: 'connecting',
      unit: 's',
      control: 'direct',
      samples: { direct: [4] },
      goals: [
        { of: 'direct', atMost: 4 },
        { of: 'direct', atMost: 3 },
      ],
    },
  ],
};
const RUN = {
  time: '2026-11-24T12:00:00.000Z',
  machine: { cpu: 'A CPU', cores: 2, memoryBytes: 8 * 1024 ** 3, os: 'Linux 6 x64' },
  versions: { node: 'v24.0.0' },
  results: [RESULT],
};

test('a row shows medians with their spread, and how many times the control', () => {
  expect(rowsOf(RESULT)).toEqual([
    ['', 'unit', 'platform', 'Meridian', 'direct'],
    ['PING', 'ms', '2 (1 - 3) control', '2.2 (1.1 - 3.3) ×1.10', ''],
    ['connecting', 's', '', '', '4 (4 - 4) control'],
  ]);
});

test('both reports say which goals were met and which were missed', () => {
  for (const report of [textReport(RUN), markdownReport(RUN)]) {
    expect(report).toContain('MISSED: PING, Meridian at most 1.05 × platform: 1.10');
    expect(report).toContain('met: PING, Meridian at most 1.2 × platform: 1.10');
    expect(report).toContain('met: connecting, direct at most 4 s: 4');
    expect(report).toContain('MISSED: connecting, direct at most 3 s: 4');
    expect(report).toContain('A CPU, 2 cores, 8 GiB, Linux 6 x64');
  }
});

describe('isMet', () => {
  const goal = { of: 'a', against: 'b' };
  test('holds at the limit and not beyond', () => {
    expect(isMet({ ...goal, atMost: 1 }, 1)).toBe(true);
    expect(isMet({ ...goal, atMost: 1 }, 1.001)).toBe(false);
    expect(isMet({ ...goal, atLeast: 1 }, 1)).toBe(true);
    expect(isMet({ ...goal, atLeast: 1 }, 0.999)).toBe(false);
  });
});

test('numbers have three digits that count, and whole ones from a thousand on', () => {
  expect([0.123456, 12.3456, 999.9, 1234.5, 1_234_567, Number.NaN].map(formatNumber)).toEqual([
    '0.123',
    '12.3',
    '1000',
    '1,235',
    '1,234,567',
    '-',
  ]);
});

describe('the results in the document', () => {
  const document =
    'before\n<!-- results: written by npm run bench -- --write -->\nold\n<!-- end of results -->\nafter\n';

  test('are replaced, and only they', () => {
    const written = replaceResults(document, 'new');
    expect(written).toContain('before\n');
    expect(written).toContain('\n\nnew\n\n');
    expect(written).toContain('after\n');
    expect(written).not.toContain('old');
    expect(replaceResults(written, 'new')).toBe(written);
  });

  test('need a place', () => {
    expect(() => replaceResults('nothing here', 'new')).toThrow('has no place for results');
  });
});
