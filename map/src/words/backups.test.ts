import { expect, test } from 'vitest';
import type { Backups } from '../../../api/backups.ts';
import { backupsText } from './backups.ts';

type Stream = Backups['streams'][number];

const streamOf = (more: Partial<Stream>): Stream =>
  ({ writer: 'weur', deleted: null, lagMs: 0, problems: [], ...more }) as Stream;
const of = (...streams: readonly Partial<Stream>[]): Backups => ({
  enabled: true,
  streams: streams.map(streamOf),
  problems: [],
  next: null,
});

test.each<[string, Backups]>([
  ['off', { ...of({}), enabled: false }],
  ['none written here', of({ writer: 'oc' }, { deleted: { at: 1, removedFrom: null } })],
  ['1 stream, up to date', of({})],
  ['2 streams, 7 s behind', of({}, { lagMs: 7_000 })],
  ['2 streams, how far behind is unknown', of({}, { lagMs: null })],
  ['2 streams, 1 with a problem', of({ lagMs: null }, { problems: ['R2 denies'] })],
])('%s', (text, backups) => {
  expect(backupsText(backups, 'weur')).toBe(text);
});
