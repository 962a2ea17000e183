import { expect, test } from 'vitest';
import { K6Output } from './k6-output.ts';
import { ProgressLines } from './progress-lines.ts';

const RUNNING = 'running (0m04.0s), 2/2 VUs, 5 complete and 0 interrupted iterations';
const ENDED = 'running (3.0s), 0/2 VUs, 0 complete and 2 interrupted iterations';
const LOST = `time="2026" level=error msg="Sample(s) couldn't be marshalled to JSON" error="write s.json.gz: no space left on device" failed=1182 filename=s output=json`;

test('it has begun with the first line of progress, and the last one counts what was interrupted', () => {
  const output = new K6Output();
  expect(output.read('Run    [ 100% ] setup()')).toBe('bar');
  expect([output.hasBegun, output.said.interruptedIterations]).toEqual([false, null]);
  expect(output.read(RUNNING)).toBe('progress');
  expect([output.hasBegun, output.said.interruptedIterations]).toEqual([true, 0]);
  output.read(ENDED);
  expect(output.said.interruptedIterations).toBe(2);
});

test('samples that it could not write are counted, with the reason', () => {
  const output = new K6Output();
  expect([output.read(LOST), output.read(LOST.replace('1182', '8'))]).toEqual(['lost', 'lost']);
  expect(output.said).toMatchObject({
    lostSamples: 1190,
    lostBecause: 'write s.json.gz: no space left on device',
  });
});

test('that it gets late to what is due is no ordinary line: every user says so', () => {
  const late =
    'time="2026" level=warning msg="k6 gets to what is due more than a second late" source=console';
  expect(new K6Output().read(late)).toBe('late');
});

test.each([
  ['a      [  50% ] 2 VUs  1.0s/2s', 'bar'],
  ['a    ↓ [ 100% ] 2 VUs  2s', 'bar'],
  ['    nats_ping...: avg=1ms', 'other'],
  ['', 'other'],
])('%j is of the kind %s', (line, kind) => {
  expect(new K6Output().read(line)).toBe(kind);
});

function shown(isTTY: boolean): string {
  const written: string[] = [];
  const output = new K6Output();
  const write = (text: string | Uint8Array) => written.push(`${text}`) > 0;
  const lines = new ProgressLines({ isTTY, write });
  for (const line of ['hello', RUNNING, 'a [  50% ] 2 VUs', '', ENDED, 'a [ 100% ] 2 VUs', 'a warning'])
    lines.show(line, output.read(line));
  lines.close();
  return written.join('');
}

test('a terminal has one line of progress, in the place of the one before', () => {
  expect(shown(true)).toBe(`hello\n\r\x1b[2K${RUNNING}\r\x1b[2K${ENDED}\na warning\n`);
});

test('a file has all lines', () => {
  expect(shown(false).split('\n')).toHaveLength(8);
});

test("the script's own error is kept, without its stack: that of setup() is why nothing began", () => {
  const output = new K6Output();
  const refused =
    'time="2026" level=error msg="Uncaught (in promise) Error: http://127.0.0.1:1/health answers 503\\n\\tat setup (file:///latency.js:67:40(3))\\n"';
  expect(output.read(refused)).toBe('other');
  expect(output.said.scriptError).toBe('http://127.0.0.1:1/health answers 503');
  const thrown =
    'time="2026" level=error msg="Error: no\\n\\tat setup (file:///a.js:1:1(3))\\n" hint="script exception"';
  output.read(thrown);
  expect(output.said.scriptError).toBe('no');
  output.read('time="2026" level=error msg="Paris: the upgrade was answered with 503" source=console');
  expect(output.said.scriptError).toBe('no');
});

test('what a script could not do beside its load is kept once, whoever says it', () => {
  const output = new K6Output();
  const refused =
    'time="2026" level=error msg="disturb: oc {\\"dial\\":0} was answered with 401: who are you" source=console';
  expect([output.read(refused), output.read(refused)]).toEqual(['other', 'other']);
  output.read('time="2026" level=error msg="journal: nobody acknowledges" source=console');
  output.read('time="2026" level=error msg="Paris: disturb: no" source=console');
  expect(output.said.undone).toEqual([
    'disturb: oc {"dial":0} was answered with 401: who are you',
    'journal: nobody acknowledges',
  ]);
});
