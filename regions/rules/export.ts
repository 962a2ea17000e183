// Metrics are pushed at most as often as the collector looks, and once to each sink.

import { parseDurationMs } from '../duration.ts';
import { isPossibleAddress } from '../possible-address.ts';
import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';

const LEAST_EVERY_MS = parseDurationMs('10s');
const MOST_EVERY_MS = parseDurationMs('1h');

/** Reports addresses that are none, intervals that are out of range, and sinks that are there twice. */
export function checkExport({ export: sinks = [] }: ConfigDraft): Problem[] {
  const problems: Problem[] = [];
  sinks.forEach(({ type, url, secret, every }, index) => {
    const path = `export[${index}]`;
    if (!isPossibleAddress(url)) {
      const expected = 'an address that there can be: its host or its port cannot';
      problems.push({ code: 'bad-value', path: `${path}.url`, expected, received: `"${url}"` });
    }
    const everyMs = parseDurationMs(every);
    if (everyMs < LEAST_EVERY_MS || everyMs > MOST_EVERY_MS) {
      const expected = 'from 10s to 1h';
      problems.push({ code: 'bad-value', path: `${path}.every`, expected, received: `"${every}"` });
    }
    const first = sinks.findIndex((s) => s.type === type && s.url === url && s.secret === secret);
    if (first === index) return;
    const expected = `another sink than export[${first}]`;
    problems.push({ code: 'bad-value', path, expected, received: 'one of the same type, url and secret' });
  });
  return problems;
}
