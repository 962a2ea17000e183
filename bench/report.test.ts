import { describe, expect, test } from 'vitest';
import { goalLines, isMet } from './goals.ts';
import { markdownReport, rowsOf, textReport } from './report.ts';
import type { BenchResult, Goal, Measure } from './result.ts';
import { replaceResults } from './run-file.ts';
import { formatNumber } from './statistics.ts';

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
    expect(report).toContain('MISSED: Meridian at most 1.05 × platform: PING (1.1)');
    expect(report).toContain('met: Meridian at most 1.2 × platform: PING (1.1)');
    expect(report).toContain('met: direct at most 4 s: connecting (4)');
    expect(report).toContain('MISSED: direct at most 3 s: connecting (4)');
    expect(report).toContain('A CPU, 2 cores, 8 GiB, Linux 6 x64');
  }
});

describe('a goal', () => {
  const row = (what: string, samples: Record<string, number>, goal: Partial<Goal> = {}): Measure => ({
    ...{ what, unit: 'msg/s', control: 'platform' },
    samples: Object.fromEntries(Object.entries(samples).map(([name, value]) => [name, [value]])),
    goals: [{ of: 'Meridian', against: 'stock', atLeast: 1.4, floor: 'platform', ...goal }],
  });

  test('of many rows is one line', () => {
    const good = { Meridian: 30, platform: 30, stock: 20 };
    expect(goalLines([row('16 B', good), row('128 B', { ...good, Meridian: 40 })])).toEqual([
      'met in all 2 rows: Meridian at least 1.4 × stock: 1.5 to 2',
    ]);
    expect(goalLines([row('16 B', good), row('128 B', { ...good, Meridian: 20 })])).toEqual([
      'MISSED in 1 of 2 rows: Meridian at least 1.4 × stock: 128 B (1)',
    ]);
  });

  test('that the floor misses itself is to be as good as the floor', () => {
    const slow = { Meridian: 10, platform: 10, stock: 20 };
    expect(goalLines([row('4 KiB', slow), row('256 KiB', { ...slow, Meridian: 9 })])).toEqual([
      'MISSED in 1 of 2 rows: Meridian at least 0.95 × platform: 256 KiB (0.9)',
      'out of reach in 2 rows: Meridian at least 1.4 × stock, which platform misses there itself',
    ]);
    const late = { Meridian: 1.04, platform: 1, stock: 1 };
    const { atLeast: _, ...goal } = row('', {}).goals[0] as Goal;
    expect(goalLines([{ ...row('p50', late), goals: [{ ...goal, atMost: 0.65 }] }])).toEqual([
      'met: Meridian at most 1.05 × platform: p50 (1.04)',
      'out of reach in 1 row: Meridian at most 0.65 × stock, which platform misses there itself',
    ]);
  });

  test('that a row has by itself and in place of one out of reach is judged once', () => {
    const slow = row('4 KiB', { Meridian: 9, platform: 10, stock: 20 });
    const own = { of: 'Meridian', against: 'platform', atLeast: 0.95 };
    expect(goalLines([{ ...slow, goals: [own, ...slow.goals] }])).toEqual([
      'MISSED: Meridian at least 0.95 × platform: 4 KiB (0.9)',
      'out of reach in 1 row: Meridian at least 1.4 × stock, which platform misses there itself',
    ]);
  });

  test('of a count has no unit', () => {
    const links = { ...row('links', { Meridian: 65 }), unit: 'count' } as const;
    expect(goalLines([{ ...links, goals: [{ of: 'Meridian', atLeast: 66 }] }])).toEqual([
      'MISSED: Meridian at least 66: links (65)',
    ]);
  });

  test('of which nothing was measured is absent', () => {
    expect(goalLines([row('16 B', { platform: 1 })])).toEqual([]);
  });
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
  const [begin, end] = ['<!-- results: written by npm run bench -- --write -->', '<!-- end of results -->'];
  const document = `before\n${begin}\n\n### edge: old\n\nold edge\n\n### mesh: old\n\nold mesh\n\n${end}\nafter\n`;

  test('are replaced where the benchmark was run, and only there; a new one comes last', () => {
    const report = '### start: new\n\nnew start\n\n### edge: new\n\nnew edge';
    const written = replaceResults(document, report);
    expect(written).toBe(
      `before\n${begin}\n\n### edge: new\n\nnew edge\n\n### mesh: old\n\nold mesh\n\n### start: new\n\nnew start\n\n${end}\nafter\n`,
    );
    expect(replaceResults(written, report)).toBe(written);
  });

  test('need a place', () => {
    expect(() => replaceResults('nothing here', 'new')).toThrow('has no place for results');
  });
});
