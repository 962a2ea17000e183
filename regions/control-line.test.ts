import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONTROL_LINE_BYTES } from './control-line.ts';

test('the server has the limit that is assumed', () => {
  const conf = readFileSync(new URL('../container/nats-server.conf', import.meta.url), 'utf8');
  const [, set] = /^\s*max_control_line\s*[:=]\s*(\d+)/m.exec(conf) ?? [];
  expect(Number(set)).toBe(CONTROL_LINE_BYTES);
});
