import { expect, test } from 'vitest';
import type { MeshCompression } from '../regions/mesh-schema.ts';
import { defaultConfig } from '../test/support/data/checked-in.ts';
import { compressionNotes } from './compression-notes.ts';
import { resolveTraffic } from './traffic.ts';
import type { TrafficOptions } from './traffic-options.ts';

function notesOf(compression: MeshCompression, options: TrafficOptions): string {
  const config = defaultConfig();
  const resolved = resolveTraffic({ clients: 10, messages: 100, ...options }, config);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return compressionNotes({ ...config, mesh: { ...config.mesh, compression } }, resolved.traffic).join();
}

test('a ratio is said to be none of the configuration if that does not compress', () => {
  expect(notesOf('off', { meshBytesRatio: 0.3 })).toContain(
    'mesh.compression is off: it has to be set for 0.3',
  );
});

test('savings that are not counted are said, with the option that counts them', () => {
  expect(notesOf('s2_auto', {})).toMatch(/mesh\.compression \(s2_auto\).*--mesh-bytes-ratio/);
});

test.each([
  ['off', {}],
  ['s2_fast', { meshBytesRatio: 0.3 }],
  // It can make payloads that are compressed already a little larger.
  ['s2_fast', { meshBytesRatio: 1.01 }],
  ['s2_fast', { messages: 0 }],
  ['off', { meshBytesRatio: 0.3, messages: 0 }],
] as const)('with %s and %o there is nothing to say', (compression, options) => {
  expect(notesOf(compression, options)).toBe('');
});
