import { expect, test } from 'vitest';
import { pauseMs } from './backup-writer.ts';

test('two rounds and the pause between them take as long as is allowed, unless rounds are long', () => {
  for (const tookMs of [0, 200, 2_500])
    expect(pauseMs({ everySeconds: 10 }, tookMs) + 2 * tookMs).toBe(10_000);
  for (const tookMs of [3_000, 60_000]) expect(pauseMs({ everySeconds: 10 }, tookMs)).toBe(5_000);
});
